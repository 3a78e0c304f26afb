// The offline analyst: its written rules, its honesty, and that it uses nothing but the prompt.
import { HumanMessage } from "@langchain/core/messages";
import { describe, expect, test } from "vitest";
import { consolidate } from "#agents/executor-consolidation.ts";
import { decide } from "#agents/executor-decision.ts";
import { groundDecision } from "#agents/grounding.ts";
import type { DecisionInput } from "#agents/inputs.ts";
import { offlineAnswer } from "#agents/offline/answer.ts";
import { OFFLINE_ANALYST, OfflineAnalyst } from "#agents/offline/chat-model.ts";
import { consolidated, dailyStance, type Sign, type Vote, weeklyStance } from "#agents/offline/rules.ts";
import { reviewRisk } from "#agents/risk-manager.ts";
import { technicalAnalyst } from "#agents/technical-analyst.ts";
import { weeklyTrend } from "#agents/weekly-trend.ts";
import { dataBlock } from "#prompts/render.ts";
import { ProposedDecision, type TradeDecision } from "#store/model/decision.ts";
import { Position } from "#store/model/order.ts";
import type { RiskVerdict } from "#store/model/risk.ts";
import { RiskLimits } from "#store/model/strategy.ts";
import {
  consolidationInput,
  context,
  daily,
  decimal,
  decisionInput,
  emptyPortfolio,
  offlineProvider,
  subject,
  weekly,
} from "./desk-context.ts";
import { aaplBars } from "./real-bars.ts";

const provider = offlineProvider();
const votes = (...signs: Sign[]): Vote[] =>
  signs.map((sign) => ({ about: "x", sign, value: "close", statement: "x" }));
const run = async (input: DecisionInput) => (await decide(input, context("decision", provider).ctx)).decision;

test("is named as what it is, costs nothing and counts no tokens", async () => {
  const { ctx, calls } = context("technical_analysis", provider);
  await technicalAnalyst({ subject, chart: daily() }, ctx);
  expect(provider.describe()).toBe("offline-analyst");
  expect(calls).toMatchObject([
    {
      model: OFFLINE_ANALYST,
      endpoint: "offline",
      inputTokens: 0,
      outputTokens: 0,
      costUsd: "0",
      status: "ok",
    },
  ]);
});

test("answers the same prompt with the same words", async () => {
  const answers = await Promise.all(
    [1, 2].map(async () => {
      const { ctx, calls } = context("weekly_trend", provider);
      await weeklyTrend({ subject, chart: weekly() }, ctx);
      return [calls[0]?.rawAnswer, calls[0]?.requestHash];
    }),
  );
  expect(answers[0]).toEqual(answers[1]);
});

test("uses only the prompt: other values in the block, another answer", () => {
  const { values } = daily();
  const ask = (rsi14: number) =>
    offlineAnswer(
      [
        dataBlock("task", { stage: "technical_analysis", symbol: "AAPL", asOf: values.asOf }),
        dataBlock("values", { ...values, values: { ...values.values, rsi14 } }),
      ].join("\n"),
    );
  expect(ask(60)).not.toEqual(ask(10));
});

test("refuses a prompt that lacks the blocks it needs", async () => {
  await expect(new OfflineAnalyst().invoke([new HumanMessage("Buy AAPL?")])).rejects.toMatchObject({
    code: "offline_prompt_unreadable",
  });
});

test("works through LangChain's own structured output and tool binding", async () => {
  const { values } = daily();
  const prompt = [
    dataBlock("task", { stage: "technical_analysis", symbol: "AAPL", asOf: values.asOf }),
    dataBlock("values", values),
  ].join("\n");
  const schema = { name: "report", type: "object", properties: { stance: { type: "string" } } };
  const report = await new OfflineAnalyst().withStructuredOutput(schema).invoke(prompt);
  expect(report).toMatchObject({ symbol: "AAPL", stance: "bullish" });
});

describe("the daily stance", () => {
  test.each<[Sign[], string]>([
    [[1, 1, 1, 1], "bullish"],
    [[1, 1, 1, -1], "bullish"],
    [[1, 1, 0, 0], "neutral"],
    [[1, 1, -1, -1], "neutral"],
    [[-1, -1, -1, 0], "bearish"],
    [[0, 0, 0, 0], "neutral"],
  ])("of signs %j is %s", (signs, stance) => {
    expect(dailyStance(votes(...signs))).toBe(stance);
  });
});

test.each<[Sign[], string]>([
  [[1, 1, 1], "bullish"],
  [[1, 1, 0], "bullish"],
  [[1, 1, -1], "neutral"],
  [[-1, -1, 0], "bearish"],
])("the weekly trend of signs %j is %s", (signs, stance) => {
  expect(weeklyStance(votes(...signs))).toBe(stance);
});

test("opposite readings cancel out, and a weekly trend alone gives no trade", () => {
  expect(consolidated("bullish", "bearish")).toEqual({ stance: "neutral", agreement: "disagree" });
  expect(consolidated("neutral", "bullish")).toEqual({ stance: "neutral", agreement: "partly" });
  expect(consolidated("bearish", "neutral")).toEqual({ stance: "bearish", agreement: "partly" });
});

describe("a decision by the rules", () => {
  test("buys with stop and target where structure and volatility put them", async () => {
    const input = decisionInput();
    const decision = await run(input);
    const { close = 0, atr14 = 0 } = input.daily.values.values;
    expect(decision.signal).toBe("BUY");
    expect(Number(decision.currentPrice)).toBe(close);
    expect(close - Number(decision.stopPrice)).toBeGreaterThanOrEqual(0.99 * atr14);
    expect(close - Number(decision.stopPrice)).toBeLessThanOrEqual(2.01 * atr14);
    const weeklyAtr = input.weekly.values.values.atr14 ?? 0;
    expect(Number(decision.targetPrice) - close).toBeLessThanOrEqual(2 * weeklyAtr + 0.01);
  });

  test("does not move with the thresholds: a stricter strategy gets HOLD, never a farther target", async () => {
    const strict = RiskLimits.parse({ minProfitMargin: "0.5" });
    const decision = await run(decisionInput(undefined, { limits: strict }));
    expect(decision.signal).toBe("HOLD");
    expect(decision.targetPrice).toBeNull();
    expect(decision.analysis).toContain("50.00%");
  });

  test("holds when the position is already open, and when an entry is working", async () => {
    const position = Position.parse({
      accountId: "DU1000001",
      conid: 265598,
      symbol: "AAPL",
      quantity: "10",
      averageCost: "100",
      marketPrice: null,
      marketValue: null,
      realizedPnl: null,
      unrealizedPnl: null,
      currency: "USD",
    });
    const portfolio = { ...emptyPortfolio, positions: [position] };
    expect((await run(decisionInput(undefined, { portfolio }))).signal).toBe("HOLD");
  });

  test("holds when its denied proposal comes back", async () => {
    const input = decisionInput();
    const decision = await run(input);
    const verdict: RiskVerdict = { verdict: "denied", codes: ["r_below_minimum"], rules: [], plan: null };
    const second = await run({ ...input, revision: { decision, verdict } });
    expect(second.signal).toBe("HOLD");
    expect(second.analysis).toContain("r_below_minimum");
  });

  test("sells short only where the strategy allows it", async () => {
    const bearish = decisionInput();
    const consolidation = { ...bearish.consolidation, stance: "bearish" as const };
    const asked = { ...bearish, consolidation };
    expect((await run(asked)).signal).toBe("HOLD");
    const limits = RiskLimits.parse({ allowShort: true, minProfitMargin: "0.01", minRCoefficient: "0.1" });
    const short = await run({ ...asked, limits });
    expect(short.signal).toBe("SELL");
    expect(Number(short.stopPrice)).toBeGreaterThan(Number(short.currentPrice));
    expect(Number(short.targetPrice)).toBeLessThan(Number(short.currentPrice));
  });

  test("is grounded on every date, whatever it says", async () => {
    for (let index = 520; index < aaplBars.length; index += 90) {
      const input = decisionInput(aaplBars[index]?.date ?? "");
      const { ctx, calls } = context("decision", provider);
      await decide(input, ctx);
      const said = ProposedDecision.parse(calls[0]?.parsed);
      expect(groundDecision(said, input).checks.filter((check) => !check.grounded)).toEqual([]);
    }
  });
});

describe("a risk review by the rules", () => {
  const verdict: RiskVerdict = { verdict: "approved", codes: [], rules: [], plan: null };
  const review = async (changes: {
    stance?: "bullish" | "bearish" | "neutral";
    agreement?: "agree" | "partly";
  }) => {
    const input = decisionInput();
    const decision: TradeDecision = await run(input);
    const consolidation = { ...input.consolidation, ...changes };
    const { ctx } = context("risk_review", provider);
    return (await reviewRisk({ ...input, consolidation, decision, verdict }, ctx)).review;
  };

  test("vetoes a trade that its reports do not carry", async () => {
    expect(await review({ stance: "neutral" })).toMatchObject({ verdict: "veto", keepFraction: null });
  });

  test("halves a trade on which daily and weekly agree only partly", async () => {
    expect(await review({ agreement: "partly" })).toMatchObject({ verdict: "reduce", keepFraction: 0.5 });
  });
});

test("the consolidation names both readings and whether they agree", async () => {
  const input = consolidationInput();
  const { consolidation, grounding } = await consolidate(input, context("consolidation", provider).ctx);
  expect(consolidation.summary).toContain(input.daily.report.stance);
  expect(grounding.grounded).toBe(true);
});

test("the figures of a decision are computed by code in decimals", async () => {
  const decision = await run(decisionInput());
  const [price, target, stop] = [decision.currentPrice, decision.targetPrice, decision.stopPrice].map(Number);
  if (price === undefined || target === undefined || stop === undefined) throw new Error("no prices");
  expect(Number(decision.rCoefficient)).toBeCloseTo((target - price) / (price - stop), 9);
  expect(Number(decision.profitMargin)).toBeCloseTo((target - price) / price, 9);
  expect(decimal(decision.rCoefficient ?? "")).toMatch(/^\d+\.\d{1,12}$/);
});
