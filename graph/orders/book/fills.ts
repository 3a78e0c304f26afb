// Stores what the broker reports as traded, each execution once, tied to its order. Effects: database.
import type { Fill } from "#store/model/order.ts";
import { newsOfFills, saveFills as storeFills } from "#store/trading/fills.ts";
import { ordersNamed } from "#store/trading/orders.ts";
import type { OrderDeps } from "../types.ts";

/**
 * Returns how many were new. A known one only gains its commission and its order; the broker repeats the fills of days at
 * every look, so those that tell nothing new are sorted out first.
 */
export async function saveFills(deps: OrderDeps, fills: readonly Fill[]): Promise<number> {
  const { db } = deps.database;
  const { accountId } = deps.gateway;
  const own = fills.filter((fill) => fill.accountId === accountId);
  const news = await newsOfFills(db, own);
  if (news.length === 0) return 0;
  const named = await ordersNamed(db, {
    accountId,
    brokerOrderIds: news.flatMap(({ brokerOrderId }) => brokerOrderId ?? []),
    clientOrderIds: news.flatMap(({ clientOrderId }) => clientOrderId ?? []),
  });
  const orderOf = ({ brokerOrderId, clientOrderId }: Fill) =>
    named.find((order) => brokerOrderId !== null && order.brokerOrderId === brokerOrderId) ??
    named.find((order) => clientOrderId !== null && order.clientOrderId === clientOrderId);
  return storeFills(
    db,
    news.map((fill) => ({ ...fill, orderId: orderOf(fill)?.id ?? null })),
  );
}
