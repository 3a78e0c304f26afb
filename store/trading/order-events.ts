// The only way an order changes: one event, one step of the transition table, under the row's lock. Effects: database.
import { asc, inArray, sql } from "drizzle-orm";
import { type Db, inTransaction } from "../database.ts";
import { InvariantError } from "../model/errors.ts";
import type { BrokerOrderId, Instant, OrderId } from "../model/ids.ts";
import { type DecimalString, dec } from "../model/money.ts";
import { nextOrderStatus, type OrderEventKind } from "../model/order.ts";
import { found, only } from "../rows.ts";
import { storableJson } from "../schema/columns.ts";
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
  return only(await applyOrderEvents(db, [event]), "changing an order");
}

/**
 * The same for several events at once, in their order: all or none. Returns each order as it stands afterwards, in the
 * order in which the events first name them.
 */
export async function applyOrderEvents(db: Db, events: readonly OrderEvent[]): Promise<OrderRow[]> {
  const named = events.map(({ orderId: id }) => ({ id }));
  return changeOrders(db, named, (row) => events.filter((event) => event.orderId === row.id));
}

/** Changes orders by what `events` makes of each as it stands under its lock: all or none, returned in the same order. */
export async function changeOrders(
  db: Db,
  of: readonly Pick<OrderRow, "id">[],
  events: (order: OrderRow) => readonly Omit<OrderEvent, "orderId">[],
): Promise<OrderRow[]> {
  if (of.length === 0) return [];
  return inTransaction(db, async (tx) => {
    const rows = await lockOrders(
      tx,
      of.map(({ id }) => id),
    );
    return writeSteps(
      tx,
      rows.map((row) => stepsOf(row, events(row))),
    );
  });
}

/**
 * The same for orders that were read a moment ago: those that still stand as read are written in one statement, only the
 * others are read anew under their locks. All or none within a transaction.
 */
export async function changeKnownOrders(
  db: Db,
  known: readonly OrderRow[],
  events: (order: OrderRow) => readonly Omit<OrderEvent, "orderId">[],
): Promise<OrderRow[]> {
  const written = await writeUnchanged(
    db,
    known.flatMap((row) => stepsThatFit(row, events(row)) ?? []),
  );
  const rest = known.filter(({ id }) => !written.has(id));
  const read = new Map((await changeOrders(db, rest, events)).map((row) => [row.id, row]));
  return known.map((row) => written.get(row.id) ?? found(read.get(row.id), "order", row.id));
}

/** Null when the order as it was read allows no such step: what it is now must tell. */
function stepsThatFit(row: OrderRow, events: readonly Omit<OrderEvent, "orderId">[]): OrderSteps | null {
  try {
    return stepsOf(row, events);
  } catch (error) {
    if (error instanceof InvariantError) return null;
    throw error;
  }
}

/** Locked until the transaction ends, always in the order of their ids; returned in the order asked for. */
export async function lockOrders(tx: Db, ids: readonly OrderId[]): Promise<OrderRow[]> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return [];
  const rows = await tx
    .select()
    .from(orders)
    .where(inArray(orders.id, wanted))
    .orderBy(asc(orders.id))
    .for("update");
  const byId = new Map(rows.map((row) => [row.id, row]));
  return wanted.map((id) => found(byId.get(id), "order", id));
}

/** What events make of an order, not yet written. */
export type OrderSteps = {
  readonly before: OrderRow;
  readonly after: OrderRow;
  readonly events: readonly (typeof orderEvents.$inferInsert)[];
};

/** Pure. @throws InvariantError as `applyOrderEvent` does */
export function stepsOf(before: OrderRow, events: readonly Omit<OrderEvent, "orderId">[]): OrderSteps {
  let after = before;
  const recorded: OrderSteps["events"][number][] = [];
  for (const event of events) {
    const status = nextOrderStatus(after.status, event.kind);
    const change = changedFields(after, event);
    if (status === after.status && Object.keys(change).length === 0) continue;
    const { kind, at } = event;
    const details = event.details ?? null;
    recorded.push({ orderId: before.id, kind, fromStatus: after.status, toStatus: status, at, details });
    after = { ...after, ...change, status };
  }
  return { before, after, events: recorded };
}

/** Writes the steps of orders that `lockOrders` holds, in two statements; returns the orders in the same order. */
export async function writeSteps(tx: Db, steps: readonly OrderSteps[]): Promise<OrderRow[]> {
  const changed = steps.filter((step) => step.events.length > 0);
  if (changed.length > 0) {
    await tx.insert(orderEvents).values(changed.flatMap((step) => step.events));
    await updateOrders(
      tx,
      changed.map((step) => step.after),
    );
  }
  return steps.map((step) => step.after);
}

/**
 * Locks, compares and writes in one statement, each order for itself: one that is not as its steps found it any more stays
 * as it is. Returns what was written, by id; the caller reads the others anew.
 */
export async function writeUnchanged(
  db: Db,
  steps: readonly OrderSteps[],
): Promise<ReadonlyMap<OrderId, OrderRow>> {
  const changed = steps.filter((step) => step.events.length > 0);
  if (changed.length === 0) return new Map();
  const next = changed.map(({ before, after }) => ({
    id: after.id,
    ...held("is", after),
    ...held("was", before),
  }));
  const events = changed.flatMap((step) => step.events).map((event, at) => ({ ...event, place: at }));
  const result = await db.execute<{ id: OrderId }>(sql`
    with next as materialized (
      select * from jsonb_to_recordset(${storableJson(next)}::jsonb) as next (id uuid,
        is_status text, is_broker text, is_filled numeric, is_price numeric, is_reason text,
        was_status text, was_broker text, was_filled numeric, was_price numeric, was_reason text)
    ), locked as materialized (
      select id, status, broker_order_id, filled_quantity, average_fill_price, reason from orders
      where id = any(${sql.param(next.map(({ id }) => id))}::uuid[]) order by id for update
    ), moved as (
      update orders set status = is_status, broker_order_id = is_broker, filled_quantity = is_filled,
        average_fill_price = is_price, reason = is_reason, updated_at = now()
      from locked join next on next.id = locked.id
      where orders.id = locked.id and locked.status = was_status and locked.filled_quantity = was_filled
        and locked.broker_order_id is not distinct from was_broker
        and locked.average_fill_price is not distinct from was_price
        and locked.reason is not distinct from was_reason
      returning orders.id
    ), told as (
      insert into order_events (order_id, kind, from_status, to_status, at, details)
      select moved.id, kind, "fromStatus", "toStatus", at, details
      from jsonb_to_recordset(${storableJson(events)}::jsonb) as event ("orderId" uuid, kind text,
        "fromStatus" text, "toStatus" text, at timestamptz, details jsonb, place int)
        join moved on moved.id = event."orderId"
      order by place
    )
    select id from moved`);
  const written = new Set(result.rows.map((row) => row.id));
  return new Map(changed.flatMap(({ after }) => (written.has(after.id) ? [[after.id, after]] : [])));
}

/** All that an event can change of an order. */
function held(when: "is" | "was", order: OrderRow) {
  return {
    [`${when}_status`]: order.status,
    [`${when}_broker`]: order.brokerOrderId,
    [`${when}_filled`]: order.filledQuantity,
    [`${when}_price`]: order.averageFillPrice,
    [`${when}_reason`]: order.reason,
  };
}

async function updateOrders(tx: Db, rows: readonly OrderRow[]): Promise<void> {
  const column = (of: (row: OrderRow) => string | null) => sql.param(rows.map(of));
  // The reason is a vendor's or a person's text: its column drops what PostgreSQL cannot hold.
  const reasons = column((row) => (row.reason === null ? null : row.reason.replaceAll("\0", "\ufffd")));
  await tx.execute(sql`
    update orders set status = next.status, broker_order_id = next.broker, filled_quantity = next.filled,
      average_fill_price = next.price, reason = next.reason, updated_at = now()
    from unnest(${column((row) => row.id)}::uuid[], ${column((row) => row.status)}::text[],
      ${column((row) => row.brokerOrderId)}::text[], ${column((row) => row.filledQuantity)}::numeric[],
      ${column((row) => row.averageFillPrice)}::numeric[], ${reasons}::text[])
      as next (id, status, broker, filled, price, reason)
    where orders.id = next.id`);
}

type Change = Partial<Pick<OrderRow, "brokerOrderId" | "filledQuantity" | "averageFillPrice" | "reason">>;

function changedFields(order: OrderRow, event: Omit<OrderEvent, "orderId">): Change {
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
  return eventsOfOrders(db, [orderId]);
}

/** The same of several orders. */
export async function eventsOfOrders(db: Db, orderIds: readonly OrderId[]): Promise<OrderEventRow[]> {
  if (orderIds.length === 0) return [];
  return db
    .select()
    .from(orderEvents)
    .where(inArray(orderEvents.orderId, [...orderIds]))
    .orderBy(asc(orderEvents.id));
}
