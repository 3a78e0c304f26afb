// Brings a database to the newest schema. Effects: database. Idempotent, and safe when several processes start at once.

import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate as applyMigrations } from "drizzle-orm/node-postgres/migrator";
import type { Database } from "./database.ts";

const MIGRATIONS = fileURLToPath(new URL("./migrations", import.meta.url));
// Any constant does, as long as all versions of the desk use the same.
const MIGRATION_LOCK = 4_720_100_001;

/** Applies what is missing, one process at a time; the others wait, then find nothing to do. */
export async function migrate(database: Database): Promise<void> {
  const client = await database.pool.connect();
  try {
    await client.query("set statement_timeout = '10min'");
    await client.query("set client_min_messages = warning");
    await client.query("select pg_advisory_lock($1)", [MIGRATION_LOCK]);
    await applyMigrations(drizzle(client), { migrationsFolder: MIGRATIONS });
  } finally {
    // Destroyed rather than returned: the lock and the settings go with it, whatever happened.
    client.release(true);
  }
}
