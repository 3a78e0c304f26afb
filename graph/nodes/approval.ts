// The countersign: one question to a person, or the written policy's answer. Effects: database, gateway reads.
// Invariant: what was shown is stored before anyone is asked; nothing passes without an approved row of its own.
import { interrupt } from "@langchain/langgraph";
import { InvariantError } from "#store/model/errors.ts";
import type { Instant, VerdictId } from "#store/model/ids.ts";
import { type ApprovalRow, answerApproval, getApproval } from "#store/trading/approvals.ts";
import { inboxRequest, openQuestion, proposed } from "../approvals/question.ts";
import { newestBar } from "../cases/last-bar.ts";
import { orderDeps, proposalOf } from "../cases/proposal.ts";
import { decisiveCodes, verdictOf } from "../cases/verdict.ts";
import type { DeskDeps } from "../desk.ts";
import type { NodeDefinition, NodeStep } from "../node.ts";
import { recheckAnswer } from "../orders/recheck.ts";
import type { ApprovalFacts } from "../state.ts";

export function approval(deps: DeskDeps): NodeDefinition {
  return {
    name: "approval",
    visit: (state) => state.countersign?.asked ?? 0,
    async body(step) {
      const { db } = deps.database;
      const { dryRun, approval: policy } = step.run.subject;
      if (dryRun || policy === "never") return { countersign: notAsked(dryRun ? "dry_run" : "policy_never") };
      let row = await openQuestion(deps, step);
      if (row.status === "pending" && policy === "auto") row = await countersignByPolicy(deps, row);
      if (row.status === "pending") {
        interrupt([inboxRequest(row)]);
        row = await getApproval(db, row.id);
      }
      return { countersign: await answered(deps, step, row) };
    },
  };
}

function notAsked(reason: string): ApprovalFacts {
  return { approvalId: null, result: "not_asked", asked: 0, reason, verdictId: null, plan: null };
}

function countersignByPolicy(deps: DeskDeps, row: ApprovalRow): Promise<ApprovalRow> {
  return answerApproval(deps.database.db, {
    id: row.id,
    answer: { action: "approve" },
    who: "approval policy: auto",
    channel: "policy",
    at: deps.clock.now().toISOString() as Instant,
  });
}

/** What the answer comes to once prices, buying power, limits and the session have been checked again. */
async function answered(deps: DeskDeps, step: NodeStep, row: ApprovalRow): Promise<ApprovalFacts> {
  const asked = step.visit + 1;
  const facts = { approvalId: row.id, asked, reason: row.reason, verdictId: null, plan: null };
  const { status } = row;
  if (status === "pending") throw new InvariantError("resumed without an answer", { approvalId: row.id });
  if (status === "rejected" || status === "expired") return { ...facts, result: status };
  const { run, state, signal } = step;
  const again = await recheckAnswer(
    await orderDeps(deps, run, "fresh"),
    {
      ...(await proposalOf(deps, { run, state, lastBar: await newestBar(deps, step) })),
      approvalId: row.id,
      shown: proposed(state).plan,
      edit: row.edit,
      sequence: step.visit,
      driftBand: deps.settings.approvalDriftBand,
    },
    signal,
  );
  const { verdictId } = again;
  switch (again.kind) {
    case "proceed":
      return { ...facts, result: status, verdictId, plan: again.plan };
    case "ask_again":
      return { ...facts, result: "ask_again", reason: again.why, verdictId, plan: again.plan };
    case "denied":
      return { ...facts, result: "denied", reason: await codesOf(deps, verdictId), verdictId };
  }
}

async function codesOf(deps: DeskDeps, id: VerdictId): Promise<string> {
  return decisiveCodes(await verdictOf(deps, id)).join(", ");
}
