import { randomUUID } from "node:crypto";
import { ensurePostgres } from "#store/postgres/ensure-postgres.ts";

const server = await ensurePostgres({ dataDir: process.env.BENCH_HTTP_DIR ?? "", newSecret: randomUUID });
console.log(server.url.replace(/:[^:@]*@/, "@"));
if (process.argv[2] === "stop") await server.stop();
