// The one node that sends: intent row, one POST, the record; on any re-entry the rows decide. Effects: gateway, database.
import type { BrokerQuestion } from "#store/model/approval.ts";
import { InvariantError } from "#store/model/errors.ts";
import type { SymbolRunId } from "#store/model/ids.ts";
import { approvalsOfRun } from "#store/trading/approvals.ts";
import { policyFor } from "#tools/ibkr/orders/question-policy.ts";
import { questionOf } from "../approvals/question.ts";
import { orderDeps } from "../cases/proposal.ts";
import type { DeskDeps } from "../desk.ts";
import type { NodeDefinition } from "../node.ts";
import { submitOrder as submit } from "../orders/submit.ts";
import type { SubmitResult } from "../orders/types.ts";
import { made, type OrderFacts } from "../state.ts";

export function submitOrder(deps: DeskDeps): NodeDefinition {
  return {
    name: "submit_order",
    visit: (state) => state.order?.submissions ?? 0,
    async body({ state, run, signal, visit }) {
      const { symbolRunId, dryRun, approval, workflow } = run.subject;
      if (dryRun || approval === "never" || workflow.orders === "advise")
        throw new InvariantError("a run that may not send reached the order path", { symbolRunId });
      const facts = made(state.countersign, "countersign");
      const approvalId = made(facts.approvalId, "countersign");
      const verdictId = made(facts.verdictId, "countersign");
      const confirmedByPerson = await confirmed(deps, symbolRunId);
      const result = await submit(
        await orderDeps(deps, run, "fresh"),
        { symbolRunId, verdictId, approvalId, confirmedByPerson },
        signal,
      );
      const { entryOrderId, status } = result;
      return {
        order: { entryOrderId, status, ...whatNow(result, confirmedByPerson), submissions: visit + 1 },
      };
    },
  };
}

/** What people said yes to about this order: a question counts only with the answer to the very row that showed it. */
async function confirmed(deps: DeskDeps, symbolRunId: SymbolRunId): Promise<string[]> {
  const rows = await approvalsOfRun(deps.database.db, symbolRunId);
  return rows
    .filter((row) => (row.status === "approved" || row.status === "edited") && row.channel !== "policy")
    .flatMap((row) => questionOf(row).brokerQuestions)
    .flatMap(({ messageId }) => (messageId === null ? [] : [messageId]));
}

/** Why nothing is live, or what a person has to be asked; neither when the order is, or may be, at the broker. */
function whatNow(
  result: SubmitResult,
  answered: readonly string[],
): Pick<OrderFacts, "refusal" | "questions"> {
  if (result.kind === "refused")
    return { refusal: { code: result.code, reason: result.reason }, questions: [] };
  if (result.kind !== "question") return { refusal: null, questions: [] };
  const questions: BrokerQuestion[] = result.questions
    .filter((question) => question.action === "ask")
    .map(({ messageId, text, why }) => ({ messageId, text, why }));
  const askable = questions.length > 0 && questions.every((question) => mayConfirm(question, answered));
  if (askable) return { refusal: null, questions };
  return { refusal: { code: "broker_question", reason: result.message }, questions: [] };
}

/** Only what the written policy leaves to a person, and has not been answered before. */
function mayConfirm({ messageId }: BrokerQuestion, answered: readonly string[]): boolean {
  if (messageId === null || answered.includes(messageId)) return false;
  return policyFor(messageId, { types: [], confirmedByPerson: [messageId] }).action === "confirm";
}
