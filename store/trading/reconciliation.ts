// Whether the desk's book was compared with the broker's since the desk started: what every process asks before it judges or
// sends. Effects: database. The age counts on the database's clock, which all machines share.
import { sql } from "drizzle-orm";
import { z } from "zod";
import type { Db } from "../database.ts";
import { storableJson } from "../schema/columns.ts";

/** pending: the desk has started and not compared yet. failed: it could not; `reason` says why. */
const Standing = z.object({
  state: z.enum(["pending", "agreed", "failed"]),
  reason: z.string().nullable(),
});
export type ReconciliationState = z.infer<typeof Standing>;
export type Reconciliation = ReconciliationState & { ageSeconds: number };

const keyOf = (session: string) => `reconciled:${session}`;

export async function recordReconciliation(
  db: Db,
  of: ReconciliationState & { session: string },
): Promise<void> {
  const { session, state, reason } = of;
  await db.execute(sql`
    insert into settings (key, value) values (${keyOf(session)}, ${storableJson({ state, reason })}::jsonb)
    on conflict (key) do update set value = excluded.value, updated_at = now()`);
}

/** Null: no desk has ever looked. */
export async function reconciliationOf(db: Db, session: string): Promise<Reconciliation | null> {
  const { rows } = await db.execute<{ value: unknown; age: number }>(sql`
    select value, extract(epoch from now() - updated_at)::float8 as age from settings where key = ${keyOf(session)}`);
  const [row] = rows;
  return row === undefined ? null : { ...Standing.parse(row.value), ageSeconds: row.age };
}
