// The desk's database: the embedded server, or the one that DATABASE_URL names; one code path after that. And the claim of this
// process on its data folder. Effects: processes, network, an advisory lock while the folder is held.
import { setTimeout as pause } from "node:timers/promises";
import { isRetryable } from "#graph/run/failure.ts";
import { type Database, openDatabase } from "#store/database.ts";
import { migrate } from "#store/migrate.ts";
import { ConflictError, DeskError, InputError, UnavailableError } from "#store/model/errors.ts";
import { sharedLedger } from "#store/pacing.ts";
import { type EmbeddedPostgres, ensurePostgres } from "#store/postgres/ensure-postgres.ts";
import { type Keeper, keepRunning } from "#store/postgres/keep-running.ts";
import { EMPTY_PACING_RECORD, type PacingLedger } from "#tools/ibkr/pacing/ledger.ts";
import type { Config } from "../config/config.ts";
import type { QueueLog } from "../jobs/queue.ts";
import type { Closers } from "./closers.ts";
import { announcedDesk, type DataFolder } from "./data-folder.ts";
import { type LockOf, takeInstanceLock } from "./instance-lock.ts";
import { newToken } from "./system-clock.ts";

export type DeskDatabase = {
  database: Database;
  /** One line for people, without a password. */
  description: string;
  pacingLedger(gatewayAddress: string): PacingLedger;
  /** This process holds the data folder: an embedded server is its own to stop at the end. */
  claimed(): void;
};

export type OpenDeskDatabase = {
  config: Config;
  folder: DataFolder;
  tell(line: string): void;
  warn: QueueLog;
  closers: Closers;
};

/**
 * Open, and claimed where this process is to hold the folder.
 * @throws ConflictError `data_dir_in_use`, also when the command that held the folder ended its embedded server just now
 */
export async function ownDatabase(of: OpenDeskDatabase, claim: boolean): Promise<DeskDatabase> {
  const { config, closers, warn } = of;
  const { dataDir } = config;
  try {
    const opened = await openDeskDatabase(of);
    if (claim) {
      await claimFolder({ databaseUrl: opened.database.url, dataDir, warn }, closers);
      opened.claimed();
    }
    return opened;
  } catch (error) {
    if (config.databaseUrl !== null || !isGone(error)) throw error;
    const message = `DATA_DIR: the database of ${dataDir} was stopped just now, as by another countersign command that ended; try again`;
    throw new ConflictError("data_dir_in_use", message, { cause: error });
  }
}

/** A connection that was refused or cut; not a server that could not be started. */
function isGone(error: unknown): boolean {
  return error instanceof DeskError ? error.code === "database_unreachable" : isRetryable(error);
}

async function claimFolder(of: LockOf, closers: Closers): Promise<void> {
  const { dataDir } = of;
  const lock = await takeInstanceLock(of);
  if (lock !== null) {
    closers.add(() => lock.release());
    return;
  }
  const other = announcedDesk(dataDir);
  const who = other === null ? "another countersign command" : `a desk (process ${other.pid}, ${other.url})`;
  throw new ConflictError("data_dir_in_use", `DATA_DIR: ${who} already runs on ${dataDir}`);
}

/** Connected and migrated. @throws InputError, UnavailableError naming DATABASE_URL or DATA_DIR */
export async function openDeskDatabase({
  config,
  folder,
  tell,
  warn,
  closers,
}: OpenDeskDatabase): Promise<DeskDatabase> {
  const { url, place, claimed } =
    config.databaseUrl === null
      ? await embedded({ folder, tell, warn, closers })
      : remote(config.databaseUrl);
  const database = await openDatabase({
    url,
    // Each symbol run holds one for its thread's lock besides the one it works with.
    maxConnections: config.worker.parallelism * 2 + 6,
    onIdleError: (error) => warn({ error: error.message }, "a database connection broke while idle"),
  }).catch((error: unknown) => {
    throw config.databaseUrl === null ? error : namingTheSetting(error);
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
    claimed,
  };
}

async function embedded({ folder, tell, warn, closers }: Omit<OpenDeskDatabase, "config">) {
  const options = { dataDir: folder.root, newSecret: newToken, log: tell };
  const server = await ensurePostgres(options);
  let keeper: Keeper | null = null;
  // The queue and the pool are closed by then. A start that was refused leaves the running desk's server alone.
  closers.add(async () => {
    await keeper?.stop();
    if (keeper !== null) await server.stop();
    else await stopIfUnused(server);
  });
  const told = (line: string, error?: unknown) => {
    tell(line);
    warn(error === undefined ? {} : { error: String(error) }, line);
  };
  return {
    url: server.url,
    place: `in ${server.folder}`,
    claimed: () => {
      keeper ??= keepRunning(server, { ...options, tell: told });
    },
  };
}

/** Looks again for a moment: the server needs a little to notice that our own connections are gone. */
async function stopIfUnused(server: EmbeddedPostgres): Promise<void> {
  for (let look = 0; look < 20; look += 1) {
    if (await server.stopIfUnused()) return;
    await pause(50);
  }
}

function remote(text: string) {
  const url = new URL(text);
  return { url: text, place: `at ${url.host}${url.pathname}`, claimed: () => {} };
}

/** The fault of an address that a person gave starts with the setting's name. */
function namingTheSetting(error: unknown): unknown {
  if (!(error instanceof DeskError) || error.message.includes("DATABASE_URL")) return error;
  const message = `DATABASE_URL: ${error.message}`;
  if (error instanceof InputError) return new InputError(error.code, message, { cause: error });
  return new UnavailableError(error.code, message, { cause: error });
}
