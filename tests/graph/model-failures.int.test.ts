// A failing model is never an opinion: the run fails or abstains with the cause, and no order can come of it.
import { beforeEach, describe, expect, test } from "vitest";
import { createModelProvider, type ModelProvider } from "#agents/provider.ts";
import { SessionDate, type SymbolRunId, Ticker } from "#store/model/ids.ts";
import { getExecution } from "#store/runs/executions.ts";
import { listNodeEvents } from "#store/runs/node-events.ts";
import { getSymbolRun } from "#store/runs/symbol-runs.ts";
import { ordersOfRun } from "#store/trading/orders.ts";
import { testDatabase } from "#tests/support/database.ts";
import { type DeskFixture, deskFixture, offlineAnalyst } from "./fixture/desk.ts";

const database = await testDatabase();
const { db } = database;
const START = SessionDate.parse("2018-03-01");
const AAPL = Ticker.parse("AAPL");
const SPX = Ticker.parse("SPX");
const signal = new AbortController().signal;

let fixture: DeskFixture;
beforeEach(async () => {
  fixture = await deskFixture({ database, start: START });
});

/** A model server in memory; `answer` gets the request's body. */
function server(answer: (body: string) => Response | Promise<Response>): ModelProvider {
  const endpoint = {
    kind: "openai" as const,
    baseUrl: "http://127.0.0.1:9/v1",
    apiKey: null,
    model: "test-model",
    timeoutMs: 60_000,
    maxRetries: 0,
  };
  const fetch = async (_url: unknown, init?: RequestInit) => answer(String(init?.body ?? ""));
  return createModelProvider({ endpoint, prices: {}, fetch: fetch as typeof globalThis.fetch });
}

function says(content: string): Response {
  const choices = [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }];
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  return Response.json({
    id: "x",
    object: "chat.completion",
    created: 0,
    model: "test-model",
    choices,
    usage,
  });
}

const ungrounded = JSON.stringify({
  symbol: "AAPL",
  stance: "bullish",
  trend: "up",
  summary: "The close stands at 4321.99.",
  support: [4321.99],
  resistance: [4400.5],
  evidence: [{ value: "close", stated: 4321.99, statement: "The close is 4321.99." }],
  invalidation: "A close below 4300.25.",
});

async function runWith(models: ModelProvider, attemptsLeft = 0): Promise<SymbolRunId> {
  const strategy = await fixture.strategy({ symbols: [AAPL], approval: "auto" });
  const desk = fixture.desk({ models });
  const { symbolRunIds } = await desk.startExecution({ strategy: strategy.id, asOf: START });
  const [id] = symbolRunIds;
  if (id === undefined) throw new Error("no run");
  fixture.queue.length = 0;
  await desk.advance(id, { signal, attemptsLeft });
  return id;
}

describe("a model server that", () => {
  test("is dead fails the run once the attempts are used up", async () => {
    const id = await runWith(
      server(() => {
        throw new TypeError("fetch failed", {
          cause: Object.assign(new Error("refused"), { code: "ECONNREFUSED" }),
        });
      }),
    );
    const run = await getSymbolRun(db, id);
    expect([run.status, run.error?.code]).toEqual(["failed", "model_unreachable"]);
    expect(await ordersOfRun(db, id)).toHaveLength(0);
    expect((await getExecution(db, run.executionId)).status).toBe("finished");
  });

  test("is dead is given back to the queue while attempts are left", async () => {
    const dead = server(() => {
      throw new TypeError("fetch failed");
    });
    await expect(runWith(dead, 2)).rejects.toMatchObject({ code: "model_unreachable", retryable: true });
  });

  test("refuses fails the run at once, attempts or not", async () => {
    const id = await runWith(
      server(() => Response.json({ error: { message: "no such key" } }, { status: 401 })),
      3,
    );
    const run = await getSymbolRun(db, id);
    expect(run.status).toBe("failed");
    expect(run.error?.retryable).toBe(false);
    expect(await ordersOfRun(db, id)).toHaveLength(0);
  });

  test("babbles fails the run", async () => {
    const id = await runWith(server(() => says("To the moon!")));
    const run = await getSymbolRun(db, id);
    expect([run.status, run.error?.code]).toEqual(["failed", "model_invalid_answer"]);
    expect(await ordersOfRun(db, id)).toHaveLength(0);
  });

  test("states prices that are not in the data makes the run abstain", async () => {
    const id = await runWith(server(() => says(ungrounded)));
    const run = await getSymbolRun(db, id);
    expect([run.status, run.error?.code]).toEqual(["abstained", "ungrounded"]);
    expect(await ordersOfRun(db, id)).toHaveLength(0);
    expect(await fixture.counts(id)).not.toHaveProperty("risk_gate");
    expect(await fixture.counts(id)).toMatchObject({ record: [1, 1] });
  });
});

describe("retrying an execution", () => {
  test("runs only the failed symbols, and each goes on at the node that failed", async () => {
    const strategy = await fixture.strategy({ symbols: [AAPL, SPX], approval: "never" });
    const offline = offlineAnalyst();
    const flaky: ModelProvider = {
      describe: () => "flaky",
      modelFor: (stage, override) => {
        const model = offline.modelFor(stage, override);
        return stage === "decision" && failing ? brokenModel().modelFor(stage) : model;
      },
    };
    let failing = true;
    const desk = fixture.desk({ models: flaky });
    const { executionId, symbolRunIds } = await desk.startExecution({ strategy: strategy.id, asOf: START });
    const [aapl, spx] = symbolRunIds;
    if (aapl === undefined || spx === undefined) throw new Error("no runs");
    await desk.advance(aapl, { signal, attemptsLeft: 0 });
    failing = false;
    await desk.advance(spx, { signal, attemptsLeft: 0 });
    fixture.queue.length = 0;
    expect([await fixture.status(aapl), await fixture.status(spx)]).toEqual(["failed", "done"]);
    const untouched = (await listNodeEvents(db, spx)).length;

    expect(await desk.retryFailed(executionId)).toEqual([aapl]);
    expect(fixture.queue).toEqual([aapl]);
    await fixture.drain(desk);
    expect((await getSymbolRun(db, aapl)).error).toBeNull();
    expect(await fixture.status(aapl)).toBe("done");
    expect(await fixture.counts(aapl)).toMatchObject({
      market_data: [1, 1],
      charts: [1, 1],
      technical_analyst: [1, 1],
      weekly_trend: [1, 1],
      executor: [2, 1],
    });
    expect(await listNodeEvents(db, spx)).toHaveLength(untouched);
  });
});

function brokenModel(): ModelProvider {
  return server(() => says("no idea"));
}
