// One desk per data folder, held as a PostgreSQL advisory lock: a killed desk frees it with its connection.
// Effects: one dedicated database connection while held.
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import pg from "pg";

export type InstanceLock = { release(): Promise<void> };

/** Takes the lock of this folder on this machine; null when another process holds it. */
export async function takeInstanceLock(databaseUrl: string, dataDir: string): Promise<InstanceLock | null> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: "countersign-instance-lock",
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  client.on("error", () => {}); // a lost connection shows at the next query of the pool; here it must not end the process
  await client.connect();
  const key = createHash("sha256")
    .update(`countersign-desk|${hostname()}|${dataDir}`)
    .digest()
    .readBigInt64BE();
  const { rows } = await client.query<{ taken: boolean }>("SELECT pg_try_advisory_lock($1) AS taken", [
    key.toString(),
  ]);
  if (rows[0]?.taken !== true) {
    await client.end();
    return null;
  }
  return { release: () => client.end() };
}
