// The only way an order changes: one event, one step of the transition table, under the row's lock. Effects: database.
import { asc, eq, sql } from "drizzle-orm";
import { type Db, transaction } from "../database.ts";
import { InvariantError } from "../model/errors.ts";
import type { BrokerOrderId, Instant, OrderId } from "../model/ids.ts";
import { type DecimalString, dec } from "../model/money.ts";
import { nextOrderStatus, type OrderEventKind } from "../model/order.ts";
import { found, only } from "../rows.ts";
import { orderEvents, orders } from "../schema/index.ts";
import type { OrderRow } from "./orders.ts";

export type OrderEventRow = typeof orderEvents.$inferSelect;

export type OrderEvent = {
  orderId: OrderId;
  kind: OrderEventKind;
  /** Business time. */
  at: Instant;
  /** The broker's words, or ours: small JSON. */
  details?: unknown;
  /** Absent fields stay as they are. */
  brokerOrderId?: BrokerOrderId;
  filledQuantity?: DecimalString;
  averageFillPrice?: DecimalString;
  reason?: string;
};

/**
 * Applies an event. One that changes neither status nor any field is not recorded again.
 * @throws NotFoundError; InvariantError when the table has no such step, when a broker order id would change, or when
 * less is filled than before.
 */
export async function applyOrderEvent(db: Db, event: OrderEvent): Promise<OrderRow> {
  return transaction(db, async (tx) => {
    const [locked] = await tx.select().from(orders).where(eq(orders.id, event.orderId)).for("update");
    const order = found(locked, "order", event.orderId);
    const status = nextOrderStatus(order.status, event.kind);
    const change = changedFields(order, event);
    if (status === order.status && Object.keys(change).length === 0) return order;
    await tx.insert(orderEvents).values({
      orderId: order.id,
      kind: event.kind,
      fromStatus: order.status,
      toStatus: status,
      at: event.at,
      details: event.details ?? null,
    });
    const rows = await tx
      .update(orders)
      .set({ ...change, status, updatedAt: sql`now()` })
      .where(eq(orders.id, order.id))
      .returning();
    return only(rows, "changing an order");
  });
}

type Change = Partial<Pick<OrderRow, "brokerOrderId" | "filledQuantity" | "averageFillPrice" | "reason">>;

function changedFields(order: OrderRow, event: OrderEvent): Change {
  const change: Change = {};
  const { brokerOrderId, filledQuantity, averageFillPrice, reason } = event;
  if (brokerOrderId !== undefined && brokerOrderId !== order.brokerOrderId) {
    if (order.brokerOrderId !== null) {
      throw new InvariantError("an order cannot change its broker order id", {
        orderId: order.id,
        stored: order.brokerOrderId,
        given: brokerOrderId,
      });
    }
    change.brokerOrderId = brokerOrderId;
  }
  if (filledQuantity !== undefined && !dec(filledQuantity).eq(order.filledQuantity)) {
    if (dec(filledQuantity).lt(order.filledQuantity) || dec(filledQuantity).gt(order.quantity)) {
      throw new InvariantError("the filled quantity can only grow, up to the order's", {
        orderId: order.id,
        stored: order.filledQuantity,
        given: filledQuantity,
      });
    }
    change.filledQuantity = filledQuantity;
  }
  if (averageFillPrice !== undefined && !samePrice(averageFillPrice, order.averageFillPrice)) {
    change.averageFillPrice = averageFillPrice;
  }
  if (reason !== undefined && reason !== order.reason) change.reason = reason;
  return change;
}

function samePrice(given: DecimalString, stored: DecimalString | null): boolean {
  return stored !== null && dec(given).eq(stored);
}

/** The life of an order, oldest first. */
export function listOrderEvents(db: Db, orderId: OrderId): Promise<OrderEventRow[]> {
  return db.select().from(orderEvents).where(eq(orderEvents.orderId, orderId)).orderBy(asc(orderEvents.id));
}
