// Orders as an outbox: the row exists before anything is sent, and only the transition table changes it. Effects: database.
import { and, asc, desc, eq, inArray, sql } from "drizzle-orm";
import { type Db, inTransaction } from "../database.ts";
import { InvariantError } from "../model/errors.ts";
import type {
  AccountId,
  ApprovalId,
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
import { insertRows, toInstant } from "../schema/columns.ts";
import { approvals, orders } from "../schema/index.ts";
import { releaseCapacity } from "./verdicts.ts";

export type OrderRow = typeof orders.$inferSelect;
/** An order to store: the domain's order and the gateway session that it goes through. */
export type NewOrder = Order & { gatewaySession: string };

const KEYS = [
  "id",
  "symbolRunId",
  "verdictId",
  "approvalId",
  "clientOrderId",
  "brokerOrderId",
  "parentOrderId",
  "leg",
  "attempt",
  "gatewaySession",
  "accountId",
  "conid",
  "symbol",
  "side",
  "type",
  "timeInForce",
  "quantity",
  "limitPrice",
  "stopPrice",
  "currency",
  "status",
  "filledQuantity",
  "averageFillPrice",
  "reason",
  "external",
] as const satisfies readonly (keyof NewOrder)[];

/**
 * Stores orders, parents before children; ids and client order ids that exist already stay as they are.
 * @param of.releases gives back, for this reason, the room that the orders' verdicts hold: it is the orders' from here on
 * @throws InvariantError when an order of ours has no given approval, or a client order id belongs to another order.
 */
export async function createOrders(
  db: Db,
  input: readonly NewOrder[],
  of: { releases?: string } = {},
): Promise<OrderRow[]> {
  if (input.length === 0) return [];
  const releases = of.releases ?? null;
  // One order is one statement; of several, all are stored or none.
  if (input.length === 1) return storeOrders(db, { input, releases });
  return inTransaction(db, (tx) => storeOrders(tx, { input, releases }));
}

async function storeOrders(
  db: Db,
  of: { input: readonly NewOrder[]; releases: string | null },
): Promise<OrderRow[]> {
  const { input, releases } = of;
  const needed = approvalsNeeded(input);
  const result = await db.execute<Pick<OrderRow, "id"> & { at: string }>(sql`
    with given as (
      select count(*) as number from approvals
      where id = any(${sql.param(needed)}::uuid[]) and status in ('approved', 'edited')
    ), added as (
      ${insertRows(orders, { keys: KEYS, rows: input })}, given where given.number = ${needed.length}
      on conflict do nothing returning id, verdict_id, created_at
    ), released as (
      update risk_reservations set released_at = now(), release_reason = ${releases}
      where ${releases}::text is not null and released_at is null and verdict_id in (select verdict_id from added)
    )
    select id, created_at as at from added`);
  const added = new Map(result.rows.map(({ id, at }) => [id, toInstant(at)]));
  const rows = input.flatMap((order) => {
    const at = added.get(order.id);
    return at === undefined ? [] : [{ ...order, createdAt: at, updatedAt: at }];
  });
  return rows.length === input.length ? rows : createdBefore(db, { input, added: rows, releases });
}

/** Some of them were there before, or may not be stored at all. */
async function createdBefore(
  db: Db,
  of: { input: readonly NewOrder[]; added: readonly OrderRow[]; releases: string | null },
): Promise<OrderRow[]> {
  const { input, added, releases } = of;
  await requireCountersigns(db, input);
  const rows = new Map(added.map((row) => [row.id, row]));
  const known = input.flatMap((order) => (rows.has(order.id) ? [] : [order.id]));
  for (const row of await db.select().from(orders).where(inArray(orders.id, known))) rows.set(row.id, row);
  const named = input.map((order) => {
    const row = rows.get(order.id);
    if (row === undefined || row.clientOrderId !== order.clientOrderId) {
      throw new InvariantError("a client or broker order id belongs to another order", {
        clientOrderId: order.clientOrderId,
        brokerOrderId: order.brokerOrderId,
      });
    }
    return row;
  });
  if (releases !== null)
    await releaseCapacity(
      db,
      input.flatMap(({ verdictId }) => verdictId ?? []),
      releases,
    );
  return named;
}

function approvalsNeeded(input: readonly NewOrder[]): ApprovalId[] {
  return [
    ...new Set(
      input.flatMap((order) =>
        order.external || order.leg === "exit" || order.approvalId === null ? [] : [order.approvalId],
      ),
    ),
  ];
}

// The table's check demands an approval; this demands that somebody, or the policy, has said yes.
async function requireCountersigns(tx: Db, input: readonly NewOrder[]): Promise<void> {
  const needed = approvalsNeeded(input);
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
