// Read-only tools and the bound on their use, over the protocol.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { decide } from "#agents/executor-decision.ts";
import { createModelProvider } from "#agents/provider.ts";
import { type ModelServer, startModelServer } from "#tests/support/model-server.ts";
import { readOnlyTools } from "#tools/catalog.ts";
import { computeIndicators } from "#tools/indicators/index.ts";
import { context, decisionInput, endpoint, offlineProvider } from "./desk-context.ts";

const input = decisionInput();
const { bars } = input.daily;
const tools = readOnlyTools({ bars, table: computeIndicators(bars) });
const last = bars.at(-1);
const signal = new AbortController().signal;

let server: ModelServer;
let seen = 0;
beforeAll(async () => {
  server = await startModelServer();
});
beforeEach(() => {
  server.behave({});
  seen = server.requests.length;
});
afterAll(() => server.close());

function decision(maxToolCalls: number) {
  const provider = createModelProvider({ endpoint: endpoint(server.baseUrl), prices: {} });
  const watched = context("decision", provider, { tools, maxToolCalls });
  return { ...watched, answer: decide(input, watched.ctx) };
}
const asked = () => server.requests.slice(seen).map(({ askedBy }) => askedBy);

describe("a tool", () => {
  const call = (name: string, args: object) => {
    const tool = tools.find((candidate) => candidate.name === name);
    if (tool === undefined) throw new Error(`no tool ${name}`);
    return tool.run(args, signal);
  };

  test("gives an indicator on a past session", async () => {
    const given = await call("indicator_at", { indicator: "sma50", date: last?.date });
    expect(given).toMatchObject({ value: expect.closeTo(input.daily.values.values.sma50 ?? 0, 1) });
  });

  test("knows no session after the run's date", async () => {
    await expect(call("indicator_at", { indicator: "sma50", date: "2016-01-04" })).rejects.toThrow(
      "no finished session",
    );
    const all = await call("bars_between", { from: "2015-10-26", to: "2018-01-01" });
    expect(all).toEqual(bars.filter((bar) => bar.date >= "2015-10-26"));
  });

  test("computes R and margin in decimals, and refuses a stop on the wrong side", async () => {
    expect(await call("reward_to_risk", { price: 100, target: 106, stop: 97 })).toEqual({
      rCoefficient: "2",
      profitMargin: "0.06",
    });
    await expect(call("reward_to_risk", { price: 100, target: 106, stop: 101 })).rejects.toThrow("same side");
  });
});

describe("the executor", () => {
  test("may call tools, and their results join the question", async () => {
    const asking = { name: "reward_to_risk", arguments: { price: 100, target: 106, stop: 97 } };
    server.behave({ toolTurns: [[asking], [{ name: "sell_everything", arguments: {} }]] });
    const { answer, calls } = decision(3);
    expect((await answer).decision.signal).toBe("BUY");
    expect(asked()).toEqual(["tools", "tools", "tools", "json_schema"]);
    expect(server.requests.at(-1)?.blocks.tool_results).toEqual([
      {
        tool: "reward_to_risk",
        input: asking.arguments,
        result: { rCoefficient: "2", profitMargin: "0.06" },
      },
      { tool: "sell_everything", input: {}, result: { error: "there is no tool sell_everything" } },
    ]);
    expect(calls.map(({ method }) => method)).toEqual(["tools", "tools", "tools", "json_schema"]);
  });

  test("fails when it asks for more than its bound", async () => {
    const ask = { name: "reward_to_risk", arguments: { price: 1, target: 2, stop: 0.5 } };
    server.behave({ toolTurns: [[ask], [ask, ask]] });
    const { answer } = decision(2);
    await expect(answer).rejects.toMatchObject({ code: "tool_budget_exceeded", facts: { maxToolCalls: 2 } });
  });

  test("decides without tools on a server that knows none, and asks such a server only once", async () => {
    server.behave({ capability: "plain" });
    const { answer } = decision(2);
    await answer;
    expect(asked()).toEqual(["tools", "json_schema", "tool_call", "json_object", "plain"]);
  });

  test("calls no tools when the bound is 0, nor when it is the offline analyst", async () => {
    await decision(0).answer;
    expect(asked()).toEqual(["json_schema"]);
    const offline = context("decision", offlineProvider(), { tools, maxToolCalls: 5 });
    await decide(input, offline.ctx);
    expect(offline.calls.map(({ method }) => method)).toEqual(["json_schema"]);
  });
});
