// The whole product with a model server on loopback: what it is sent, each way of asking it, and each way it can fail.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { testDatabase } from "#tests/support/database.ts";
import { callDesk, type DeskProcess, runCommand, startDesk } from "#tests/support/desk-process.ts";
import {
  type Capability,
  type Fault,
  type ModelServer,
  startModelServer,
} from "#tests/support/model-server.ts";
import { temporaryFolder } from "#tests/support/temporary-folder.ts";
import { analyse, firstExecution, settled, startExecution, until } from "./report.ts";

// A deadline against hanging: processes on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

const BUY_DAY = "2017-12-15"; // AAPL is a BUY by the offline rules, by which the server answers
const KEY = "sk-for-this-test-only-0123456789";

const database = await testDatabase();
const folder = await temporaryFolder("models");
let server: ModelServer;
let desk: DeskProcess;

const options = () => ({
  dataDir: path.join(folder, "desk"),
  environment: {
    DATABASE_URL: database.url,
    OPENAI_API_BASE: server.baseUrl,
    OPENAI_API_KEY: KEY,
    OPENAI_MODEL: "test-model",
  },
});
const config = ["--config", path.join(folder, "countersign.yaml")];
const start = () => startDesk({ ...options(), arguments: config });

beforeAll(async () => {
  server = await startModelServer();
  const yaml =
    "models:\n  timeoutMs: 10000\n  maxRetries: 0\n  prices:\n    test-model: { inputPerMillion: 1, outputPerMillion: 10 }\nretry:\n  limit: 0\n";
  writeFileSync(path.join(folder, "countersign.yaml"), yaml);
  desk = await start();
  await settled(desk.url, await firstExecution(desk.url));
});

afterAll(async () => {
  await desk?.kill();
  await server?.close();
});

describe("a model that answers", () => {
  const ways: [Capability, string][] = [
    ["json_schema", "json_schema"],
    ["tools", "tool_call"],
    ["plain", "plain"],
  ];
  test.each(ways)("goes from bars to an order with %s", async (capability, askedBy) => {
    server.behave({ capability });
    const before = server.requests.length;
    const { runs, llm, model } = await analyse(desk.url, {
      symbols: ["AAPL"],
      asOf: BUY_DAY,
      approval: "auto",
    });
    const [run] = runs;
    expect(run).toMatchObject({ status: "done", error: null, decision: { signal: "BUY", symbol: "AAPL" } });
    expect(run?.order).toMatchObject({ side: "BUY", status: expect.stringMatching(/SUBMITTED|ACCEPTED/) });
    expect(model).toContain("test-model");

    const asked = server.requests.slice(before);
    const answered = asked.filter((request) => request.askedBy === askedBy);
    expect(answered.length).toBeGreaterThanOrEqual(5); // two analysts, consolidation, decision, review
    const charts = [run?.charts.daily?.sha256, run?.charts.weekly?.sha256];
    expect(answered.flatMap((request) => request.images.map((image) => image.sha256))).toEqual(
      expect.arrayContaining(charts),
    );
    for (const request of asked) {
      expect(request.authorization).toBe(`Bearer ${KEY}`);
      for (const image of request.images) expect(image.mediaType).toBe("image/png");
    }
    const withPicture = answered.filter((request) => request.images.length > 0);
    for (const request of withPicture) expect(Object.keys(request.blocks).length).toBeGreaterThan(0);
    expect(llm.calls).toBeGreaterThanOrEqual(5);
    expect(llm.inputTokens).toBeGreaterThan(5_000);
    expect(Number(llm.costUsd)).toBeGreaterThan(0);
  });
});

describe("a model that fails", () => {
  const faults: [string, Fault, RegExp][] = [
    ["is broken", 500, /model_/],
    ["turns the key away", 401, /model_/],
    ["limits the rate", 429, /model_rate_limited/],
    ["never answers", "hang", /model_timeout/],
    ["refuses", "refusal", /model_refused/],
    ["babbles", "babble", /model_invalid_answer/],
    ["invents a price", "invented_price", /ungrounded/],
  ];

  test.each(faults)("leaves the cause and no order when it %s", async (_what, fault, code) => {
    server.behave({ fault });
    const { runs } = await analyse(desk.url, { symbols: ["AAPL"], approval: "auto" });
    const [run] = runs;
    expect(run?.error?.code).toMatch(code);
    expect(run?.error?.message).not.toContain(KEY);
    expect(["failed", "abstained"]).toContain(run?.status);
    expect(run).toMatchObject({ decision: null, verdict: null, order: null });
  });

  test("has sent nothing to the simulator, and its failure ends `countersign run` with 1", async () => {
    server.behave({ fault: "babble" });
    const args = ["run", "--symbols", "AAPL", "--approve", "auto", "--json", ...config];
    const { code, stdout } = await runCommand(options(), args);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ runs: [{ symbol: "AAPL", status: "failed", order: null }] });
    const { rows } = await callDesk<{ rows: unknown[] }>(desk.url, "GET", "/api/orders");
    const replayed = rows.filter((order) => (order as { gatewaySession?: string }).gatewaySession === "main");
    expect(replayed).toEqual([]);
    const books = readFileSync(path.join(folder, "desk/gateway/main.jsonl"), "utf8");
    expect(books).not.toMatch(/CS-\d{8}-AAPL/);
    expect(readFileSync(path.join(folder, "desk/desk.log"), "utf8")).not.toContain(KEY);
  });
});

describe("a stop while a model is thinking", () => {
  test("parks the run at once, and the next start goes on with it", async () => {
    server.behave({ fault: "hang" });
    const before = server.requests.length;
    const id = await startExecution(desk.url, { symbols: ["AAPL"], asOf: BUY_DAY, approval: "ask" });
    await until(async () => (server.requests.length > before ? true : null));
    expect(await desk.stop()).toBe(130);
    const { rows } = await database.pool.query<{ status: string }>(
      "SELECT status FROM symbol_runs WHERE execution_id = $1",
      [id],
    );
    expect(["queued", "running"]).toContain(rows[0]?.status); // parked, and neither failed nor abstained
    server.behave({});
    desk = await start();
    const { runs } = await settled(desk.url, id);
    expect(runs[0]).toMatchObject({ status: "waiting_approval", decision: { signal: "BUY" } });
    const done = await database.pool.query<{ node: string; times: number }>(
      "SELECT e.node, count(*)::int AS times FROM node_events e JOIN symbol_runs r ON r.id = e.symbol_run_id WHERE r.execution_id = $1 AND e.kind = 'finished' GROUP BY e.node, e.visit HAVING count(*) > 1",
      [id],
    );
    expect(done.rows).toEqual([]);
  });

  test("ends at once on the second Ctrl-C", async () => {
    server.behave({ fault: "hang" });
    const before = server.requests.length;
    await startExecution(desk.url, { symbols: ["AAPL"], asOf: BUY_DAY, approval: "never" });
    await until(async () => (server.requests.length > before ? true : null));
    const first = desk.stop();
    process.kill(desk.pid, "SIGINT");
    expect(await first).toBe(130);
  });
});
