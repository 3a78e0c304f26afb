// Grounding: which stated numbers count as repeated, derived or invented.
import { describe, expect, test } from "vitest";
import { groundDecision, groundReport } from "#agents/grounding.ts";
import { proseNumbers } from "#agents/numbers/prose.ts";
import { reportDaily } from "#agents/offline/reports.ts";
import type { AnalystReport, ProposedDecision } from "#store/model/decision.ts";
import { daily, decisionInput, subject } from "./desk-context.ts";

const chart = daily();
const { values, levels } = chart.values;
const task = { stage: "technical_analysis" as const, symbol: subject.symbol, asOf: chart.values.asOf };
const report: AnalystReport = reportDaily({ task, values: chart.values });
const grounded = (changes: Partial<AnalystReport>) => groundReport({ ...report, ...changes }, chart);
const close = values.close ?? 0;

describe("a report", () => {
  test("of the offline rules is grounded, every number of it", () => {
    const { checks } = groundReport(report, chart);
    expect(checks.length).toBeGreaterThan(5);
    expect(checks.filter((check) => !check.grounded)).toEqual([]);
  });

  test("may round a value, but not change its sign or its name", () => {
    const histogram = values.macdHistogram ?? 0;
    const item = (stated: number, value = "macdHistogram") =>
      grounded({ evidence: [{ value, stated, statement: "momentum" }] }).grounded;
    expect(item(histogram)).toBe(true);
    expect(item(Number(histogram.toFixed(1)))).toBe(true);
    expect(item(-histogram)).toBe(false);
    expect(item(histogram + 0.2)).toBe(false);
    expect(item(close, "sma200")).toBe(false);
  });

  test("takes levels from the block, within half a percent", () => {
    const level = levels.resistance[0] ?? levels.swingHighs[0] ?? 0;
    expect(grounded({ resistance: [level * 1.004] }).grounded).toBe(true);
    const far = { ...report, support: [close / 3] };
    expect(groundReport(far, chart).checks.find(({ where }) => where === "support[0]")).toMatchObject({
      grounded: false,
      stated: close / 3,
    });
  });

  test.each([
    ["the close", `It closed at ${close}.`, true],
    ["a value in other words", `RSI (14) stands at ${values.rsi14}, MACD (12, 26, 9) is rising.`, true],
    ["indicator names with their parameters", "Price is above SMA 50 and SMA 200, over 52 weeks.", true],
    ["counts, zones and multiples", "3 of 4 signs agree; RSI is below 70; a stop of 2 ATR is usual.", true],
    ["a percentage that follows", `Price is ${values.closeVsSma200}% above the SMA 200.`, true],
    [
      "a price of the named day",
      `On ${chart.bars[100]?.date} it closed at ${Number(chart.bars[100]?.close)}.`,
      true,
    ],
    ["an invented price", `A move to $${(close * 1.0731).toFixed(3)} is likely.`, false],
    ["an invented close", `It closed at ${(close * 1.0731).toFixed(3)}.`, false],
    ["an invented indicator value", "RSI is at 91.37 already.", false],
    ["a day after the last bar", "By 2015-12-01 it had risen.", false],
  ])("with %s in its text is judged so", (_, summary, expected) => {
    expect(grounded({ summary }).grounded).toBe(expected);
  });
});

describe("a decision", () => {
  const input = decisionInput();
  const buy: ProposedDecision = {
    symbol: subject.symbol,
    signal: "BUY",
    currentPrice: close,
    targetPrice: close * 1.08,
    stopPrice: close * 0.96,
    strategyUsed: "trend",
    analysis: "The trend is up.",
  };
  const judge = (changes: Partial<ProposedDecision>) =>
    groundDecision({ ...buy, ...changes }, input).grounded;

  test.each([
    ["at the close", {}, true],
    ["0.09 % off the close", { currentPrice: close * 1.0009 }, true],
    ["0.2 % off the close", { currentPrice: close * 1.002 }, false],
    ["with the stop above", { stopPrice: close * 1.01 }, false],
    ["with the target below", { targetPrice: close * 0.99 }, false],
    ["with a target out of reach", { targetPrice: close * 3 }, false],
    ["with a stop out of reach", { stopPrice: close * 0.2 }, false],
    ["with an invented price in its text", { analysis: `It fell from $${(close * 1.3).toFixed(3)}.` }, false],
    ["naming its own prices", { analysis: `Stop ${close * 0.96}, target ${close * 1.08}.` }, true],
  ])("%s is judged for what it is", (_, changes, expected) => {
    expect(judge(changes)).toBe(expected);
  });

  test("to sell has its stop above and its target below", () => {
    expect(judge({ signal: "SELL", targetPrice: close * 0.93, stopPrice: close * 1.03 })).toBe(true);
    expect(judge({ signal: "SELL" })).toBe(false);
  });
});

test.each([
  ["SMA 50 at 112.3 and SMA200 at 119.85", [112.3, 119.85]],
  ["MACD (12,26,9) histogram 0.52, RSI 14: 61.2", [0.52, 61.2]],
  ["volume of 45.2 million against 38.1M", [45_200_000, 38_100_000]],
  ["the 50-day average, 10 bars ago, in 2015", []],
  ["Nov 2, 2015 and 2015-10-30", [20151030]],
  ["about $1,234.50, -3.2% on the day", [1234.5, -3.2]],
  ["bars 1.5× ATR wide", []],
])("reads the numbers of %j", (text, expected) => {
  expect(proseNumbers(text).map(({ value }) => value)).toEqual(expected);
});
