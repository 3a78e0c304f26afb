// The PostgreSQL that tests run on: TEST_DATABASE_URL, or an embedded one in the run's own folder.
import { randomUUID } from "node:crypto";
import { access } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { ensurePostgres } from "#store/postgres/ensure-postgres.ts";

export async function testServerUrl(folder: string): Promise<string> {
  const given = process.env.TEST_DATABASE_URL;
  if (given !== undefined) return given;
  return (await ensurePostgres({ dataDir: folder, newSecret: randomUUID })).url;
}

export async function withAdmin<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  // A server that stops under us is seen by the query that fails.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export async function dropTestDatabases(url: string, prefix: string): Promise<void> {
  await withAdmin(url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "select datname as name from pg_database where starts_with(datname, $1)",
      [prefix],
    );
    for (const { name } of rows) await client.query(`drop database if exists "${name}" with (force)`);
  });
}

export async function stopTestServer(folder: string): Promise<void> {
  const used = await access(path.join(folder, "postgres")).then(
    () => true,
    () => false,
  );
  if (!used) return;
  const server = await ensurePostgres({ dataDir: folder, newSecret: randomUUID });
  await server.stop();
}
