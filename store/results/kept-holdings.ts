// What the desk itself holds, kept in memory until a fill of the account changes: adding up years of fills is what a reader
// waits for. Effects: database reads. Invariant: a change that was committed before a question is in its answer. Whoever
// trades on it adds it up anew (`deskHoldings`).
import { sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { AccountId } from "../model/ids.ts";
import { only } from "../rows.ts";
import { deskHoldings } from "../trading/room.ts";

type Holdings = Awaited<ReturnType<typeof deskHoldings>>;
/** `unseenFrom`: transactions from this one on may not have been seen when these were added up. */
type Kept = { unseenFrom: string; holdings: Holdings };

const books = new WeakMap<Db, Map<AccountId, Kept>>();

/** Every fill carries the transaction that last wrote it; which order it is of, and whose that is, never changes without one. */
export async function keptHoldings(db: Db, accountId: AccountId): Promise<Holdings> {
  const accounts = books.get(db) ?? new Map<AccountId, Kept>();
  books.set(db, accounts);
  const known = accounts.get(accountId);
  const since = known?.unseenFrom ?? null;
  const result = await db.execute<{ running: string; changed: boolean }>(sql`
    select pg_snapshot_xmin(pg_current_snapshot())::text as running,
      exists (select 1 from fills where changed_in >= ${since}::xid8 and account_id = ${accountId}) as changed`);
  const { running, changed } = only(result.rows, "looking for changed fills");
  if (known !== undefined && !changed) return known.holdings;
  const holdings = await deskHoldings(db, accountId);
  accounts.set(accountId, { unseenFrom: running, holdings });
  return holdings;
}
