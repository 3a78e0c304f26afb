import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import pg from "pg";
import { ensurePostgres } from "#store/postgres/ensure-postgres.ts";
import { seed } from "./seed.ts";

const folder = process.env.BENCH_HTTP_DIR ?? "";
const server = await ensurePostgres({ dataDir: folder, newSecret: randomUUID });
const c = new pg.Client({ connectionString: server.url });
await c.connect();
const one = async (q: string) => (await c.query(q)).rows[0].id as string;
const history = {
  rejected: await one("select symbol_run_id as id from approvals where status='rejected'"),
  traded: await one("select symbol_run_id as id from orders where leg='entry'"),
  denied: await one("select id from symbol_runs where status='denied'"),
  held: await one("select id from symbol_runs where symbol='SPX' order by created_at limit 1"),
};
await c.end();
console.log(history);
const began = Date.now();
try {
  console.log(await seed(server.url, history));
} finally {
  await server.stop();
}
console.log((Date.now() - began) / 1000, "s");
writeFileSync(`${folder}/seeded.json`, JSON.stringify({ recipe: "dev", history }));
