// The kill switch's gate: whoever is about to send reads the trading state under a lock that no change of it can pass, so
// that a state once stored counts for everything not yet on its way. Effects: a database lock until the transaction ends.
import { sql } from "drizzle-orm";
import type { Db } from "#store/database.ts";

/** Senders pass side by side; storing a new state (any insert, by whatever verb) waits for them, and they for it. */
export async function passGate(tx: Db): Promise<void> {
  await tx.execute(sql`lock table trading_states in share mode`);
}
