// Puts the question: the row with exactly what is shown, and the same in the shape that Agent Inbox reads.
// Effects: database. Invariant: one row per question, however often the node starts over.
import { ApprovalQuestion } from "#store/model/approval.ts";
import type { RiskReview } from "#store/model/decision.ts";
import { type ApprovalId, derivedId, type Instant, type VerdictId } from "#store/model/ids.ts";
import type { OrderPlan } from "#store/model/risk.ts";
import { type ApprovalRow, createApproval } from "#store/trading/approvals.ts";
import { decisionOf } from "../cases/case.ts";
import { verdictOf } from "../cases/verdict.ts";
import type { DeskDeps } from "../desk.ts";
import { instrumentOf } from "../market/prepared.ts";
import type { NodeStep } from "../node.ts";
import { type DeskState, made } from "../state.ts";

const HOUR_MS = 3_600_000;

type Proposed = { plan: OrderPlan; verdictId: VerdictId; why: string | null };

/** The order in question: the reviewed one, or after a drift the one at present prices. */
export function proposed(state: DeskState): Proposed {
  const { countersign } = state;
  const review = made(state.review, "review");
  const again = countersign?.result === "ask_again";
  const plan = made(again ? countersign.plan : review.plan, again ? "countersign" : "review");
  const verdictId = made(again ? countersign.verdictId : review.verdictId, "countersign");
  return { plan, verdictId, why: again ? countersign.reason : null };
}

/** The row of this question: created at the first call, as it stands at every later one. */
export async function openQuestion(deps: DeskDeps, step: NodeStep): Promise<ApprovalRow> {
  const { symbolRunId, executionId, symbol } = step.run.subject;
  const { state } = step;
  const { plan, verdictId, why } = proposed(state);
  const { decisionId } = made(state.decision, "decision");
  const charts = made(state.pictures, "pictures");
  const [instrument, { decision, consolidation }, verdict] = await Promise.all([
    instrumentOf(deps, step.run, made(state.market, "market")),
    decisionOf(deps, step.run, decisionId),
    verdictOf(deps, verdictId),
  ]);
  const approvalId = derivedId("approval", symbolRunId, step.visit) as ApprovalId;
  const expires = deps.clock.now().getTime() + deps.settings.approvalExpiryHours * HOUR_MS;
  const expiresAt = new Date(expires).toISOString() as Instant;
  const shown: ApprovalQuestion = {
    approvalId,
    executionId,
    symbolRunId,
    symbol,
    instrumentName: instrument.name,
    indexReplay: instrument.indexReplay,
    asked: step.visit + 1,
    why,
    decisionId,
    decision,
    consolidation,
    plan,
    clamps: verdict.rules.filter((rule) => rule.outcome === "clamp"),
    review: reviewOf(state),
    charts: { daily: charts.daily.png, weekly: charts.weekly.png },
    expiresAt,
  };
  return createApproval(deps.database.db, { id: approvalId, symbolRunId, verdictId, shown, expiresAt });
}

function reviewOf(state: DeskState): RiskReview {
  const { verdict, reason } = made(state.review, "review");
  return { verdict, reason, keepFraction: null };
}

/** What a stored question says. */
export function questionOf(row: ApprovalRow): ApprovalQuestion {
  return ApprovalQuestion.parse(row.shown);
}

/** The question as LangChain's Agent Inbox shows it. */
export type InboxRequest = {
  action_request: { action: "approve_order"; args: Record<string, string | null> };
  config: { allow_accept: boolean; allow_edit: boolean; allow_respond: boolean; allow_ignore: boolean };
  description: string;
};

export function inboxRequest(row: ApprovalRow): InboxRequest {
  const { symbol, plan, decision, expiresAt, why } = questionOf(row);
  const { side, entryType, quantity, limitPrice, stopPrice, targetPrice, lossAtStop, currency } = plan;
  const price = limitPrice === null ? entryType : `${entryType} ${limitPrice}`;
  return {
    action_request: {
      action: "approve_order",
      args: { approvalId: row.id, symbol, side, quantity, limitPrice, stopPrice, targetPrice },
    },
    // An answer goes through the desk's own approvals, which know who gave it; the inbox only shows the question.
    config: { allow_accept: true, allow_edit: true, allow_respond: false, allow_ignore: false },
    description: [
      `${side} ${quantity} ${symbol} ${price} ${currency}, stop ${stopPrice}, target ${targetPrice}`,
      `Loss at the stop: ${lossAtStop} ${currency}. R ${decision.rCoefficient ?? "none"}.`,
      ...(why === null ? [] : [`Asked again: ${why}.`]),
      decision.analysis,
      `Unanswered by ${expiresAt} counts as rejected.`,
    ].join("\n\n"),
  };
}
