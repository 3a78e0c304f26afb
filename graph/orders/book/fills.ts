// Stores what the broker reports as traded, each execution once, tied to its order. Effects: database.
import type { Fill } from "#store/model/order.ts";
import { saveFill } from "#store/trading/fills.ts";
import { orderByBrokerId, orderByClientOrderId } from "#store/trading/orders.ts";
import type { OrderDeps } from "../types.ts";

/** Returns how many were new. A known one only gains its commission and its order. */
export async function saveFills(deps: OrderDeps, fills: readonly Fill[]): Promise<number> {
  const { db } = deps.database;
  let added = 0;
  for (const fill of fills) {
    if (fill.accountId !== deps.gateway.accountId) continue;
    const { brokerOrderId, clientOrderId, accountId } = fill;
    const order =
      (brokerOrderId === null ? null : await orderByBrokerId(db, { accountId, brokerOrderId })) ??
      (clientOrderId === null ? null : await orderByClientOrderId(db, clientOrderId));
    const { isNew } = await saveFill(db, { ...fill, orderId: order?.id ?? null });
    if (isNew) added += 1;
  }
  return added;
}
