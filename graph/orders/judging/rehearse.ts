// Judges a proposal of a dry run: the same rules, stored like any verdict. Effects: broker reads, database.
// Invariant: no room is taken, so that an order of the desk is never denied or cut for the sake of a rehearsal.
import { transaction } from "#store/database.ts";
import { getVerdict, saveVerdict, type VerdictRow } from "#store/trading/verdicts.ts";
import { decideRisk } from "#tools/risk/decide.ts";
import type { RiskInput } from "#tools/risk/input.ts";
import type { JudgeRequest, OrderDeps } from "../types.ts";
import { askBroker, completeSnapshot } from "./observe.ts";

/** @throws UnavailableError, VendorError when the present account is asked for and the broker cannot be read */
export async function rehearse(
  deps: OrderDeps,
  request: JudgeRequest,
  signal?: AbortSignal,
): Promise<VerdictRow> {
  const input = await inputOf(deps, request, signal);
  return saveVerdict(deps.database.db, {
    decisionId: request.decisionId,
    step: request.step,
    sequence: request.sequence,
    verdict: decideRisk(input),
    snapshot: input,
    review: request.review?.review ?? null,
    llmCallId: request.review?.llmCallId ?? null,
  });
}

/** Account, quote, market and book as the source's rules saw them, or as they are now. */
async function inputOf(deps: OrderDeps, request: JudgeRequest, signal?: AbortSignal): Promise<RiskInput> {
  const snapshotOf = request.rehearsal?.snapshotOf ?? null;
  if (snapshotOf === null) {
    const broker = await askBroker(deps, request, signal);
    return transaction(deps.database.db, (tx) => completeSnapshot(tx, deps, { request, broker }));
  }
  // Written by `judgeProposal` of this graph version: a fork of another version is refused.
  const recorded = (await getVerdict(deps.database.db, snapshotOf)).snapshot as RiskInput;
  const { mode, limits, decision, instrument, lastBar, requested } = request;
  return { ...recorded, mode, limits, decision, instrument, lastBar, requested, preview: null };
}
