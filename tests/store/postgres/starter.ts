// A process of its own that starts (or finds) the embedded server, says where it is, and stays until it is killed.
import { randomUUID } from "node:crypto";
import { ensurePostgres } from "#store/postgres/ensure-postgres.ts";

const [, , dataDir] = process.argv;
if (dataDir === undefined) throw new Error("a data folder is needed");
const { url, started, pid } = await ensurePostgres({ dataDir, newSecret: randomUUID });
process.stdout.write(`${JSON.stringify({ url, started, pid })}\n`);
setInterval(() => undefined, 60_000);
