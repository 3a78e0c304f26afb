// Account figures over time. Effects: database. Snapshots are only added.
import { and, desc, eq, gte, lte, type SQL, sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { AccountId, Instant } from "../model/ids.ts";
import type { DecimalString } from "../model/money.ts";
import type { AccountSummary } from "../model/order.ts";
import { only } from "../rows.ts";
import { toInstant } from "../schema/columns.ts";
import { portfolioSnapshots } from "../schema/index.ts";

export type SnapshotRow = typeof portfolioSnapshots.$inferSelect;

export async function saveSnapshot(db: Db, summary: AccountSummary): Promise<SnapshotRow> {
  return only(await db.insert(portfolioSnapshots).values(summary).returning(), "saving a snapshot");
}

/** The newest statement; null before the first. */
export async function latestSnapshot(db: Db, accountId: AccountId): Promise<SnapshotRow | null> {
  const [row] = await db
    .select()
    .from(portfolioSnapshots)
    .where(eq(portfolioSnapshots.accountId, accountId))
    .orderBy(desc(portfolioSnapshots.at), desc(portfolioSnapshots.id))
    .limit(1);
  return row ?? null;
}

/**
 * The last statement of each exchange day, oldest first, of the newest `days` days that have one. Goes from day to day
 * over the index, so that a statement a minute over years costs no more than a few.
 */
export async function dailySnapshots(
  db: Db,
  query: { accountId: AccountId; days: number; since?: Instant },
): Promise<Pick<SnapshotRow, "at" | "netLiquidation">[]> {
  const since = query.since === undefined ? sql`` : sql`and at >= ${query.since}::timestamptz`;
  const newest = (before: SQL) => sql`
    select at, net_liquidation from portfolio_snapshots
    where account_id = ${query.accountId} ${since} ${before} order by at desc, id desc limit 1`;
  const dayBegan = sql`date_trunc('day', day.at at time zone 'America/New_York') at time zone 'America/New_York'`;
  const result = await db.execute<{ at: string; net: DecimalString }>(sql`
    with recursive day as (
      (${newest(sql``)})
      union all
      select earlier.* from day cross join lateral (${newest(sql`and at < ${dayBegan}`)}) earlier
    )
    select at::text, net_liquidation as net from day limit ${query.days}`);
  return result.rows.map((row) => ({ at: toInstant(row.at), netLiquidation: row.net })).reverse();
}

/** Statements of a span of time, oldest first, the newest `limit` (default 1,000) of them. */
export async function listSnapshots(
  db: Db,
  query: { accountId: AccountId; from?: Instant; to?: Instant; limit?: number },
): Promise<SnapshotRow[]> {
  const rows = await db
    .select()
    .from(portfolioSnapshots)
    .where(
      and(
        eq(portfolioSnapshots.accountId, query.accountId),
        query.from === undefined ? undefined : gte(portfolioSnapshots.at, query.from),
        query.to === undefined ? undefined : lte(portfolioSnapshots.at, query.to),
      ),
    )
    .orderBy(desc(portfolioSnapshots.at), desc(portfolioSnapshots.id))
    .limit(query.limit ?? 1000);
  return rows.reverse();
}
