// The countersign: one question to a person, or the written policy's answer. Effects: database, gateway reads.
// Invariant: what was shown is stored before anyone is asked; nothing passes without an approved row of its own.
import { interrupt } from "@langchain/langgraph";
import { ConflictError, InvariantError } from "#store/model/errors.ts";
import type { Instant, VerdictId } from "#store/model/ids.ts";
import { type ApprovalRow, answerApproval, approvalsOfRun, getApproval } from "#store/trading/approvals.ts";
import { getVerdict } from "#store/trading/verdicts.ts";
import type { RiskInput } from "#tools/risk/input.ts";
import { joinEdits } from "../approvals/edit.ts";
import { marketTimeOf } from "../approvals/expiry.ts";
import { inboxRequest, openQuestion, proposed, questionOf } from "../approvals/question.ts";
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
      // Policy "ask" has a reason in every question; it is named here too, so that no lack of one ever countersigns.
      if (row.status === "pending" && policy !== "ask" && questionOf(row).because.length === 0)
        row = await countersignByPolicy(deps, step, row);
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

/** Still pending when the session ended between question and answer: the expiry then ends the run like any other. */
async function countersignByPolicy(deps: DeskDeps, step: NodeStep, row: ApprovalRow): Promise<ApprovalRow> {
  const { approval: policy, gatewaySession } = step.run.subject;
  const marketAt = await marketTimeOf(deps, row, gatewaySession);
  try {
    return await answerApproval(deps.database.db, {
      id: row.id,
      answer: { action: "approve" },
      who: policy === "auto" ? "approval policy: auto" : "approval policy: no condition holds",
      channel: "policy",
      at: deps.clock.now().toISOString() as Instant,
      ...(marketAt === undefined ? {} : { marketAt }),
    });
  } catch (error) {
    if (error instanceof ConflictError) return getApproval(deps.database.db, row.id);
    throw error;
  }
}

/** What the answer comes to once prices, buying power, limits and the session have been checked again. */
async function answered(deps: DeskDeps, step: NodeStep, row: ApprovalRow): Promise<ApprovalFacts> {
  const asked = step.visit + 1;
  const facts = { approvalId: row.id, asked, reason: row.reason, verdictId: null, plan: null };
  const { status } = row;
  if (status === "pending") throw new InvariantError("resumed without an answer", { approvalId: row.id });
  if (status === "rejected" || status === "expired") return { ...facts, result: status };
  const { run, state, signal } = step;
  const questions = await approvalsOfRun(deps.database.db, run.subject.symbolRunId);
  const again = await recheckAnswer(
    await orderDeps(deps, run, "fresh"),
    {
      ...(await proposalOf(deps, { run, state, lastBar: await newestBar(deps, step) })),
      approvalId: row.id,
      shown: proposed(state).plan,
      edit: joinEdits(questions.map((question) => question.edit)),
      sequence: step.visit,
      driftBand: deps.settings.approvalDriftBand,
    },
    signal,
  );
  const { verdictId } = again;
  const over = again.kind === "proceed" ? await sessionOver(deps, row, verdictId) : null;
  if (again.kind === "proceed" && over !== null)
    return { ...facts, result: "ask_again", reason: over, verdictId, plan: again.plan };
  switch (again.kind) {
    case "proceed":
      return { ...facts, result: status, verdictId, plan: again.plan };
    case "ask_again":
      return { ...facts, result: "ask_again", reason: again.why, verdictId, plan: again.plan };
    case "denied":
      return { ...facts, result: "denied", reason: await codesOf(deps, verdictId), verdictId };
  }
}

/** A yes for one session is none for the next, unless the question was to stay open for hours. */
async function sessionOver(deps: DeskDeps, row: ApprovalRow, verdictId: VerdictId): Promise<string | null> {
  const { session } = questionOf(row);
  if (session === null || deps.settings.approvalExpiryHours !== null) return null;
  const { market } = (await getVerdict(deps.database.db, verdictId)).snapshot as Pick<RiskInput, "market">;
  if (market === null || market.session === session) return null;
  return `the session of ${session} is over; this would go into the one of ${market.session}`;
}

async function codesOf(deps: DeskDeps, id: VerdictId): Promise<string> {
  return decisiveCodes(await verdictOf(deps, id)).join(", ");
}
