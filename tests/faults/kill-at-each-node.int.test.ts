// kill -9 of the real program while a run stands at each node, at each write between two nodes and at each step of the
// order path; then it is started again. Each place is held by a trigger in the test's database: the product has no hook.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NODE_NAMES } from "#store/model/run.ts";
import { testDatabase } from "#tests/support/database.ts";
import {
  callDesk,
  type DeskProcess,
  startDesk,
  startGateway,
  temporaryFolder,
} from "#tests/support/desk-process.ts";
import { type Hold, type Place, raiseBarriers } from "./barrier.ts";
import { type BookedOrder, replayBooks, servedSimulator } from "./broker-books.ts";
import { BUY_DAY, writeBuySymbols } from "./market-folder.ts";
import { until } from "./until.ts";

const database = await testDatabase();
const folder = temporaryFolder();
const market = path.join(folder.path, "bars");
const dataDir = path.join(folder.path, "desk");

// What is held here may stand longer than the desk lets a statement run.
const patient = new URL(database.url);
patient.searchParams.set("statement_timeout", "600000");

/** A run in a replay of its own, so that a run that holds its account's lock stops no other. */
type Replayed = Hold & { approval: "auto" | "never"; session: string; runId: string };

// Only a run that sends nothing comes to its last node by itself; an order that works is not over.
const approvalFor = (place: Place) => (place.endsWith(":record") ? "never" : "auto");
const places: Place[] = [
  ...NODE_NAMES.map((node): Place => `started:${node}`),
  ...NODE_NAMES.filter((node) => node !== "order_working").map((node): Place => `checkpoint:${node}`),
  "finished:technical_analyst",
  "finished:executor",
  "finished:submit_order",
  "intent",
  "submitting",
  "answer",
];
const replayed: Replayed[] = places.map((place, index) => ({
  symbol: `K${index + 1}`,
  place,
  approval: approvalFor(place),
  session: "",
  runId: "",
}));
/** On the served simulator: killed while the order is on its way, and when it has arrived and nobody was told. */
const ON_ITS_WAY = "M1";
const ARRIVED = "M2";
const sent: Hold[] = [ON_ITS_WAY, ARRIVED].map((symbol) => ({ symbol, place: "started:submit_order" }));

let desk: DeskProcess;
let gateway: DeskProcess;
let broker: ReturnType<typeof servedSimulator>;
/** Nodes and model calls that were finished when the process was killed, by run. */
let finishedBefore: { run: string; node: string }[] = [];

async function start(): Promise<DeskProcess> {
  const config = path.join(folder.path, "countersign.yaml");
  return startDesk({
    dataDir,
    arguments: ["--config", config],
    environment: { DATABASE_URL: patient.href, MARKET_DATA_DIR: market, IBKR_GATEWAY_URL: gateway.url },
  });
}

async function rowsOf<Row extends object>(statement: string, values: unknown[] = []): Promise<Row[]> {
  return (await database.pool.query<Row>(statement, values)).rows;
}

const standings = () =>
  rowsOf(
    "SELECT r.symbol, r.status, r.error, (SELECT e.kind || ':' || e.node FROM node_events e WHERE e.symbol_run_id = r.id ORDER BY e.id DESC LIMIT 1) AS at FROM symbol_runs r",
  );

/** Until every run has ended or waits for a person or the broker. */
async function nothingGoesOn(): Promise<void> {
  const going = "SELECT 1 FROM symbol_runs WHERE status IN ('queued', 'running') LIMIT 1";
  await until("nothing goes on", async () => ((await rowsOf(going)).length === 0 ? true : null), {
    state: standings,
  });
}

async function startReplay(one: Replayed): Promise<void> {
  const request = { symbols: [one.symbol], asOf: BUY_DAY, approval: one.approval };
  const { executionId } = await callDesk<{ executionId: string }>(
    desk.url,
    "POST",
    "/api/executions",
    request,
  );
  const [row] = await rowsOf<{ id: string; session: string }>(
    "SELECT r.id, e.gateway_session AS session FROM symbol_runs r JOIN executions e ON e.id = r.execution_id WHERE e.id = $1",
    [executionId],
  );
  one.runId = row?.id ?? "";
  one.session = row?.session ?? "";
}

beforeAll(async () => {
  writeBuySymbols(
    market,
    [...replayed, ...sent].map((hold) => hold.symbol),
  );
  const config = path.join(folder.path, "countersign.yaml");
  const parallelism = replayed.length + sent.length + 2;
  writeFileSync(config, `worker: { parallelism: ${parallelism} }\nmarket: { start: "${BUY_DAY}" }\n`);
  gateway = await startGateway({
    dataDir: path.join(folder.path, "broker"),
    arguments: ["--config", config],
    environment: { MARKET_DATA_DIR: market },
  });
  broker = servedSimulator(gateway.url);
  const barriers = await raiseBarriers(database, [...replayed, ...sent]);
  desk = await start();
  for (const one of replayed) await startReplay(one);
  const symbols = sent.map((hold) => hold.symbol);
  await callDesk(desk.url, "POST", "/api/executions", { symbols, approval: "auto" });
  await until(
    "all runs stand at their places",
    async () => ((await barriers.missing()).length === 0 ? true : null),
    {
      state: async () => ({
        missing: await barriers.missing(),
        runs: await standings(),
        desk: desk.output(),
      }),
    },
  );

  // The order goes live with the answer to the second of the broker's two questions: about the stop, about the target.
  const faults = [
    { symbol: ON_ITS_WAY, kind: "hang", path: "/orders", skip: 0 },
    { symbol: ARRIVED, kind: "hang_after", path: "/reply", skip: 1 },
  ];
  for (const { symbol, ...fault } of faults) {
    await broker.addFault({ ...fault, method: "POST" });
    await barriers.release(symbol);
    await until(`${fault.kind} has struck`, async () => ((await broker.faultsLeft()) === 0 ? true : null));
  }
  await desk.kill();
  await barriers.remove();
  finishedBefore = await rowsOf(
    "SELECT symbol_run_id AS run, node FROM node_events WHERE kind = 'finished' AND visit = 0",
  );
  desk = await start();
  await nothingGoesOn();
}, 600_000);

afterAll(async () => {
  await desk?.kill();
  await gateway?.kill();
  folder.remove();
}, 30_000);

describe("faults: a desk killed at every node and started again", () => {
  test("stood where it was meant to be killed", async () => {
    const nodesBefore = (one: Replayed) => finishedBefore.filter(({ run }) => run === one.runId).length;
    const counts = new Map(replayed.map((one) => [one.place, nodesBefore(one)]));
    expect(Object.fromEntries(counts)).toMatchObject({
      "started:market_data": 0,
      "started:charts": 1,
      "checkpoint:charts": 2,
      "started:executor": 4,
      "started:risk_gate": 5,
      "started:submit_order": 8,
      "checkpoint:submit_order": 9,
      "started:order_working": 9,
      "started:record": 8,
      "checkpoint:record": 9,
      intent: 8,
      submitting: 8,
      answer: 8,
    });
  });

  test("goes on and brings every run to its end", async () => {
    const runs = await rowsOf<{ symbol: string; status: string; error: unknown }>(
      "SELECT symbol, status, error FROM symbol_runs WHERE symbol LIKE 'K%'",
    );
    const expected = replayed.map(({ symbol, approval }) => {
      const status = approval === "auto" ? "working" : "done";
      return { symbol, status, error: null };
    });
    const bySymbol = (a: { symbol: string }, b: { symbol: string }) => a.symbol.localeCompare(b.symbol);
    expect(runs.toSorted(bySymbol)).toEqual(expected.toSorted(bySymbol));
  });

  test("runs no node again that had finished", async () => {
    const again = await rowsOf<{ run: string; node: string; starts: number }>(
      "SELECT symbol_run_id AS run, node, count(*)::int AS starts FROM node_events WHERE kind = 'started' GROUP BY 1, 2, visit HAVING count(*) > 1",
    );
    const finished = new Set(finishedBefore.map(({ run, node }) => `${run} ${node}`));
    expect(finishedBefore.length).toBeGreaterThan(100);
    expect(again.filter(({ run, node }) => finished.has(`${run} ${node}`))).toEqual([]);
    // What was interrupted in the middle did run again, once.
    expect(new Set(again.map((one) => one.starts))).toEqual(new Set([2]));
  });

  test("asks no model twice for the same answer", async () => {
    const twice = await rowsOf(
      "SELECT symbol_run_id, stage, visit FROM llm_calls WHERE status = 'ok' GROUP BY 1, 2, 3 HAVING count(*) > 1",
    );
    expect(twice).toEqual([]);
  });

  test("asks and countersigns once", async () => {
    const twice = await rowsOf("SELECT symbol_run_id FROM approvals GROUP BY 1 HAVING count(*) > 1");
    expect(twice).toEqual([]);
  });

  test("looks for the order that arrived unseen, and never sends the one that did not arrive twice", {
    timeout: 300_000,
  }, async () => {
    type Entry = { symbol: string; status: string; attempt: number; cOID: string };
    const entries = () =>
      rowsOf<Entry>(
        `SELECT symbol, status, attempt, client_order_id AS "cOID" FROM orders WHERE leg = 'entry' AND symbol LIKE 'M%'`,
      );
    // Absence is believed only after the time in which a request on its way could still arrive.
    await until(
      "both outcomes are known",
      async () => ((await entries()).some((one) => /SUBMITTING|UNKNOWN/.test(one.status)) ? null : true),
      { state: entries },
    );
    await nothingGoesOn();
    const rows = await entries();
    const live = (await broker.orders())
      .filter((order) => order.parentId === null)
      .map((order) => order.cOID);
    const ofSymbol = (symbol: string) => rows.filter((one) => one.symbol === symbol);
    expect(ofSymbol(ARRIVED)).toMatchObject([{ status: "ACCEPTED", attempt: 0 }]);
    expect(ofSymbol(ON_ITS_WAY)).toContainEqual(expect.objectContaining({ status: "REJECTED", attempt: 0 }));
    // It may go again once it is surely not there, under a new id.
    expect(
      rows
        .filter((one) => one.status === "ACCEPTED")
        .map((one) => one.cOID)
        .toSorted(),
    ).toEqual(live.toSorted());
    expect(new Set(live.map((cOID) => cOID?.split("-")[2])).size).toBe(live.length);
    const [run] = await rowsOf("SELECT status, error FROM symbol_runs WHERE symbol = $1", [ARRIVED]);
    expect(run).toEqual({ status: "working", error: null });
  });

  test("leaves exactly one countersigned order of each at the broker, and none where none was due", async () => {
    await desk.stop();
    const accounts = await rowsOf<{ session: string; account: string }>(
      "SELECT gateway_session AS session, account_id AS account FROM executions",
    );
    const books = await replayBooks({
      dataDir,
      marketDataDir: market,
      accounts: new Map(accounts.map(({ session, account }) => [session, account])),
    });
    const signed = new Set(
      (
        await rowsOf<{ id: string }>(
          "SELECT client_order_id AS id FROM orders o JOIN approvals a ON a.id = o.approval_id WHERE a.status = 'approved'",
        )
      ).map((row) => row.id),
    );
    const isSigned = (order: BookedOrder) => signed.has(order.cOID ?? "");
    const found = replayed.map(({ place, session }) => {
      const orders = books.get(session) ?? [];
      const entries = orders.filter((order) => order.parentId === null);
      return { place, legs: orders.length, signed: entries.filter(isSigned).length };
    });
    expect(found).toEqual(
      replayed.map(({ place, approval }) =>
        approval === "auto" ? { place, legs: 3, signed: 1 } : { place, legs: 0, signed: 0 },
      ),
    );
  });
});
