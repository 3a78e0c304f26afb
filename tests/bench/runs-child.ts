// One measurement of whole symbol runs in a process of its own. Reads its task as JSON from the first argument, prints JSON.
import "@hono/zod-openapi"; // first, as in server/cli/main.ts
import { loadavg } from "node:os";
import { performance } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { shapeHeap } from "#server/cli/heap.ts";
import type { Composition } from "#server/compose/composition.ts";
import type { ExecutionId, Ticker } from "#store/model/ids.ts";
import { postgresCpuMs, postmasterOf } from "./process-cpu.ts";
import { marketOf, openBenchDesk, type RunsFigures, type RunsTask } from "./runs-task.ts";

/** Runs that compile the charts and open the connections before anything is measured. */
const WARM_UP = 2;
const SAMPLE_MS = 100;

shapeHeap();
const task = JSON.parse(process.argv[2] ?? "{}") as RunsTask;
const { symbols, start, marketDir } = marketOf(task);
const composition = await openBenchDesk(task, { workers: true, start, marketDir });
await measure(composition, symbols.slice(0, WARM_UP));
process.stdout.write(JSON.stringify(await measure(composition, symbols)));
await composition.close();
process.exit(0);

async function measure({ desk, database }: Composition, chosen: readonly string[]): Promise<RunsFigures> {
  const { pool } = database;
  const postmaster = await postmasterOf(pool);
  const bytes = async () => {
    const { rows } = await pool.query<{ bytes: string }>(
      "SELECT pg_database_size(current_database()) AS bytes",
    );
    return Number(rows[0]?.bytes);
  };
  const before = { bytes: await bytes(), cpu: process.cpuUsage(), postgres: postgresCpuMs(postmaster) };
  const began = performance.now();
  const samples: { done: number; rss: number }[] = [];
  const { executionId } = await desk.startExecution({ symbols: chosen as Ticker[], approval: "ask" });
  for (let left = chosen.length; left > 0; ) {
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    left = await unfinished(pool, executionId);
    samples.push({ done: chosen.length - left, rss: process.memoryUsage.rss() / 2 ** 20 });
  }
  const wallMs = performance.now() - began;
  const cpu = process.cpuUsage(before.cpu);
  const postgres = postgresCpuMs(postmaster) - before.postgres;
  const between = (from: number, to: number) =>
    mean(samples.filter(({ done }) => done >= from * chosen.length && done <= to * chosen.length));
  return {
    wallMs,
    cpuMs: (cpu.user + cpu.system) / 1000,
    postgresCpuMs: postgres,
    databaseBytes: (await bytes()) - before.bytes,
    rssPeakMb: Math.max(...samples.map(({ rss }) => rss)),
    rssEarlyMb: between(0.1, 0.2),
    rssLateMb: between(0.9, 1),
    heapMb: collectedHeap(),
    statuses: await statusesOf(pool, executionId),
    load: loadavg()[0] ?? Number.NaN,
  };
}

type Pool = Composition["database"]["pool"];

async function unfinished(pool: Pool, executionId: ExecutionId): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    "SELECT count(*)::int AS n FROM symbol_runs WHERE execution_id = $1 AND status IN ('queued', 'running')",
    [executionId],
  );
  return rows[0]?.n ?? 0;
}

async function statusesOf(pool: Pool, executionId: ExecutionId): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ status: string; n: number }>(
    `SELECT status || coalesce(': ' || (error->>'code'), '') AS status, count(*)::int AS n
     FROM symbol_runs WHERE execution_id = $1 GROUP BY 1 ORDER BY 1`,
    [executionId],
  );
  return Object.fromEntries(rows.map((row) => [row.status, row.n]));
}

function mean(samples: readonly { rss: number }[]): number {
  return samples.reduce((sum, { rss }) => sum + rss, 0) / samples.length;
}

/** MB that are still reachable. */
function collectedHeap(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
}
