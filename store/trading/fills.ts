// Fills as the broker reports them: each execution once, its newest correction counts. Effects: database.
import { and, asc, desc, eq, gt, inArray, notExists, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { Db } from "../database.ts";
import type { AccountId, Instant, OrderId, Ticker } from "../model/ids.ts";
import { dec } from "../model/money.ts";
import type { Fill } from "../model/order.ts";
import { olderThan, type Page, type PageRequest, pageLimit, toPage } from "../page.ts";
import { found } from "../rows.ts";
import { insertRows } from "../schema/columns.ts";
import { fills } from "../schema/index.ts";

export type FillRow = typeof fills.$inferSelect;

// "0000e0d5.6576fd38.01.02": the last part counts corrections of the same execution.
function keyOf(executionRef: string): { executionKey: string; correction: number } {
  const match = /^(.+)\.(\d{1,4})$/.exec(executionRef);
  const [, executionKey, correction] = match ?? [];
  return executionKey !== undefined && correction !== undefined
    ? { executionKey, correction: Number(correction) }
    : { executionKey: executionRef, correction: 0 };
}

/** Stores a fill; a known one only gains what came late: its commission and the order it belongs to. */
export async function saveFill(db: Db, fill: Fill): Promise<{ row: FillRow; isNew: boolean }> {
  const [added] = await db
    .insert(fills)
    .values({ ...fill, ...keyOf(fill.executionRef) })
    .onConflictDoNothing()
    .returning();
  if (added !== undefined) return { row: added, isNew: true };
  const [known] = await db
    .update(fills)
    .set({
      commission: sql`coalesce(${fill.commission}::numeric, ${fills.commission})`,
      orderId: sql`coalesce(${fills.orderId}, ${fill.orderId}::uuid)`,
    })
    .where(eq(fills.executionRef, fill.executionRef))
    .returning();
  return { row: found(known, "fill", fill.executionRef), isNew: false };
}

const KEYS = [
  "executionRef",
  "executionKey",
  "correction",
  "orderId",
  "brokerOrderId",
  "clientOrderId",
  "accountId",
  "conid",
  "symbol",
  "side",
  "quantity",
  "price",
  "commission",
  "currency",
  "at",
] as const satisfies readonly (keyof FillRow)[];

/** The same for several; returns how many were new. */
export async function saveFills(db: Db, reported: readonly Fill[]): Promise<number> {
  if (reported.length === 0) return 0;
  const rows = reported.map((fill) => ({ ...fill, ...keyOf(fill.executionRef) }));
  const result = await db.execute<{ ref: string }>(sql`
    ${insertRows(fills, { keys: KEYS, rows })} on conflict do nothing returning execution_ref as ref`);
  const added = new Set(result.rows.map(({ ref }) => ref));
  for (const fill of reported) if (!added.has(fill.executionRef)) await saveFill(db, fill);
  return added.size;
}

/** Those that are not stored yet, or of which the commission or the order is not known yet. */
export async function newsOfFills(db: Db, reported: readonly Fill[]): Promise<Fill[]> {
  if (reported.length === 0) return [];
  const refs = sql.param(reported.map((fill) => fill.executionRef));
  const rows = await db
    .select({ ref: fills.executionRef, orderId: fills.orderId, commission: fills.commission })
    .from(fills)
    .where(sql`${fills.executionRef} = any(${refs}::text[])`);
  const known = new Map(rows.map((row) => [row.ref, row]));
  return reported.filter((fill) => {
    const row = known.get(fill.executionRef);
    if (row === undefined || row.orderId === null) return true;
    return fill.commission !== null && (row.commission === null || !dec(row.commission).eq(fill.commission));
  });
}

/** @throws NotFoundError `fill_not_found` */
export async function getFill(db: Db, executionRef: string): Promise<FillRow> {
  const [row] = await db.select().from(fills).where(eq(fills.executionRef, executionRef));
  return found(row, "fill", executionRef);
}

const later = alias(fills, "later");

function notCorrected(db: Db) {
  return notExists(
    db
      .select({ one: sql`1` })
      .from(later)
      .where(and(eq(later.executionKey, fills.executionKey), gt(later.correction, fills.correction))),
  );
}

/** What an order really got, oldest first; corrected reports are left out. */
export function fillsOfOrder(db: Db, orderId: OrderId): Promise<FillRow[]> {
  return fillsOfOrders(db, [orderId]);
}

/** The same of several orders. */
export async function fillsOfOrders(db: Db, orderIds: readonly OrderId[]): Promise<FillRow[]> {
  if (orderIds.length === 0) return [];
  return db
    .select()
    .from(fills)
    .where(and(inArray(fills.orderId, [...orderIds]), notCorrected(db)))
    .orderBy(asc(fills.at), asc(fills.executionRef));
}

/** Newest first; corrected reports are left out. */
export async function listFills(
  db: Db,
  request: PageRequest & { accountId?: AccountId; symbol?: Ticker } = {},
): Promise<Page<FillRow>> {
  const limit = pageLimit(request);
  const rows = await db
    .select()
    .from(fills)
    .where(
      and(
        request.accountId === undefined ? undefined : eq(fills.accountId, request.accountId),
        request.symbol === undefined ? undefined : eq(fills.symbol, request.symbol),
        olderThan(request, { at: fills.at, id: fills.executionRef, idType: "text" }),
        notCorrected(db),
      ),
    )
    .orderBy(desc(fills.at), desc(fills.executionRef))
    .limit(limit + 1);
  return toPage(rows, limit, (row) => [row.at, row.executionRef]);
}

/** Fills that no order of the desk's book was found for yet: manual trades, other sessions, or a lost answer. */
export function fillsWithoutOrder(db: Db, accountId: AccountId): Promise<FillRow[]> {
  return db
    .select()
    .from(fills)
    .where(and(eq(fills.accountId, accountId), sql`${fills.orderId} is null`, notCorrected(db)))
    .orderBy(asc(fills.at), asc(fills.executionRef));
}

/** Fills of an account over a span of time, oldest first; `from` is business time and counts itself. */
export function fillsFrom(db: Db, of: { accountId: AccountId; from: Instant }): Promise<FillRow[]> {
  return db
    .select()
    .from(fills)
    .where(
      sql`${fills.accountId} = ${of.accountId} and ${fills.at} >= ${of.from}::timestamptz
        and not exists (select 1 from fills later
          where later.execution_key = ${fills.executionKey} and later.correction > ${fills.correction})`,
    )
    .orderBy(fills.at, fills.executionRef);
}
