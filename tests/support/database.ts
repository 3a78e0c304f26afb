// A fresh, migrated database for each test file, copied from a template that is made once per run.
import { afterAll, inject } from "vitest";
import { type Database, openDatabase } from "#store/database.ts";
import { migrate } from "#store/migrate.ts";
import { testServerUrl, withAdmin } from "./test-server.ts";

const TEMPLATE_LOCK = 4_720_100_777;
let count = 0;

/** Call at the top of a test file: `const database = await testDatabase();`. Dropped when the file is done. */
export async function testDatabase(): Promise<Database> {
  const { url, drop } = await createTestDatabase();
  const database = await openDatabase({ url, applicationName: "countersign-test" });
  afterAll(async () => {
    await database.close();
    await drop();
  });
  return database;
}

/** For tests of what opens a database itself (processes, migrations): its URL, empty or migrated. */
export async function createTestDatabase(
  options: { empty?: boolean } = {},
): Promise<{ url: string; drop(): Promise<void> }> {
  const { folder, prefix } = inject("testRun");
  const server = await testServerUrl(folder);
  const name = `${prefix}_${process.pid}_${++count}`;
  await withAdmin(server, async (admin) => {
    if (options.empty === true) {
      await admin.query(`create database "${name}" template template0`);
      return;
    }
    // Held while copying too: a template that somebody is connected to cannot be copied.
    await admin.query("select pg_advisory_lock($1)", [TEMPLATE_LOCK]);
    await ensureTemplate(admin, server, `${prefix}_template`);
    await admin.query(`create database "${name}" template "${prefix}_template"`);
  });
  return {
    url: withDatabase(server, name),
    drop: () => withAdmin(server, (admin) => dropDatabase(admin, name)),
  };
}

async function ensureTemplate(
  admin: { query(text: string, values?: unknown[]): Promise<{ rowCount: number | null }> },
  server: string,
  name: string,
): Promise<void> {
  const known = await admin.query("select 1 from pg_database where datname = $1", [name]);
  if (known.rowCount === 1) return;
  if (process.env.TEST_DATABASE_URL === undefined) await forgetSafety(admin);
  const unfinished = `${name}_unfinished`;
  await admin.query(`drop database if exists "${unfinished}" with (force)`);
  await admin.query(`create database "${unfinished}" template template0`);
  const database = await openDatabase({ url: withDatabase(server, unfinished), maxConnections: 2 });
  try {
    await migrate(database);
  } finally {
    await database.close();
  }
  await admin.query(`alter database "${unfinished}" rename to "${name}"`);
}

/** Our own server ends with this run: nothing it writes must survive a power cut, and waiting for the disk is most of a write. */
async function forgetSafety(admin: { query(text: string): Promise<unknown> }): Promise<void> {
  for (const setting of ["fsync", "full_page_writes"]) await admin.query(`alter system set ${setting} = off`);
  await admin.query("select pg_reload_conf()");
}

async function dropDatabase(admin: { query(text: string): Promise<unknown> }, name: string): Promise<void> {
  await admin.query(`drop database if exists "${name}" with (force)`);
}

function withDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
