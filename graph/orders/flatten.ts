// Closes at the market what this desk holds: the last act of the kill switch. Effects: gateway, database.
// Invariant: never more than the broker says is held, never a position that somebody else opened; one exit per symbol.
import { ConflictError, DeskError, type ErrorRecord, toErrorRecord } from "#store/model/errors.ts";
import { clientOrderId, derivedId, type ExecutionId, type OrderId } from "#store/model/ids.ts";
import { type DecimalString, dec, toDecimalString } from "#store/model/money.ts";
import { createOrders, getOrder, type NewOrder } from "#store/trading/orders.ts";
import { deskHoldings } from "#store/trading/room.ts";
import { marketPhase } from "./judging/market-phase.ts";
import { clearProtection } from "./sending/clear-protection.ts";
import { sendLegs } from "./sending/send.ts";
import { businessNow } from "./sending/steps.ts";
import type { OrderDeps } from "./types.ts";

export type FlattenResult = {
  sent: readonly OrderId[];
  failed: readonly { symbol: string; error: ErrorRecord }[];
};

/**
 * @param of.id one id per act: repeating it with the same id sends nothing again. These exits need no approval of their
 * own: whoever pulls the switch is the countersign, and they only ever shrink what is at stake.
 */
export async function flatten(
  deps: OrderDeps,
  of: { id: ExecutionId },
  signal?: AbortSignal,
): Promise<FlattenResult> {
  const { accountId, client } = deps.gateway;
  const held = new Map(
    (await client.positions(signal)).map((position) => [position.conid, dec(position.quantity)]),
  );
  const sent: OrderId[] = [];
  const failed: { symbol: string; error: ErrorRecord }[] = [];
  for (const ours of await deskHoldings(deps.database.db, accountId)) {
    const there = held.get(ours.conid) ?? dec(0);
    // Opposite signs: what we hold by our book is gone already, and what is there is somebody else's.
    const quantity = there.times(ours.quantity).greaterThan(0) ? dec(ours.quantity).abs() : dec(0);
    const most = toDecimalString(quantity.lessThan(there.abs()) ? quantity : there.abs());
    if (dec(most).isZero() || quantity.isZero()) continue;
    const side = there.greaterThan(0) ? ("SELL" as const) : ("BUY" as const);
    try {
      sent.push(await sendExit(deps, { ...ours, id: of.id, side, quantity: most }, signal));
    } catch (error) {
      if (!(error instanceof DeskError)) throw error;
      failed.push({ symbol: ours.symbol, error: toErrorRecord(error) });
    }
  }
  return { sent, failed };
}

type Exit = Pick<NewOrder, "conid" | "symbol" | "currency" | "side" | "quantity"> & { id: ExecutionId };

async function sendExit(deps: OrderDeps, exit: Exit, signal?: AbortSignal): Promise<OrderId> {
  const { db } = deps.database;
  await clearProtection(deps, exit, signal);
  const [row] = await createOrders(db, [await exitRow(deps, exit)]);
  if (row === undefined || row.status !== "INITIALIZED") return exitId(exit);
  const sent = await sendLegs(
    deps,
    { legs: [row], instrument: null, lastCheck: async () => {}, confirmedByPerson: [] },
    signal,
  );
  if (sent.kind !== "submitted" && sent.kind !== "unknown") {
    const { reason } = await getOrder(db, row.id);
    throw new ConflictError("exit_not_taken", `the broker did not take the exit: ${reason ?? sent.kind}`);
  }
  return row.id;
}

function exitId(exit: Exit): OrderId {
  return derivedId("flatten", exit.id, exit.conid) as OrderId;
}

async function exitRow(deps: OrderDeps, exit: Exit): Promise<NewOrder> {
  const { id, ...order } = exit;
  const { session } = marketPhase(new Date(await businessNow(deps)));
  return {
    conid: order.conid,
    symbol: order.symbol,
    currency: order.currency,
    side: order.side,
    quantity: order.quantity,
    id: exitId(exit),
    symbolRunId: null,
    verdictId: null,
    approvalId: null,
    clientOrderId: clientOrderId({
      executionId: id,
      symbol: order.symbol,
      leg: "exit",
      sessionDate: session,
    }),
    brokerOrderId: null,
    parentOrderId: null,
    leg: "exit",
    attempt: 0,
    gatewaySession: deps.gateway.session,
    accountId: deps.gateway.accountId,
    type: "MARKET",
    timeInForce: "DAY",
    limitPrice: null,
    stopPrice: null,
    status: "INITIALIZED",
    filledQuantity: "0" as DecimalString,
    averageFillPrice: null,
    reason: null,
    external: false,
  };
}
