// Small steps that the whole order path shares: the named points, business time, the mark "unknown". Effects: as named.
import type { Db } from "#store/database.ts";
import type { Instant, SessionDate } from "#store/model/ids.ts";
import { changeKnownOrders } from "#store/trading/order-events.ts";
import type { OrderRow } from "#store/trading/orders.ts";
import { sessionClose } from "#tools/calendar.ts";
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
  const { at, details } = of;
  const event = { kind: "outcome_unknown" as const, at, details };
  // Judged by the rows as they are then: a poll may have found one at the broker since.
  return changeKnownOrders(db, of.legs, (leg) => (leg.status === "SUBMITTING" ? [event] : []));
}

/** The close of the session that an order of ours is meant for: it stands in the client order id (CS-YYYYMMDD-…). */
export function sessionEnd({ clientOrderId }: Pick<OrderRow, "clientOrderId">): number | null {
  const [, y, m, d] = /^CS-(\d{4})(\d{2})(\d{2})-/.exec(clientOrderId ?? "") ?? [];
  return y === undefined ? null : sessionClose(`${y}-${m}-${d}` as SessionDate).getTime();
}
