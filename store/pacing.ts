// The pacing budget's memory, shared by all processes of the desk per gateway address. Effects: database.
// Invariant: steps on one ledger run one after another, each on what the one before has stored.
import { sql } from "drizzle-orm";
import { type Database, transaction } from "./database.ts";
import { only } from "./rows.ts";
import { storableJson } from "./schema/columns.ts";

/** The port that tools/ibkr/pacing defines, for any record that is plain JSON. */
export type SharedLedger<Memory> = {
  /**
   * Runs the pure, synchronous `step` on the stored record and stores what it returns. `now` is the database's clock
   * in milliseconds since 1970, read under the lock; it never runs backwards.
   */
  update<Result>(
    step: (record: Memory, now: number) => { record: Memory; result: Result },
    signal?: AbortSignal,
  ): Promise<Result>;
};

/** `gateway` names the address that the broker counts by; `empty` is the record before the first call. */
export function sharedLedger<Memory>(
  database: Database,
  options: { gateway: string; empty: Memory },
): SharedLedger<Memory> {
  const { gateway, empty } = options;
  return {
    update: (step, signal) => {
      signal?.throwIfAborted();
      return transaction(database.db, async (tx) => {
        // One statement makes the row if need be, locks it, and reads record and time under the lock.
        const locked = await tx.execute<{ record: Memory | null; now: number }>(sql`
          insert into pacing_ledgers as ledger (gateway, record, at_ms)
          values (${gateway}, null, extract(epoch from clock_timestamp()) * 1000)
          on conflict (gateway) do update
            set at_ms = greatest(ledger.at_ms, extract(epoch from clock_timestamp()) * 1000)
          returning record, at_ms as now`);
        const { record, now } = only(locked.rows, "locking a pacing ledger");
        const stepped = step(record ?? empty, now);
        await tx.execute(sql`
          update pacing_ledgers set record = ${storableJson(stepped.record)}::jsonb where gateway = ${gateway}`);
        return stepped.result;
      });
    },
  };
}
