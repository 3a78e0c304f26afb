// Applies what the broker says to a stored order; a contradiction stops the symbol instead of the poll. Effects: database.
import { type Db, transaction } from "#store/database.ts";
import { InvariantError } from "#store/model/errors.ts";
import type { Instant } from "#store/model/ids.ts";
import { applyOrderEvent } from "#store/trading/order-events.ts";
import { getOrder, type OrderRow } from "#store/trading/orders.ts";
import { raiseAlertOnce } from "#store/trading/standing-alerts.ts";
import { blockSymbol } from "#store/trading/trading-state.ts";
import { readOrder, type Seen } from "./seen.ts";

export type Applied = {
  readonly order: OrderRow;
  readonly events: number;
  readonly contradiction: string | null;
};

/** Brings a stored order in line with a reading. The row is read again: another worker may have been faster. */
export async function applySeen(db: Db, of: { order: OrderRow; seen: Seen; at: Instant }): Promise<Applied> {
  const { seen, at } = of;
  try {
    return await transaction(db, async (tx) => {
      let order = await getOrder(tx, of.order.id);
      const reading = readOrder(order, seen);
      if (reading.kind === "contradiction") return { order, events: 0, contradiction: reading.why };
      for (const event of reading.events)
        order = await applyOrderEvent(tx, {
          ...event,
          orderId: order.id,
          at,
          details: { broker: seen.vendorStatus },
        });
      return { order, events: reading.events.length, contradiction: null };
    }).then((applied) => settle(db, applied, seen));
  } catch (error) {
    if (!(error instanceof InvariantError)) throw error;
    return settle(db, { order: of.order, events: 0, contradiction: error.message }, seen);
  }
}

async function settle(db: Db, applied: Applied, seen: Seen): Promise<Applied> {
  if (applied.contradiction !== null)
    await stopSymbol(db, applied.order, { why: applied.contradiction, seen });
  return applied;
}

/** Blocks new orders in the order's symbol until somebody has looked, and says so once. */
export async function stopSymbol(db: Db, order: OrderRow, of: { why: string; seen: unknown }): Promise<void> {
  const { accountId, conid, symbol, id: orderId } = order;
  const reason = `order ${order.leg} ${order.clientOrderId ?? order.brokerOrderId ?? orderId}: ${of.why}`;
  await blockSymbol(db, {
    accountId,
    conid,
    symbol,
    code: "order_contradiction",
    reason,
    details: { ours: order, brokers: of.seen },
  });
  await raiseAlertOnce(db, {
    level: "alarm",
    code: "order_contradiction",
    message: `${symbol}: ${reason}`,
    facts: { why: of.why, seen: of.seen },
    orderId,
    symbolRunId: order.symbolRunId,
  });
}
