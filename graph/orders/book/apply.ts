// Applies what the broker says to a stored order; a contradiction stops the symbol instead of the poll. Effects: database.
import { type Db, transaction } from "#store/database.ts";
import { InvariantError } from "#store/model/errors.ts";
import type { Instant } from "#store/model/ids.ts";
import { only } from "#store/rows.ts";
import { raiseAlertOnce } from "#store/trading/alerts.ts";
import {
  lockOrders,
  type OrderSteps,
  stepsOf,
  writeSteps,
  writeUnchanged,
} from "#store/trading/order-events.ts";
import type { OrderRow } from "#store/trading/orders.ts";
import { blockSymbol } from "#store/trading/symbol-blocks.ts";
import { readOrder, type Seen } from "./seen.ts";

export type Applied = {
  readonly order: OrderRow;
  readonly events: number;
  readonly contradiction: string | null;
};

/** One stored order and what the broker says of it. */
export type Sighting = { readonly order: OrderRow; readonly seen: Seen };

/** Brings a stored order in line with a reading. The row is read again: another worker may have been faster. */
export async function applySeen(db: Db, of: Sighting & { at: Instant }): Promise<Applied> {
  return only(await applySightings(db, { sightings: [of], at: of.at }), "applying a reading");
}

/**
 * The same for several orders; a contradiction in one of them keeps none of the others back. What still stands as it was
 * read is written in one statement; the others, and whatever contradicts, are judged by the rows under their locks.
 */
export async function applySightings(
  db: Db,
  of: { sightings: readonly Sighting[]; at: Instant },
): Promise<Applied[]> {
  const { sightings, at } = of;
  const read = sightings.map(({ order, seen }) => stepsSeen(order, { seen, at }));
  const written = await writeUnchanged(
    db,
    read.flatMap(({ steps }) => steps ?? []),
  );
  const others = sightings.filter(({ order }) => !written.has(order.id));
  const locked = await applyLocked(db, { sightings: others, at });
  return sightings.map(({ order }, index) => {
    const { steps } = read[index] ?? {};
    return written.has(order.id) && steps
      ? { order: steps.after, events: steps.events.length, contradiction: null }
      : only(
          locked.filter((one) => one.order.id === order.id),
          "applying a reading",
        );
  });
}

async function applyLocked(db: Db, of: { sightings: readonly Sighting[]; at: Instant }): Promise<Applied[]> {
  const { sightings, at } = of;
  if (sightings.length === 0) return [];
  const applied = await transaction(db, async (tx) => {
    const rows = await lockOrders(
      tx,
      sightings.map(({ order }) => order.id),
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    const read = sightings.map(({ order, seen }) => stepsSeen(byId.get(order.id) ?? order, { seen, at }));
    await writeSteps(
      tx,
      read.flatMap(({ steps }) => steps ?? []),
    );
    return read.map(({ order, steps, why }) => ({
      order: steps?.after ?? order,
      events: steps?.events.length ?? 0,
      contradiction: why,
    }));
  });
  for (const [index, one] of applied.entries())
    if (one.contradiction !== null)
      await stopSymbol(db, one.order, { why: one.contradiction, seen: sightings[index]?.seen });
  return applied;
}

type ReadSteps = { order: OrderRow; steps: OrderSteps | null; why: string | null };

/** What the reading makes of the order, or why it cannot be. */
function stepsSeen(order: OrderRow, of: { seen: Seen; at: Instant }): ReadSteps {
  const { seen, at } = of;
  const reading = readOrder(order, seen);
  if (reading.kind === "contradiction") return { order, steps: null, why: reading.why };
  const details = { broker: seen.vendorStatus };
  try {
    const events = reading.events.map((event) => ({ ...event, at, details }));
    return { order, steps: stepsOf(order, events), why: null };
  } catch (error) {
    if (!(error instanceof InvariantError)) throw error;
    return { order, steps: null, why: error.message };
  }
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
