// Small steps that the whole order path shares: the named points, business time, the mark "unknown". Effects: as named.
import { type Db, transaction } from "#store/database.ts";
import type { Instant } from "#store/model/ids.ts";
import { applyOrderEvent } from "#store/trading/order-events.ts";
import type { OrderRow } from "#store/trading/orders.ts";
import type { OrderDeps, OrderStep } from "../types.ts";

export async function reach(deps: OrderDeps, step: OrderStep): Promise<void> {
  await deps.onStep?.(step);
}

export async function businessNow(deps: OrderDeps): Promise<Instant> {
  return (await deps.gateway.marketClock.now()).toISOString() as Instant;
}

/** SUBMITTING legs become UNKNOWN: nothing new goes out in the symbol until they have been looked up. */
export async function markUnknown(
  db: Db,
  of: { legs: readonly OrderRow[]; at: Instant; details: unknown },
): Promise<OrderRow[]> {
  return transaction(db, async (tx) => {
    const marked: OrderRow[] = [];
    for (const leg of of.legs)
      marked.push(
        leg.status === "SUBMITTING"
          ? await applyOrderEvent(tx, {
              orderId: leg.id,
              kind: "outcome_unknown",
              at: of.at,
              details: of.details,
            })
          : leg,
      );
    return marked;
  });
}
