// The countersign: what must stand in the rows before anything may leave. Effects: database reads.
// Invariant: no order without an approval that was given, for this verdict's proposal, and not larger than it.

import type { Db } from "#store/database.ts";
import { ConflictError } from "#store/model/errors.ts";
import type { Instrument } from "#store/model/instrument.ts";
import { dec } from "#store/model/money.ts";
import type { OrderPlan } from "#store/model/risk.ts";
import { found } from "#store/rows.ts";
import {
  countersignOf,
  type SignedApproval,
  type SignedRun,
  type SignedVerdict,
  type WayOut,
  wayOut,
} from "#store/trading/countersign.ts";
import type { MarketPhase } from "#tools/risk/input.ts";
import type { OrderDeps, SubmitRequest } from "../types.ts";

export type Countersigned = {
  readonly run: SignedRun;
  readonly plan: OrderPlan;
  readonly verdict: Pick<SignedVerdict, "id" | "decisionId" | "holdsRoom">;
  readonly instrument: Instrument;
  /** The session that the verdict was given for. */
  readonly session: MarketPhase | null;
  /** Of the run, whatever became of them. */
  readonly hasOrders: boolean;
};

const refuse = (code: string, message: string, facts: Record<string, unknown> = {}) =>
  new ConflictError(code, message, { facts });

/** @throws ConflictError with what is missing; NotFoundError for an unknown id. */
export async function requireCountersign(
  db: Db,
  deps: OrderDeps,
  request: SubmitRequest,
): Promise<Countersigned> {
  const { symbolRunId, approvalId, verdictId } = request;
  const read = await countersignOf(db, { symbolRunId, approvalId, verdictId, gateway: deps.gateway.kind });
  const run = found(read.run ?? undefined, "symbol_run", symbolRunId);
  if (run.dryRun) throw refuse("dry_run", "a dry run never sends an order");
  if (run.approval === "never") throw refuse("not_countersigned", "this execution approves nothing");
  if (run.gatewaySession !== deps.gateway.session || run.accountId !== deps.gateway.accountId)
    throw refuse("wrong_gateway", `the run belongs to ${run.gatewaySession} ${run.accountId}`, {
      gateway: deps.gateway.session,
      accountId: deps.gateway.accountId,
    });
  const approval = found(read.approval ?? undefined, "approval", approvalId);
  const verdict = found(read.verdict ?? undefined, "verdict", verdictId);
  if (approval.symbolRunId !== run.id || (approval.status !== "approved" && approval.status !== "edited"))
    throw refuse("not_countersigned", `the approval is ${approval.status}`, { approvalId });
  const { shown } = approval;
  if (verdict.symbolRunId !== run.id || shown.decisionId !== verdict.decisionId || verdict.plan === null)
    throw refuse("not_countersigned", "the verdict is not one of this approval", { verdictId });
  requireCovered(verdict.plan, shown.plan, approval);
  const { instrument, hasOrders } = read;
  if (instrument === null || instrument.symbol !== run.symbol)
    throw refuse("instrument_unknown", `no instrument is stored for ${run.symbol}`);
  const session = verdict.market as MarketPhase | null;
  return { run, plan: verdict.plan, verdict, instrument, session, hasOrders };
}

/** What goes out is what somebody said yes to: same side, no more shares; limit, stop and target shown or typed. */
function requireCovered(
  plan: OrderPlan,
  shown: OrderPlan | null,
  approval: Pick<SignedApproval, "edit">,
): void {
  const most = approval.edit?.quantity ?? shown?.quantity ?? "0";
  const limit = approval.edit?.limitPrice ?? shown?.limitPrice ?? null;
  const covered =
    shown !== null &&
    plan.side === shown.side &&
    plan.effect === shown.effect &&
    dec(plan.stopPrice).equals(approval.edit?.stopPrice ?? shown.stopPrice) &&
    dec(plan.targetPrice).equals(approval.edit?.targetPrice ?? shown.targetPrice) &&
    dec(plan.quantity).lessThanOrEqualTo(most) &&
    dec(plan.quantity).lessThanOrEqualTo(shown.quantity) &&
    (plan.limitPrice === null) === (limit === null) &&
    withinLimit(plan, limit);
  if (!covered)
    throw refuse("not_countersigned", "the order is not the one that was approved", { plan, shown });
}

/** A typed limit is rounded to the grid on the safe side, so a BUY may be lower and a SELL higher than typed. */
function withinLimit(plan: OrderPlan, limit: string | null): boolean {
  if (plan.limitPrice === null || limit === null) return true;
  return plan.side === "BUY"
    ? dec(plan.limitPrice).lessThanOrEqualTo(limit)
    : dec(plan.limitPrice).greaterThanOrEqualTo(limit);
}

/** What may have changed since: the kill switch, a mismatch, an unknown outcome. Call under the gate and account locks. */
export async function requireOpenWay(tx: Db, deps: OrderDeps, signed: Countersigned): Promise<WayOut> {
  const { accountId } = deps.gateway;
  const { instrument, run, plan, verdict } = signed;
  const { conid } = instrument;
  const way = await wayOut(tx, { accountId, conid, symbolRunId: run.id, verdictId: verdict.id });
  if (way.state === "HALTED") throw refuse("trading_halted", `the desk is halted: ${way.reason ?? ""}`);
  if (way.state === "REDUCING" && plan.effect === "open")
    throw refuse("reducing_only", `the desk only reduces: ${way.reason ?? ""}`);
  if (way.blocked !== null) throw refuse("symbol_blocked", way.blocked);
  if (way.inDoubt !== null)
    throw refuse("order_unknown", `the outcome of another order in ${run.symbol} is not known yet`, {
      orderId: way.inDoubt,
    });
  return way;
}
