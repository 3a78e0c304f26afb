// Orders as an outbox: the row exists before anything is sent, and only the transition table changes it. Effects: database.
import { and, asc, desc, eq, inArray, sql } from "drizzle-orm";
import { type Db, inTransaction } from "../database.ts";
import { InvariantError } from "../model/errors.ts";
import type {
  AccountId,
  BrokerOrderId,
  ClientOrderId,
  Conid,
  OrderId,
  SymbolRunId,
  Ticker,
} from "../model/ids.ts";
import type { Order, OrderStatus } from "../model/order.ts";
import { olderThan, type Page, type PageRequest, pageLimit, toPage } from "../page.ts";
import { found } from "../rows.ts";
import { approvals, orders } from "../schema/index.ts";

export type OrderRow = typeof orders.$inferSelect;
/** An order to store: the domain's order and the gateway session that it goes through. */
export type NewOrder = Order & { gatewaySession: string };

/**
 * Stores orders, parents before children; ids and client order ids that exist already stay as they are.
 * @throws InvariantError when an order of ours has no given approval, or a client order id belongs to another order.
 */
export async function createOrders(db: Db, input: readonly NewOrder[]): Promise<OrderRow[]> {
  if (input.length === 0) return [];
  return inTransaction(db, async (tx) => {
    await requireCountersigns(tx, input);
    const added = await tx
      .insert(orders)
      .values([...input])
      .onConflictDoNothing()
      .returning();
    const rows = new Map(added.map((row) => [row.id, row]));
    const known = input.flatMap((order) => (rows.has(order.id) ? [] : [order.id]));
    if (known.length > 0)
      for (const row of await tx.select().from(orders).where(inArray(orders.id, known)))
        rows.set(row.id, row);
    return input.map((order) => {
      const row = rows.get(order.id);
      if (row === undefined || row.clientOrderId !== order.clientOrderId) {
        throw new InvariantError("a client or broker order id belongs to another order", {
          clientOrderId: order.clientOrderId,
          brokerOrderId: order.brokerOrderId,
        });
      }
      return row;
    });
  });
}

// The table's check demands an approval; this demands that somebody, or the policy, has said yes.
async function requireCountersigns(tx: Db, input: readonly NewOrder[]): Promise<void> {
  const needed = [
    ...new Set(
      input.flatMap((order) =>
        order.external || order.leg === "exit" || order.approvalId === null ? [] : [order.approvalId],
      ),
    ),
  ];
  if (needed.length === 0) return;
  const given = await tx
    .select({ id: approvals.id })
    .from(approvals)
    .where(and(inArray(approvals.id, needed), inArray(approvals.status, ["approved", "edited"])));
  if (given.length !== needed.length) {
    throw new InvariantError("an order needs an approval that was given", { approvals: needed });
  }
}

/** @throws NotFoundError `order_not_found` */
export async function getOrder(db: Db, id: OrderId): Promise<OrderRow> {
  const [row] = await db.select().from(orders).where(eq(orders.id, id));
  return found(row, "order", id);
}

/** Every leg and attempt of a run: entry first, in the order of their making. */
export function ordersOfRun(db: Db, symbolRunId: SymbolRunId): Promise<OrderRow[]> {
  return db
    .select()
    .from(orders)
    .where(eq(orders.symbolRunId, symbolRunId))
    .orderBy(asc(orders.createdAt), asc(orders.attempt), asc(orders.leg));
}

/** Stop and target of an entry. */
export function childOrders(db: Db, parentOrderId: OrderId): Promise<OrderRow[]> {
  return db.select().from(orders).where(eq(orders.parentOrderId, parentOrderId)).orderBy(asc(orders.leg));
}

const NOT_TERMINAL = sql`${orders.status} not in ('DENIED', 'FILLED', 'CANCELED', 'REJECTED', 'EXPIRED')`;

/** Everything that is not over, INITIALIZED and UNKNOWN included, oldest first. */
export function workingOrders(db: Db, of: { accountId: AccountId; conid?: Conid }): Promise<OrderRow[]> {
  return db
    .select()
    .from(orders)
    .where(
      and(
        eq(orders.accountId, of.accountId),
        of.conid === undefined ? undefined : eq(orders.conid, of.conid),
        NOT_TERMINAL,
      ),
    )
    .orderBy(asc(orders.createdAt), asc(orders.id));
}

/** Orders of which nobody knows whether they reached the broker. SUBMITTING counts when its process is gone. */
export function unknownOrders(
  db: Db,
  of: { accountId: AccountId; includeSubmitting?: boolean },
): Promise<OrderRow[]> {
  const statuses: OrderStatus[] = of.includeSubmitting === true ? ["UNKNOWN", "SUBMITTING"] : ["UNKNOWN"];
  return db
    .select()
    .from(orders)
    .where(and(eq(orders.accountId, of.accountId), NOT_TERMINAL, inArray(orders.status, statuses)))
    .orderBy(asc(orders.createdAt), asc(orders.id));
}

/** Gateway sessions in which the outcome of some order is not known. */
export async function sessionsInDoubt(db: Db): Promise<string[]> {
  const rows = await db
    .selectDistinct({ session: orders.gatewaySession })
    .from(orders)
    .where(sql`${orders.status} in ('UNKNOWN', 'SUBMITTING')`);
  return rows.map((row) => row.session);
}

export async function orderByBrokerId(
  db: Db,
  key: { accountId: AccountId; brokerOrderId: BrokerOrderId },
): Promise<OrderRow | null> {
  const [row] = await db
    .select()
    .from(orders)
    .where(and(eq(orders.accountId, key.accountId), eq(orders.brokerOrderId, key.brokerOrderId)));
  return row ?? null;
}

export async function orderByClientOrderId(db: Db, id: ClientOrderId): Promise<OrderRow | null> {
  const [row] = await db.select().from(orders).where(eq(orders.clientOrderId, id));
  return row ?? null;
}

/** The orders that a broker's or one of our own ids names. */
export function ordersNamed(
  db: Db,
  of: {
    accountId: AccountId;
    brokerOrderIds: readonly BrokerOrderId[];
    clientOrderIds: readonly ClientOrderId[];
  },
): Promise<OrderRow[]> {
  const any = (ids: readonly string[]) => sql`any(${sql.param([...new Set(ids)])}::text[])`;
  return db
    .select()
    .from(orders)
    .where(
      sql`(${orders.accountId} = ${of.accountId} and ${orders.brokerOrderId} = ${any(of.brokerOrderIds)})
        or ${orders.clientOrderId} = ${any(of.clientOrderIds)}`,
    );
}

/** Newest first. */
export async function listOrders(
  db: Db,
  request: PageRequest & { status?: OrderStatus; symbol?: Ticker; external?: boolean } = {},
): Promise<Page<OrderRow>> {
  const limit = pageLimit(request);
  const rows = await db
    .select()
    .from(orders)
    .where(
      and(
        request.status === undefined ? undefined : eq(orders.status, request.status),
        request.symbol === undefined ? undefined : eq(orders.symbol, request.symbol),
        request.external === undefined ? undefined : eq(orders.external, request.external),
        olderThan(request, { at: orders.createdAt, id: orders.id, idType: "uuid" }),
      ),
    )
    .orderBy(desc(orders.createdAt), desc(orders.id))
    .limit(limit + 1);
  return toPage(rows, limit, (row) => [row.createdAt, row.id]);
}
