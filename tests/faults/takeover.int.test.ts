// A worker that is killed in the middle of a run, while a desk works on the same database: the desk takes the run over.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testDatabase } from "#tests/support/database.ts";
import {
  callDesk,
  type DeskProcess,
  type ProgramProcess,
  startDesk,
  startGateway,
  startWorker,
  temporaryFolder,
} from "#tests/support/desk-process.ts";
import { raiseBarriers } from "./barrier.ts";
import { servedSimulator } from "./broker-books.ts";
import { BUY_DAY, writeBuySymbols } from "./market-folder.ts";
import { until } from "./until.ts";

const database = await testDatabase();
const folder = temporaryFolder();
/** One for each process: both work on one run at a time. */
const symbols = ["T1", "T2"];

let gateway: DeskProcess;
let desk: DeskProcess;
let worker: ProgramProcess;

async function rowsOf<Row extends object>(statement: string, values: unknown[] = []): Promise<Row[]> {
  return (await database.pool.query<Row>(statement, values)).rows;
}

/** The symbols whose run nobody holds the lock of. */
async function letGo(): Promise<string[]> {
  const rows = await rowsOf<{ symbol: string }>(
    `SELECT r.symbol FROM symbol_runs r WHERE r.symbol = ANY($1) AND NOT EXISTS (
       SELECT 1 FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
         AND ((l.classid::bigint << 32) | l.objid::bigint) = hashtextextended('countersign-thread:' || r.id, 0))`,
    [symbols],
  );
  return rows.map((row) => row.symbol);
}

beforeAll(async () => {
  const market = path.join(folder.path, "bars");
  writeBuySymbols(market, symbols);
  const config = path.join(folder.path, "countersign.yaml");
  writeFileSync(config, `worker: { parallelism: 1 }\nmarket: { start: "${BUY_DAY}" }\n`);
  const common = { arguments: ["--config", config] };
  gateway = await startGateway({
    ...common,
    dataDir: path.join(folder.path, "broker"),
    environment: { MARKET_DATA_DIR: market },
  });
  const options = {
    ...common,
    dataDir: path.join(folder.path, "desk"),
    environment: {
      DATABASE_URL: database.url,
      MARKET_DATA_DIR: market,
      IBKR_GATEWAY_URL: gateway.url,
    },
  };
  desk = await startDesk(options);
  worker = await startWorker(options);
  const first = "SELECT 1 FROM symbol_runs WHERE status IN ('queued', 'running')";
  await until("the first execution is through", async () =>
    (await rowsOf(first)).length === 0 ? true : null,
  );
}, 600_000);

afterAll(async () => {
  await Promise.all([desk?.kill(), worker?.kill(), gateway?.kill()]);
  folder.remove();
}, 30_000);

test("a killed worker's run goes on in the desk at the node where it was, with one order", {
  timeout: 300_000,
}, async () => {
  const barriers = await raiseBarriers(
    database,
    symbols.map((symbol) => ({ symbol, place: "started:executor" as const })),
  );
  await callDesk(desk.url, "POST", "/api/executions", { symbols, approval: "auto" });
  await until("each process stands in a run", async () =>
    (await barriers.missing()).length === 0 ? true : null,
  );
  expect(await letGo()).toEqual([]);
  await worker.kill();
  const [orphan] = await until("the dead worker's run is free", async () => {
    const free = await letGo();
    return free.length > 0 ? free : null;
  });
  for (const symbol of symbols) await (symbol === orphan ? barriers.cut(symbol) : barriers.release(symbol));
  await barriers.remove();
  const standing = () =>
    rowsOf<{ symbol: string; status: string }>(
      "SELECT symbol, status FROM symbol_runs WHERE symbol = ANY($1) ORDER BY symbol",
      [symbols],
    );
  await until(
    "both runs wait for their order",
    async () => ((await standing()).every((run) => run.status === "working") ? true : null),
    { state: standing },
  );
  const starts = await rowsOf<{ starts: number }>(
    "SELECT count(*)::int AS starts FROM node_events e JOIN symbol_runs r ON r.id = e.symbol_run_id WHERE r.symbol = $1 AND e.kind = 'started' GROUP BY node, visit",
    [orphan],
  );
  expect(starts.length).toBe(10);
  expect(starts.every((one) => one.starts === 1)).toBe(true);
  const entries = (await servedSimulator(gateway.url).orders()).filter((order) => order.parentId === null);
  expect(entries.map((order) => order.cOID?.split("-")[2]).toSorted()).toEqual(symbols);
});
