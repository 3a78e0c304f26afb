// A command that comes while another one ends: the embedded server stops under it, and that is a folder in use, to be tried again.
import { randomUUID } from "node:crypto";
import { chmod } from "node:fs/promises";
import { expect, test } from "vitest";
import { compose } from "#server/compose/composition.ts";
import { loadConfig } from "#server/config/config.ts";
import { openDatabase } from "#store/database.ts";
import { ensurePostgres } from "#store/postgres/ensure-postgres.ts";
import { temporaryFolder } from "#tests/support/temporary-folder.ts";

const dataDir = await temporaryFolder("held");
await chmod(dataDir, 0o711); // as root, the server's own account must come through
/** The one that migrations wait for. */
const MIGRATION_LOCK = 4_720_100_001;

test("a database that is stopped while a command connects is a folder in use", async () => {
  const server = await ensurePostgres({ dataDir, newSecret: randomUUID });
  const holder = await openDatabase({ url: server.url });
  await holder.pool.query("select pg_advisory_lock($1)", [MIGRATION_LOCK]);
  const config = loadConfig({ variables: { DATA_DIR: dataDir }, directory: "/", flags: { live: false } });
  const composed = compose(config, { workers: false, tell: () => undefined });
  const refused = expect(composed).rejects.toMatchObject({
    code: "data_dir_in_use",
    message: expect.stringContaining("try again"),
  });
  const waiting = "select count(*)::int as n from pg_locks where locktype = 'advisory' and not granted";
  await expect.poll(async () => (await holder.pool.query<{ n: number }>(waiting)).rows[0]?.n).toBe(1);
  await server.stop();
  await refused;
  await holder.close().catch(() => undefined);
});
