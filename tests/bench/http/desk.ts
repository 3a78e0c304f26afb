// The bench's desk: a data folder outside the repository, made and filled once, used again until its recipe changes.
// Effects: files, processes, database.
import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { type Database, openDatabase } from "#store/database.ts";
import { ensurePostgres } from "#store/postgres/ensure-postgres.ts";
import { type DeskProcess, startDesk } from "#tests/support/desk-process.ts";
import { type History, makeHistory } from "./history.ts";
import { INSPECTABLE } from "./inspect.ts";
import { seed } from "./seed.ts";

const RECIPE = ["copies.ts", "history.ts", "seed.ts"].map((name) => path.join(import.meta.dirname, name));

type Stamp = { recipe: string; history: History };

export type BenchDesk = { folder: string; history: History };

/** The folder with a filled desk in it. `fresh`: fill it anew in any case. */
export async function filledDesk(options: { fresh: boolean }): Promise<BenchDesk> {
  const folder = process.env.BENCH_HTTP_DIR ?? path.join(tmpdir(), "countersign-bench-http");
  const stampFile = path.join(folder, "seeded.json");
  const recipe = createHash("sha256")
    .update(RECIPE.map((file) => readFileSync(file, "utf8")).join("\n"))
    .digest("hex");
  const stamp = existsSync(stampFile) ? (JSON.parse(readFileSync(stampFile, "utf8")) as Stamp) : null;
  if (!options.fresh && (stamp?.recipe === recipe || process.env.BENCH_HTTP_KEEP === "1") && stamp !== null)
    return { folder, history: stamp.history };

  const began = performance.now();
  const say = (text: string) => {
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    process.stderr.write(`${seconds.padStart(4)} s  ${text}\n`);
  };
  say(`making a desk in ${folder} …`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const desk = await startDesk({ dataDir: folder });
  const history = await makeHistory(desk.url);
  await desk.stop();
  say("its first executions are done; multiplying them …");
  const added = await withServer(folder, (url) => seed(url, history));
  say(
    `filled: ${Object.entries(added)
      .map(([table, rows]) => `${rows.toLocaleString("en-US")} ${table}`)
      .join(", ")}`,
  );
  writeFileSync(stampFile, JSON.stringify({ recipe, history } satisfies Stamp));
  return { folder, history };
}

async function withServer<T>(folder: string, work: (url: string) => Promise<T>): Promise<T> {
  const server = await ensurePostgres({ dataDir: folder, newSecret: randomUUID });
  try {
    return await work(server.url);
  } finally {
    await server.stop();
  }
}

/** The desk of the folder as a user starts it, and a connection of the bench's own to its database. */
export async function runningDesk(folder: string): Promise<{ desk: DeskProcess; database: Database }> {
  const desk = await startDesk({ dataDir: folder, environment: INSPECTABLE });
  const server = await ensurePostgres({ dataDir: folder, newSecret: randomUUID });
  return { desk, database: await openDatabase({ url: server.url, maxConnections: 2 }) };
}
