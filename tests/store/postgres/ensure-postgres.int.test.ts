// The launcher with real processes. Runs the embedded server even when the other tests run on TEST_DATABASE_URL.

import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { access, chmod, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterEach, expect, test } from "vitest";
import { openDatabase } from "#store/database.ts";
import { type EmbeddedPostgres, ensurePostgres } from "#store/postgres/ensure-postgres.ts";
import { keepRunning } from "#store/postgres/keep-running.ts";
import { temporaryFolder } from "#tests/support/temporary-folder.ts";

const root = await temporaryFolder("postgres");
await chmod(root, 0o711);
const asRoot = process.getuid?.() === 0;
// Most tests begin with this database at rest: making one anew takes longer than everything else here.
const shared = path.join(root, "shared");
const children: ChildProcess[] = [];
const servers: EmbeddedPostgres[] = [];

async function ensure(dataDir: string): Promise<EmbeddedPostgres> {
  const server = await ensurePostgres({ dataDir, newSecret: randomUUID });
  servers.push(server);
  return server;
}

type Started = { url: string; started: boolean; pid: number };

async function startProcess(dataDir: string): Promise<{ child: ChildProcess; server: Started }> {
  const script = path.join(import.meta.dirname, "starter.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script, dataDir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  if (child.stdout === null) throw new Error("no output");
  for await (const line of createInterface(child.stdout)) return { child, server: JSON.parse(line) };
  throw new Error("the starter ended without a word");
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

async function query(url: string, text: string): Promise<unknown[]> {
  const database = await openDatabase({ url });
  try {
    return (await database.pool.query(text)).rows;
  } finally {
    await database.close();
  }
}

afterEach(async () => {
  for (const child of children.splice(0))
    if (child.exitCode === null && child.signalCode === null) await kill(child);
  const stopped = new Set<number>();
  for (const server of servers.splice(0)) {
    if (stopped.has(server.pid)) continue;
    stopped.add(server.pid);
    await server.stop().catch(() => undefined);
  }
});

test("starts a server that holds what was committed over a stop and a start", async () => {
  const first = await ensure(shared);
  expect(first.started).toBe(true);
  await query(first.url, "create table if not exists kept as select 42 as answer");
  await first.stop();
  const second = await ensure(shared);
  expect(second.started).toBe(true);
  expect(await query(second.url, "select answer from kept")).toEqual([{ answer: 42 }]);
});

test("a server that was killed comes back at the address that everybody knows, and stays down once it is stopped", async () => {
  const first = await ensure(shared);
  const told: string[] = [];
  let stopKeeping = async () => {};
  await new Promise<void>((resolve) => {
    const tell = (line: string) => {
      told.push(line);
      if (told.length === 2) resolve();
    };
    const keeper = keepRunning(first, { dataDir: shared, newSecret: randomUUID, tell });
    stopKeeping = () => keeper.stop();
    process.kill(first.pid, "SIGKILL");
  });
  expect(told).toEqual([
    "the database server ended though nobody stopped it; starting it again",
    "the database server runs again; what was under way goes on",
  ]);
  expect(await query(first.url, "select 1 as answer")).toEqual([{ answer: 1 }]);
  const again = await ensure(shared);
  expect(again).toMatchObject({ url: first.url, started: false });
  await stopKeeping();
  await first.stop();
  expect(await again.hasEnded()).toBe(true);
  await first.stop();
});

test("the server outlives a killed starter, and the next start attaches to it", async () => {
  const { child, server } = await startProcess(shared);
  expect(server.started).toBe(true);
  await kill(child);
  const attached = await ensure(shared);
  expect(attached).toMatchObject({ started: false, pid: server.pid, url: server.url });
  expect(await query(attached.url, "select 1 as one")).toEqual([{ one: 1 }]);
});

test("of many processes that start at once, one starts the server and all use it", async () => {
  const dataDir = path.join(root, "together");
  const starts = await Promise.all([
    startProcess(dataDir),
    startProcess(dataDir),
    ensure(dataDir),
    ensure(dataDir),
  ]);
  const all = starts.map((start) => ("server" in start ? start.server : start));
  expect(all.filter((server) => server.started)).toHaveLength(1);
  expect(new Set(all.map((server) => server.pid)).size).toBe(1);
});

test("a killed server is started again, with its stale files in place", async () => {
  const first = await ensure(shared);
  await query(first.url, "create table if not exists kept as select 42 as answer");
  process.kill(first.pid, "SIGKILL");
  const second = await ensure(shared);
  expect(second).toMatchObject({ started: true });
  expect(second.pid).not.toBe(first.pid);
  expect(await query(second.url, "select answer from kept")).toEqual([{ answer: 42 }]);
});

test("a lock left by a killed starter, and a half-made cluster, are cleared away", async () => {
  const dataDir = path.join(root, "interrupted");
  const folder = path.join(dataDir, "postgres");
  await mkdir(path.join(folder, "cluster.new"), { recursive: true, mode: 0o711 });
  await writeFile(path.join(folder, "cluster.new", "half"), "made");
  await writeFile(path.join(folder, "start.lock"), "999999999 1");
  expect(await ensure(dataDir)).toMatchObject({ started: true, folder });
  await expect(access(path.join(folder, "start.lock"))).rejects.toThrow();
});

test("a pid file that names a process of another kind does not pass for a server", async () => {
  const first = await ensure(shared);
  await first.stop();
  const file = path.join(first.folder, "cluster", "postmaster.pid");
  await writeFile(file, `${process.pid}\n${first.folder}\n1\n1\n\n127.0.0.1\n0 0\nready\n`);
  expect(await ensure(shared)).toMatchObject({ started: true });
});

test("asks for its password on loopback, and keeps it readable by its owner alone", async () => {
  const server = await ensure(shared);
  const file = path.join(server.folder, "password");
  const password = (await readFile(file, "utf8")).trim();
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(new URL(server.url)).toMatchObject({ hostname: "127.0.0.1", password });
  const without = server.url.replace(password, "guess");
  await expect(openDatabase({ url: without })).rejects.toMatchObject({ code: "database_password_wrong" });
  expect(await query(server.url, "show listen_addresses")).toEqual([{ listen_addresses: "127.0.0.1" }]);
  expect(await query(server.url, "show synchronous_commit")).toEqual([{ synchronous_commit: "on" }]);
});

test("stops only when nobody else is connected", async () => {
  const server = await ensure(shared);
  const other = await openDatabase({ url: server.url });
  expect(await server.stopIfUnused()).toBe(false);
  expect((await other.pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  await other.close();
  expect(await server.stopIfUnused()).toBe(true);
});

test("a data folder that cannot be used is told as the setting that is wrong", async () => {
  const file = path.join(root, "a-file");
  await writeFile(file, "in the way");
  await expect(
    ensurePostgres({ dataDir: path.join(file, "below"), newSecret: randomUUID }),
  ).rejects.toMatchObject({
    code: "data_dir_unwritable",
    facts: { field: "DATA_DIR" },
  });
});

test("a database of another major version is not touched", async () => {
  const dataDir = path.join(root, "old");
  const cluster = path.join(dataDir, "postgres", "cluster");
  await mkdir(cluster, { recursive: true });
  await writeFile(path.join(cluster, "PG_VERSION"), "9\n");
  await expect(ensurePostgres({ dataDir, newSecret: randomUUID })).rejects.toMatchObject({
    code: "postgres_version",
  });
});

test.runIf(asRoot)(
  "as root below a private folder, the database goes where its account can enter",
  async () => {
    const home = path.join(root, "private-home");
    await mkdir(home, { mode: 0o700 });
    const dataDir = path.join(home, "desk");
    const first = await ensure(dataDir);
    try {
      const pointer = await readFile(path.join(dataDir, "postgres-location"), "utf8");
      expect(pointer.trim()).toBe(first.folder);
      expect(first.folder.startsWith(home)).toBe(false);
      expect(await ensure(dataDir)).toMatchObject({ started: false, pid: first.pid });
    } finally {
      await first.stop();
      await rm(first.folder, { recursive: true, force: true });
    }
    await expect(ensurePostgres({ dataDir, newSecret: randomUUID })).rejects.toMatchObject({
      code: "postgres_home_missing",
    });
  },
);
