// One desk per data folder, held as a PostgreSQL advisory lock: a killed desk frees it with its connection.
// Effects: one dedicated database connection while held; taken anew when the connection breaks.
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import pg from "pg";

export type InstanceLock = { release(): Promise<void> };

export type LockOf = {
  databaseUrl: string;
  dataDir: string;
  /** Told when the connection broke, and when another process had the lock before it could be taken anew. */
  warn(facts: Readonly<Record<string, unknown>>, message: string): void;
};

const AGAIN_MS = 1_000;

/** Takes the lock of this folder on this machine; null when another process holds it. */
export async function takeInstanceLock(of: LockOf): Promise<InstanceLock | null> {
  let released = false;
  let timer: NodeJS.Timeout | undefined;
  const take = () => connectAndLock(of, () => void regain());

  /** The database went away and may come back: without the lock a second desk could start on this folder. */
  async function regain(): Promise<void> {
    if (released) return;
    of.warn({}, "the connection that holds the data folder broke; taking it anew");
    held = null;
    const attempt = async () => {
      const again = await take().catch(() => undefined);
      if (released) {
        await again?.end().catch(() => undefined);
        return;
      }
      if (again === null) of.warn({}, "another process holds the data folder now");
      if (again == null) timer = setTimeout(() => void attempt(), AGAIN_MS).unref();
      else held = again;
    };
    await attempt();
  }

  let held = await take();
  if (held === null) return null;
  return {
    async release() {
      released = true;
      clearTimeout(timer);
      await held?.end();
    },
  };
}

/** Null when another process holds the lock. */
async function connectAndLock(of: LockOf, onBroken: () => void): Promise<pg.Client | null> {
  const client = new pg.Client({
    connectionString: of.databaseUrl,
    application_name: "countersign-instance-lock",
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  let locked = false;
  // A listener at all: without one a connection that breaks would end the process.
  client.on("error", () => undefined);
  client.once("end", () => {
    if (locked) onBroken();
  });
  await client.connect();
  const { rows } = await client.query<{ taken: boolean }>("SELECT pg_try_advisory_lock($1) AS taken", [
    lockKey(of.dataDir),
  ]);
  locked = rows[0]?.taken === true;
  if (locked) return client;
  await client.end();
  return null;
}

function lockKey(dataDir: string): string {
  return createHash("sha256")
    .update(`countersign-desk|${hostname()}|${dataDir}`)
    .digest()
    .readBigInt64BE()
    .toString();
}
