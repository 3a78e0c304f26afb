// The one node that sends: intent row, one POST, the record; on any re-entry the rows decide. Effects: gateway, database.
import { InvariantError } from "#store/model/errors.ts";
import { orderDeps } from "../cases/proposal.ts";
import type { DeskDeps } from "../desk.ts";
import type { NodeDefinition } from "../node.ts";
import { submitOrder as submit } from "../orders/submit.ts";
import type { SubmitResult } from "../orders/types.ts";
import { made, type OrderFacts } from "../state.ts";

export function submitOrder(deps: DeskDeps): NodeDefinition {
  return {
    name: "submit_order",
    async body({ state, run, signal }) {
      const { symbolRunId, dryRun, approval } = run.subject;
      if (dryRun || approval === "never")
        throw new InvariantError("a dry run reached the order path", { symbolRunId });
      const facts = made(state.countersign, "countersign");
      const approvalId = made(facts.approvalId, "countersign");
      const verdictId = made(facts.verdictId, "countersign");
      const result = await submit(
        await orderDeps(deps, run, "fresh"),
        { symbolRunId, verdictId, approvalId },
        signal,
      );
      return {
        order: { entryOrderId: result.entryOrderId, status: result.status, refusal: refusalOf(result) },
      };
    },
  };
}

function refusalOf(result: SubmitResult): OrderFacts["refusal"] {
  if (result.kind === "refused") return { code: result.code, reason: result.reason };
  // Nothing is live. What the written policy leaves to a person is not answered on their behalf.
  if (result.kind === "question") return { code: "broker_question", reason: result.message };
  return null;
}
