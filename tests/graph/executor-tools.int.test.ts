// The executor's decision may call read-only tools over the run's own bars, as often as the workflow allows and no more.
import { expect, test } from "vitest";
import { createModelProvider } from "#agents/provider.ts";
import { listLlmCalls } from "#store/agents/llm-calls.ts";
import { SessionDate, type SymbolRunId, Ticker } from "#store/model/ids.ts";
import { getSymbolRun } from "#store/runs/symbol-runs.ts";
import { ordersOfRun } from "#store/trading/orders.ts";
import { testDatabase } from "#tests/support/database.ts";
import { deskFixture, offlineAnalyst } from "./fixture/desk.ts";

const database = await testDatabase();
const { db } = database;
const AAPL = Ticker.parse("AAPL");
const START = SessionDate.parse("2018-03-01");
const HOLD = {
  symbol: "AAPL",
  signal: "HOLD",
  currentPrice: 175,
  targetPrice: null,
  stopPrice: null,
  strategyUsed: "tools",
  analysis: "Nothing to do.",
};

/** A decision model that asks for `calls` tool calls before it answers. */
async function decideWith(of: {
  calls: number;
  maxToolCalls: number;
}): Promise<{ id: SymbolRunId; bodies: string[] }> {
  const bodies: string[] = [];
  let asked = 0;
  const online = createModelProvider({
    endpoint: {
      kind: "openai",
      baseUrl: "http://127.0.0.1:9/v1",
      apiKey: null,
      model: "tools",
      timeoutMs: 60_000,
      maxRetries: 0,
    },
    prices: {},
    fetch: (async (_url: unknown, init?: RequestInit) => {
      const body = String(init?.body ?? "");
      bodies.push(body);
      if (!body.includes("bars_between") || body.includes("trade_decision"))
        return says(JSON.stringify(HOLD));
      asked += 1;
      return asked > of.calls ? says("ready") : calls(`call ${asked}`);
    }) as typeof globalThis.fetch,
  });
  const offline = offlineAnalyst();
  const fixture = await deskFixture({
    database,
    start: START,
    models: {
      describe: () => "tools",
      modelFor: (stage) => (stage === "decision" ? online : offline).modelFor(stage),
    },
  });
  const strategy = await fixture.strategy({
    symbols: [AAPL],
    agents: { decision: { model: null, promptVersionId: null, maxToolCalls: of.maxToolCalls } },
  });
  const desk = fixture.desk();
  const { symbolRunIds } = await desk.startExecution({ strategy: strategy.id, asOf: START });
  await fixture.drain(desk);
  const [id] = symbolRunIds;
  if (id === undefined) throw new Error("no run");
  return { id, bodies };
}

const message = (content: object, finish: string) =>
  Response.json({
    id: "x",
    object: "chat.completion",
    created: 0,
    model: "tools",
    choices: [{ index: 0, finish_reason: finish, message: { role: "assistant", ...content } }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  });
const says = (content: string) => message({ content }, "stop");
const calls = (id: string) => {
  const wanted = {
    name: "bars_between",
    arguments: JSON.stringify({ from: "2018-02-28", to: "2018-03-05" }),
  };
  return message({ content: "", tool_calls: [{ id, type: "function", function: wanted }] }, "tool_calls");
};

test("a tool's answer ends with the run's own last bar and reaches the decision", async () => {
  const { id, bodies } = await decideWith({ calls: 1, maxToolCalls: 2 });
  expect((await getSymbolRun(db, id)).status).toBe("done");
  const last = bodies.at(-1) ?? "";
  expect(last).toContain("tool_results");
  expect(last).toContain("2018-03-01");
  expect(last).not.toContain("2018-03-02");
  const stages = (await listLlmCalls(db, id)).map((call) => call.stage);
  expect(stages.filter((stage) => stage === "decision").length).toBeGreaterThan(1);
});

test("beyond the bound the run fails with the cause, and no order exists", async () => {
  const { id } = await decideWith({ calls: 3, maxToolCalls: 2 });
  expect(await getSymbolRun(db, id)).toMatchObject({
    status: "failed",
    error: { code: "tool_budget_exceeded" },
  });
  expect(await ordersOfRun(db, id)).toHaveLength(0);
});

test("a workflow that allows none offers none", async () => {
  const { id, bodies } = await decideWith({ calls: 1, maxToolCalls: 0 });
  expect((await getSymbolRun(db, id)).status).toBe("done");
  expect(bodies.join("")).not.toContain("bars_between");
});
