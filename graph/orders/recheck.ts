// The check at the click: quote, buying power, limits, trading state and session once more, with the broker's preview.
// Effects: broker reads, database. Invariant: a drift beyond the band becomes a new question, never a silent change.
import { ConflictError } from "#store/model/errors.ts";
import { dec } from "#store/model/money.ts";
import type { OrderPlan } from "#store/model/risk.ts";
import type { ApprovalEdit } from "#store/model/run.ts";
import { answeredProposal } from "#store/trading/verdicts.ts";
import type { RequestedChange } from "#tools/risk/input.ts";
import { withEdit } from "../approvals/edit.ts";
import { judgeProposal } from "./judge.ts";
import type { OrderDeps, RecheckRequest, RecheckResult } from "./types.ts";

/**
 * Judges the answered proposal again. The quantity is at most what was shown (or what the person lowered it to).
 * @throws ConflictError `not_countersigned` when the approval has no yes.
 */
export async function recheckAnswer(
  deps: OrderDeps,
  request: RecheckRequest,
  signal?: AbortSignal,
): Promise<RecheckResult> {
  const { approvalId, shown, edit, driftBand, ...facts } = request;
  const { decisionId, sequence } = facts;
  const of = { approvalId, decisionId, step: "answer", sequence } as const;
  const { status, judged } = await answeredProposal(deps.database.db, of);
  if (status !== "approved" && status !== "edited")
    throw new ConflictError("not_countersigned", `the approval is ${status}`, {
      facts: { approvalId },
    });
  const { verdictId, verdict } = await judgeProposal(
    deps,
    {
      ...facts,
      // A person's stop and target are judged like the executor's: R, margin, distance, size at risk.
      decision: withEdit(facts.decision, edit),
      step: "answer",
      requested: requestedOf(shown, edit),
      preview: true,
      judged,
    },
    signal,
  );
  if (verdict.plan === null) return { kind: "denied", verdictId, codes: verdict.codes };
  const why = reasonToAsk({ shown, now: verdict.plan, edit, driftBand });
  if (why !== null) return { kind: "ask_again", verdictId, plan: verdict.plan, why };
  return { kind: "proceed", verdictId, plan: verdict.plan };
}

function requestedOf(shown: OrderPlan, edit: ApprovalEdit | null): RequestedChange {
  const lowered = edit?.quantity != null && dec(edit.quantity).lessThan(shown.quantity);
  return {
    by: lowered ? "person" : "question",
    maxQuantity: lowered ? edit.quantity : shown.quantity,
    // Without an edit the limit follows from the decision again, so it is the one that was shown.
    limitPrice: edit?.limitPrice ?? null,
  };
}

/** Null when the order is still the one that was countersigned. */
export function reasonToAsk(of: {
  shown: OrderPlan;
  now: OrderPlan;
  edit: ApprovalEdit | null;
  driftBand: number;
}): string | null {
  const { shown, now, edit } = of;
  const drift = dec(now.referencePrice).minus(shown.referencePrice).abs().div(shown.referencePrice);
  if (drift.greaterThan(of.driftBand)) {
    const moved = `${drift.times(100).toDecimalPlaces(2).toFixed()} %`;
    return `the price moved ${moved}, from ${shown.referencePrice} to ${now.referencePrice}`;
  }
  if (now.side !== shown.side || now.effect !== shown.effect)
    return `the position changed: this would now ${now.effect} instead of ${shown.effect}`;
  const asked = edit?.quantity ?? shown.quantity;
  if (!dec(now.quantity).equals(asked) && dec(now.quantity).lessThan(asked))
    return `only ${now.quantity} of ${asked} fit the limits now`;
  return null;
}
