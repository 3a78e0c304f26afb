// Account figures over time. Effects: database. Snapshots are only added.
import { and, desc, eq, gte, lte } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { AccountId, Instant } from "../model/ids.ts";
import type { AccountSummary } from "../model/order.ts";
import { only } from "../rows.ts";
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
