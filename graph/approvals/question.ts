// Puts the question: the row with exactly what is shown, and the same in the shape that Agent Inbox reads.
// Effects: database. Invariant: one row per question, however often the node starts over.
import { ApprovalQuestion, type BrokerQuestion, type ShownPrice } from "#store/model/approval.ts";
import type { RiskReview } from "#store/model/decision.ts";
import { type ApprovalId, derivedId, type Instant, type VerdictId } from "#store/model/ids.ts";
import type { OrderPlan } from "#store/model/risk.ts";
import { type ApprovalRow, approvalsOfRun, createApproval } from "#store/trading/approvals.ts";
import { getVerdict } from "#store/trading/verdicts.ts";
import { sessionClose } from "#tools/calendar.ts";
import type { RiskInput } from "#tools/risk/input.ts";
import { decisionOf } from "../cases/case.ts";
import type { DeskDeps } from "../desk.ts";
import { instrumentOf } from "../market/prepared.ts";
import type { NodeStep } from "../node.ts";
import { marketPhase } from "../orders/judging/market-phase.ts";
import { type DeskState, made } from "../state.ts";
import { expiryOf } from "./expiry.ts";
import { reasonsToAsk } from "./reasons.ts";

type Proposed = {
  plan: OrderPlan;
  verdictId: VerdictId;
  why: string | null;
  brokerQuestions: readonly BrokerQuestion[];
};

/** The order in question: the reviewed one, or what an earlier question, its answer or the broker has made of it. */
export function proposed(state: DeskState): Proposed {
  const { countersign, order } = state;
  const review = made(state.review, "review");
  const brokerQuestions = order?.questions ?? [];
  const again = countersign?.result === "ask_again";
  const later = again || brokerQuestions.length > 0 ? countersign : null;
  const plan = made(later === null ? review.plan : later.plan, later === null ? "review" : "countersign");
  const verdictId = made(later === null ? review.verdictId : later.verdictId, "countersign");
  if (again) return { plan, verdictId, why: countersign.reason, brokerQuestions };
  const why = brokerQuestions.length > 0 ? "the broker asks before it takes the order" : null;
  return { plan, verdictId, why, brokerQuestions };
}

/** The row of this question: created at the first call, as it stands at every later one. */
export async function openQuestion(deps: DeskDeps, step: NodeStep): Promise<ApprovalRow> {
  const { symbolRunId } = step.run.subject;
  const approvalId = derivedId("approval", symbolRunId, step.visit) as ApprovalId;
  const asked = await approvalsOfRun(deps.database.db, symbolRunId);
  const known = asked.find((row) => row.id === approvalId);
  if (known !== undefined) return known;
  const { verdictId } = proposed(step.state);
  const shown = await whatIsShown(deps, step, approvalId);
  const { expiresAt, expiresOn } = shown;
  return createApproval(deps.database.db, {
    id: approvalId,
    symbolRunId,
    verdictId,
    shown,
    expiresAt,
    expiresOn,
  });
}

async function whatIsShown(
  deps: DeskDeps,
  step: NodeStep,
  approvalId: ApprovalId,
): Promise<ApprovalQuestion> {
  const { symbolRunId, executionId, symbol } = step.run.subject;
  const { state } = step;
  const { plan, verdictId, why, brokerQuestions } = proposed(state);
  const { decisionId } = made(state.decision, "decision");
  const charts = made(state.pictures, "pictures");
  const [instrument, { decision, consolidation }, verdict, gateway] = await Promise.all([
    instrumentOf(deps, step.run, made(state.market, "market")),
    decisionOf(deps, step.run, decisionId),
    getVerdict(deps.database.db, verdictId),
    step.run.gateway(),
  ]);
  const market = marketPhase(await gateway.marketClock.now(step.signal));
  const { conid } = instrument;
  return {
    approvalId,
    executionId,
    symbolRunId,
    symbol,
    instrumentName: instrument.name,
    indexReplay: instrument.indexReplay,
    asked: step.visit + 1,
    why,
    because: await reasonsToAsk(deps, step, { plan, conid, consolidation, brokerQuestions }),
    brokerQuestions: [...brokerQuestions],
    decisionId,
    decision,
    consolidation,
    plan,
    // Stored by the order path from exactly this type.
    reference: shownPrice(plan, verdict.snapshot as RiskInput, market.at),
    clamps: verdict.rules.filter((rule) => rule.outcome === "clamp"),
    review: reviewOf(state),
    charts: { daily: charts.daily?.png ?? null, weekly: charts.weekly?.png ?? null },
    session: market.session,
    ...expiryOf(deps, gateway, market.session),
  };
}

/** The quote or close that the verdict was given on; null when the snapshot has none of that kind. */
function shownPrice(plan: OrderPlan, { quote, lastBar }: RiskInput, now: Instant): ShownPrice | null {
  const { referencePrice: price, referenceKind: kind } = plan;
  const age = (at: Instant) => Math.max(0, Math.round((Date.parse(now) - Date.parse(at)) / 1000));
  if (kind === "quote") {
    if (quote === null) return null;
    const { at, quality, bid, ask } = quote;
    return { price, kind, at, ageSeconds: age(at), quality, bid, ask };
  }
  if (lastBar === null) return null;
  const at = sessionClose(lastBar.date).toISOString() as Instant;
  return { price, kind, at, ageSeconds: age(at), quality: null, bid: null, ask: null };
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
