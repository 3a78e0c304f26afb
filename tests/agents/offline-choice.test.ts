// The offline analyst on a choice of indicators: it counts what is there and invents nothing.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planTrade } from "#agents/offline/plan.ts";
import { consolidateByRules, reportDaily, reportWeekly } from "#agents/offline/reports.ts";
import {
  consolidated,
  dailyStance,
  dailyVotes,
  type Sign,
  type Vote,
  weeklyVotes,
} from "#agents/offline/rules.ts";
import { SessionDate } from "#store/model/ids.ts";
import { INDICATORS, type Indicator } from "#store/model/workflow/definition.ts";
import { type ComputedValues, computedValues, computeIndicators } from "#tools/indicators/index.ts";
import { BUY_DATE, daily, subject, weekly } from "./desk-context.ts";
import { aaplBars } from "./real-bars.ts";

const DAILY_OF: Readonly<Record<string, readonly Indicator[]>> = {
  trend: ["sma"],
  momentum: ["macd", "rsi"],
  volatility: ["supertrend", "bollinger"],
  volume: ["volume"],
};
const choice = fc.subarray([...INDICATORS], { minLength: 1 });
const table = computeIndicators(aaplBars.filter(({ date }) => date <= BUY_DATE).slice(-504));
const block = (indicators: readonly Indicator[]): ComputedValues =>
  computedValues({ symbol: subject.symbol, timeframe: "daily", currency: "USD", table, indicators });
const asOf = SessionDate.parse(BUY_DATE);
const task = { stage: "technical_analysis", symbol: subject.symbol, asOf } as const;
const votes = (...signs: Sign[]): Vote[] =>
  signs.map((sign) => ({ about: "x", sign, value: "close", statement: "x" }));

test("casts a vote per sign that the chosen indicators can show, and names no other value", () => {
  fc.assert(
    fc.property(choice, (indicators) => {
      const wanted = Object.keys(DAILY_OF).filter((about) =>
        DAILY_OF[about]?.some((one) => indicators.includes(one)),
      );
      expect(dailyVotes(block(indicators)).map(({ about }) => about)).toEqual(wanted);
      const { values } = block(indicators);
      const report = reportDaily({ task, values: block(indicators) });
      for (const { value, stated } of report.evidence)
        expect(value === "none" ? null : values[value as keyof typeof values]).toBe(stated);
    }),
  );
});

test("the values of a choice are those of the whole, and no others", () => {
  const whole = block([...INDICATORS]);
  fc.assert(
    fc.property(choice, (indicators) => {
      const { values, notReady, recent } = block(indicators);
      expect(whole.values).toMatchObject(values);
      expect(values).toMatchObject({ close: whole.values.close, atr14: whole.values.atr14 });
      expect(notReady.every((name) => whole.notReady.includes(name))).toBe(true);
      expect("volume" in values).toBe(indicators.includes("volume"));
      expect(recent[0]?.volume !== undefined).toBe(indicators.includes("volume"));
      expect("supertrend" in values).toBe(indicators.includes("supertrend"));
    }),
  );
});

test.each([
  [[1, 1, 1, -1], "bullish"],
  [[1, 1, 0, 0], "neutral"],
  [[1, 1, 1], "bullish"],
  [[1, 1, 0], "neutral"],
  [[-1, -1], "bearish"],
  [[1, 0], "neutral"],
  [[1], "neutral"],
  [[], "neutral"],
] as const)("signs %j are %s", (signs, stance) => {
  expect(dailyStance(votes(...signs))).toBe(stance);
});

describe("on one timeframe", () => {
  test("its stance is the whole, and nothing is said to disagree", () => {
    expect(consolidated("bearish", null)).toEqual({ stance: "bearish", agreement: "agree" });
    expect(consolidated(null, "bullish")).toEqual({ stance: "bullish", agreement: "agree" });
    const report = reportWeekly({ task: { ...task, stage: "weekly_trend" }, values: weekly().values });
    const { summary, reasonsFor } = consolidateByRules({
      task: { ...task, stage: "consolidation" },
      daily_report: null,
      daily_values: null,
      weekly_report: { ...report, stance: "bullish" },
      weekly_values: weekly().values,
      portfolio: { position: null, openOrders: [] },
    });
    expect(summary).toBe("Only the weekly chart was read: it is bullish.");
    expect(reasonsFor).toHaveLength(1);
  });

  test("the other's range is estimated by the root of time", () => {
    const values = { ...daily().values, levels: { ...daily().values.levels, resistance: [], high52: null } };
    const { close = 0, atr14 = 0 } = values.values;
    const plan = planTrade({ daily: values, weekly: null }, 1);
    expect(plan?.target).toBeCloseTo(close + 2 * Math.sqrt(5) * atr14, 1);
    const week = { ...weekly().values, levels: { ...weekly().values.levels, resistance: [], high52: null } };
    const alone = planTrade({ daily: null, weekly: week }, 1);
    expect(alone?.entry).toBe(week.values.close);
    expect(alone?.target).toBeCloseTo((week.values.close ?? 0) + 2 * (week.values.atr14 ?? 0), 1);
    expect(planTrade({ daily: null, weekly: null }, 1)).toBeUndefined();
  });

  test("the weekly signs are those of its indicators", () => {
    expect(
      weeklyVotes({ ...weekly().values, indicators: ["macd", "rsi"] }).map(({ about }) => about),
    ).toEqual(["momentum"]);
  });
});
