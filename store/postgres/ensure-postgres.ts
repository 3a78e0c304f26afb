// The embedded PostgreSQL: started when it is not running, attached to when it is. Effects: processes, files.
// It outlives this process when that is killed; the next start finds it by its pid file.
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { UnavailableError } from "../model/errors.ts";
import { serverAccount } from "./account.ts";
import { findBinaries } from "./binaries.ts";
import {
  type Cluster,
  createCluster,
  DATABASE,
  readPidFile,
  removePidFile,
  SUPERUSER,
  startServer,
  stopServer,
} from "./cluster.ts";
import { dataFolderFault } from "./files.ts";
import { serverHome, serverPassword } from "./home.ts";
import { hasProcesses, postmasterState } from "./processes.ts";
import { withStartLock } from "./start-lock.ts";

export type EmbeddedPostgres = {
  /** With its password: never log it. */
  url: string;
  /** True when this call started the server, false when it found it running. */
  started: boolean;
  /** The server's process id. */
  pid: number;
  /** Where the database is. */
  folder: string;
  /** True when this server's process is gone, whoever ended it. */
  hasEnded(): Promise<boolean>;
  /** Stops the server, whoever is connected. */
  stop(): Promise<void>;
  /** Stops the server unless another process is connected; true when it was stopped. Close own pools first. */
  stopIfUnused(): Promise<boolean>;
};

export type EnsurePostgres = {
  dataDir: string;
  /** Random URL-safe text that nobody can guess: the server's password, names that must not collide. */
  newSecret: () => string;
  /** Start it at this port or not at all; by default at that of the last start when it is free. */
  port?: number;
  /** Told what is being done, one line each. */
  log?: (line: string) => void;
};

const POLL_MS = 100;
const POLLS = 900;

/**
 * A running server for `dataDir`, safe when several processes ask at once.
 * @throws InputError `data_dir_unwritable`, `postgres_no_binaries`, `postgres_no_account`, `postgres_no_home`,
 * `postgres_home_missing`, `postgres_version`; UnavailableError when it does not come up.
 */
export async function ensurePostgres(options: EnsurePostgres): Promise<EmbeddedPostgres> {
  const dataDir = path.resolve(options.dataDir);
  try {
    const account = await serverAccount();
    const home = await serverHome(dataDir, account);
    const lock = { file: path.join(home.folder, "start.lock"), own: options.newSecret() };
    return await withStartLock(lock, async () => {
      const binaries = await findBinaries(account, home.copyBase);
      const cluster = { home, binaries, account };
      const password = await serverPassword(home, account, options.newSecret);
      await createCluster(cluster);
      return bringUp(cluster, password, options);
    });
  } catch (error) {
    throw dataFolderFault(error, dataDir);
  }
}

async function bringUp(
  cluster: Cluster,
  password: string,
  { port, log }: EnsurePostgres,
): Promise<EmbeddedPostgres> {
  let started = false;
  let failures = 0;
  for (let poll = 0; poll < POLLS; poll += 1) {
    const running = await findRunning(cluster);
    if (running.state === "up") {
      const url = `postgres://${SUPERUSER}:${password}@127.0.0.1:${running.port}/${DATABASE}`;
      if (await answers(url)) return embedded(cluster, { url, started, pid: running.pid });
    }
    if (running.state === "down") {
      log?.(`starting PostgreSQL ${cluster.binaries.version.split("-")[0]} in ${cluster.home.folder}`);
      if (await startServer(cluster, port)) started = true;
      else failures += 1;
      if (failures >= 5) break;
    }
    await pause(started ? 5 : POLL_MS);
  }
  const file = path.join(cluster.home.cluster, "server.log");
  throw new UnavailableError("postgres_start_failed", `PostgreSQL did not start; see the end of ${file}`);
}

type Running = { state: "down" | "busy" } | { state: "up"; pid: number; port: number };

async function findRunning(cluster: Cluster): Promise<Running> {
  const file = await readPidFile(cluster.home);
  if (file === undefined) return { state: "down" };
  const state = await postmasterState(file.pid, cluster.home.cluster);
  if (state === "postmaster") {
    return file.ready ? { state: "up", pid: file.pid, port: file.port } : { state: "busy" };
  }
  // PostgreSQL would take a zombie or a stranger for a running server and refuse to start; but a backend that
  // outlived its postmaster still has the files open, so wait until none is left.
  if (await hasProcesses(cluster.home.cluster)) return { state: "busy" };
  await removePidFile(cluster.home);
  return { state: "down" };
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("select 1");
    return true;
  } catch (error) {
    // The right port with another password is no start-up trouble: say so at once.
    if (error instanceof Error && "code" in error && error.code === "28P01") throw error;
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function othersConnected(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ others: boolean }>(
      "select exists(select 1 from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()) as others",
    );
    return rows[0]?.others !== false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function embedded(
  cluster: Cluster,
  running: { url: string; started: boolean; pid: number },
): EmbeddedPostgres {
  return {
    ...running,
    folder: cluster.home.folder,
    hasEnded: async () => (await postmasterState(running.pid, cluster.home.cluster)) !== "postmaster",
    stop: async () => {
      if ((await findRunning(cluster)).state !== "down") await stopServer(cluster);
    },
    stopIfUnused: async () => {
      if (await othersConnected(running.url)) return false;
      await stopServer(cluster);
      return true;
    },
  };
}
