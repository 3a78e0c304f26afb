// The kill switch's lock: who is about to send holds it shared, who changes the trading state holds it alone, so that a
// state once stored counts for everything not yet on its way. Effects: database locks until the transaction ends.
import { sql } from "drizzle-orm";
import type { Db } from "#store/database.ts";

const GATE = "countersign-trading-gate";

export async function passGate(tx: Db): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock_shared(hashtextextended(${GATE}, 0))`);
}

export async function closeGate(tx: Db): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${GATE}, 0))`);
}
