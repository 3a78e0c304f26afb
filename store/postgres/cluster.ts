// One PostgreSQL cluster on disk: made, configured, started, stopped by its own programs. Effects: processes, files.
import { spawn } from "node:child_process";
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { InputError, InvariantError, UnavailableError } from "../model/errors.ts";
import type { ServerAccount } from "./account.ts";
import { type Binaries, executable } from "./binaries.ts";
import { isMissing } from "./files.ts";
import { passwordFile, type ServerHome } from "./home.ts";

export type Cluster = { home: ServerHome; binaries: Binaries; account: ServerAccount | null };

export const SUPERUSER = "countersign";
export const DATABASE = "postgres";
const PROGRAM_TIMEOUT_MS = 120_000;

/** Creates the cluster unless it is there. @throws InputError `postgres_version` for one of another major version. */
export async function createCluster(cluster: Cluster): Promise<void> {
  const { home, binaries } = cluster;
  const stored = await readFile(path.join(home.cluster, "PG_VERSION"), "utf8").catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  const major = binaries.version.split(".")[0];
  if (stored !== undefined) {
    if (stored.trim() === major) return;
    throw new InputError(
      "postgres_version",
      `the database in ${home.cluster} is of PostgreSQL ${stored.trim()}, the installed one is ${major}; set DATABASE_URL to a server of version ${stored.trim()} on it, or use another DATA_DIR`,
      { facts: { field: "DATA_DIR" } },
    );
  }
  // Made aside and renamed: a killed initdb leaves nothing that could be taken for a database.
  const fresh = `${home.cluster}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  await own(cluster, fresh);
  await runProgram(cluster, "initdb", [
    ...["-D", fresh, "-U", SUPERUSER, "--pwfile", passwordFile(home)],
    ...["-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-instructions"],
  ]);
  await rm(home.cluster, { recursive: true, force: true });
  await rename(fresh, home.cluster);
}

// Written at every start, so that a newer desk brings its settings along. Durability is never traded for speed.
const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "120",
  shared_buffers: "64MB",
  max_wal_size: "512MB",
  checkpoint_timeout: "15min",
  synchronous_commit: "on",
  fsync: "on",
  // Short statements: compiling them costs more than it saves.
  jit: "off",
  random_page_cost: "1.1",
  password_encryption: "scram-sha-256",
  timezone: "UTC",
  log_timezone: "UTC",
} as const;

/**
 * Starts the server on loopback; false when it did not come up (see `server.log`).
 * @param port by default that of the last start when it is free, so that whoever was connected finds it again
 */
export async function startServer(cluster: Cluster, port?: number): Promise<boolean> {
  const { home } = cluster;
  const file = path.join(home.cluster, "postgresql.auto.conf");
  const chosen = port ?? (await freePort(await lastPort(file)).catch(() => freePort(0)));
  const settings = { ...SETTINGS, port: String(chosen) };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`);
  await writeFile(file, `# Written by Countersign at every start; changes are lost.\n${lines.join("")}`);
  await chmod(file, 0o600);
  await own(cluster, file);
  const log = path.join(home.cluster, "server.log");
  // pg_ctl gives the server a session of its own: Ctrl-C and the end of this process do not reach it.
  const { status } = await program(cluster, "pg_ctl", [
    "-D",
    home.cluster,
    "-w",
    "-t",
    "60",
    "-l",
    log,
    "start",
  ]);
  return status === 0;
}

export async function stopServer(cluster: Cluster): Promise<void> {
  await runProgram(cluster, "pg_ctl", ["-D", cluster.home.cluster, "-w", "-t", "60", "-m", "fast", "stop"]);
}

export type PidFile = { pid: number; port: number; ready: boolean };

/** What postmaster.pid says; undefined when there is none or it is still being written. */
export async function readPidFile(home: ServerHome): Promise<PidFile | undefined> {
  const text = await readFile(path.join(home.cluster, "postmaster.pid"), "utf8").catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  const lines = text?.split("\n") ?? [];
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  if (!(pid > 0) || !(port > 0)) return undefined;
  return { pid, port, ready: lines[7]?.trim() === "ready" };
}

export async function removePidFile(home: ServerHome): Promise<void> {
  await rm(path.join(home.cluster, "postmaster.pid"), { force: true });
}

async function own(cluster: Cluster, file: string): Promise<void> {
  if (cluster.account !== null) await chown(file, cluster.account.uid, cluster.account.gid);
}

/** 0 before the first start. */
async function lastPort(settingsFile: string): Promise<number> {
  const text = await readFile(settingsFile, "utf8").catch((error: unknown) => {
    if (isMissing(error)) return "";
    throw error;
  });
  return Number(/^port = '(\d+)'$/m.exec(text)?.[1] ?? 0);
}

/** The wanted port, any for 0. @throws when it is taken */
function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(wanted, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === "object") resolve(address.port);
        else reject(new InvariantError("a listening socket without a port"));
      });
    });
  });
}

async function runProgram(cluster: Cluster, name: string, args: string[]): Promise<void> {
  const { status, output } = await program(cluster, name, args);
  if (status === 0) return;
  throw new UnavailableError(
    "postgres_failed",
    `${name} failed: ${output.trim().slice(-600) || `exit ${status}`}`,
  );
}

function program(
  cluster: Cluster,
  name: string,
  args: string[],
): Promise<{ status: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(path.join(cluster.binaries.directory, executable(name)), args, {
      ...(cluster.account ?? {}),
      cwd: path.parse(cluster.home.cluster).root,
      // Nothing of our environment: no PG* variable may change what the server does.
      ...(process.platform === "win32" ? {} : { env: { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" } }),
      stdio: ["ignore", "ignore", "pipe"],
      timeout: PROGRAM_TIMEOUT_MS,
      windowsHide: true,
    });
    let output = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.once("error", reject);
    // "exit", not "close": what pg_ctl leaves running may hold the pipe.
    child.once("exit", (code) => {
      child.stderr.destroy();
      resolve({ status: code ?? -1, output });
    });
  });
}
