// Asks the broker to cancel one order; what became of it is read afterwards. Effects: gateway, database.
import { type Db, transaction } from "#store/database.ts";
import { ConflictError, toErrorRecord } from "#store/model/errors.ts";
import type { Instant, OrderId } from "#store/model/ids.ts";
import { isTerminal, type OrderStatus } from "#store/model/order.ts";
import { applyOrderEvent } from "#store/trading/order-events.ts";
import { childOrders, getOrder } from "#store/trading/orders.ts";
import { applySeen } from "./book/apply.ts";
import { seenOrder } from "./book/seen.ts";
import { businessNow } from "./sending/steps.ts";
import type { OrderDeps } from "./types.ts";

/**
 * An acknowledged cancel is not yet a cancelled order: it may still fill. Returns the status as known afterwards.
 * An order that never left (INITIALIZED) is cancelled here, without the broker.
 * @throws ConflictError when the order is over, or when its outcome is unknown (it is looked up first).
 */
export async function cancelOrder(
  deps: OrderDeps,
  orderId: OrderId,
  signal?: AbortSignal,
): Promise<OrderStatus> {
  const { db } = deps.database;
  const order = await getOrder(db, orderId);
  const at = await businessNow(deps);
  if (isTerminal(order.status)) throw refuse("order_over", `the order is ${order.status}`, order.status);
  if (order.status === "INITIALIZED") {
    return cancelUnsent(db, orderId, at);
  }
  if (order.brokerOrderId === null)
    throw refuse("order_unknown", "its outcome is not known yet: it is being looked up", order.status);
  // Recorded before it is asked: a crash in between leaves an order that is still working, which the tracker tells.
  await applyOrderEvent(db, { orderId, kind: "cancel_requested", at });
  const answer = await deps.gateway.client.orders.cancel(order.brokerOrderId, signal);
  const now = await deps.gateway.client.orders.status(order.brokerOrderId, signal).catch((error: unknown) => {
    if (toErrorRecord(error).code === "unexpected") throw error;
    return null;
  });
  if (now !== null) await applySeen(db, { order, seen: seenOrder(now), at: await businessNow(deps) });
  const known = await getOrder(db, orderId);
  if (answer.kind === "refused" && known.status === "PENDING_CANCEL")
    return (await applyOrderEvent(db, { orderId, kind: "cancel_refused", at, details: answer })).status;
  return known.status;
}

/** The whole bracket goes: stop and target without their entry would wait for ever. */
async function cancelUnsent(db: Db, orderId: OrderId, at: Instant): Promise<OrderStatus> {
  const reason = "cancelled before it was sent";
  return transaction(db, async (tx) => {
    const { status } = await applyOrderEvent(tx, { orderId, kind: "canceled", at, reason });
    for (const child of await childOrders(tx, orderId))
      if (child.status === "INITIALIZED")
        await applyOrderEvent(tx, { orderId: child.id, kind: "canceled", at, reason });
    return status;
  });
}

function refuse(code: string, message: string, status: OrderStatus): ConflictError {
  return new ConflictError(code, message, { facts: { status } });
}
