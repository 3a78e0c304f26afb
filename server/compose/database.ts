// The desk's database: the embedded server, or the one that DATABASE_URL names; one code path after that.
import { type Database, openDatabase } from "#store/database.ts";
import { migrate } from "#store/migrate.ts";
import { sharedLedger } from "#store/pacing.ts";
import { ensurePostgres } from "#store/postgres/ensure-postgres.ts";
import { EMPTY_PACING_RECORD, type PacingLedger } from "#tools/ibkr/pacing/ledger.ts";
import type { Config } from "../config/config.ts";
import type { QueueLog } from "../jobs/queue.ts";
import type { Closers } from "./closers.ts";
import type { DataFolder } from "./data-folder.ts";
import { newToken } from "./system-clock.ts";

export type DeskDatabase = {
  database: Database;
  /** One line for people, without a password. */
  description: string;
  pacingLedger(gatewayAddress: string): PacingLedger;
};

export type OpenDeskDatabase = {
  config: Config;
  folder: DataFolder;
  tell(line: string): void;
  warn: QueueLog;
  closers: Closers;
};

/** Connected and migrated. @throws InputError, UnavailableError naming DATABASE_URL or DATA_DIR */
export async function openDeskDatabase({
  config,
  folder,
  tell,
  warn,
  closers,
}: OpenDeskDatabase): Promise<DeskDatabase> {
  const { url, place } =
    config.databaseUrl === null ? await embedded(folder, tell, closers) : remote(config.databaseUrl);
  const database = await openDatabase({
    url,
    maxConnections: config.worker.parallelism * 2 + 6,
    onIdleError: (error) => warn({ error: error.message }, "a database connection broke while idle"),
  });
  closers.add(() => database.close());
  await migrate(database);
  const { rows } = await database.pool.query<{ version: string }>(
    "SELECT current_setting('server_version') AS version",
  );
  const version = rows[0]?.version.split(" ")[0] ?? "";
  return {
    database,
    description: `${config.databaseUrl === null ? "embedded " : ""}PostgreSQL ${version} ${place}`,
    pacingLedger: (gateway) => sharedLedger(database, { gateway, empty: EMPTY_PACING_RECORD }),
  };
}

async function embedded(folder: DataFolder, tell: (line: string) => void, closers: Closers) {
  const server = await ensurePostgres({ dataDir: folder.root, newSecret: newToken, log: tell });
  // The queue and the pool are closed by then; the instance lock says that no other desk uses this folder.
  closers.add(() => server.stop());
  return { url: server.url, place: `in ${server.folder}` };
}

function remote(text: string) {
  const url = new URL(text);
  return { url: text, place: `at ${url.host}${url.pathname}` };
}
