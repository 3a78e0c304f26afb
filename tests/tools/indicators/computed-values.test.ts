import { describe, expect, test } from "vitest";
import type { Bar } from "#store/model/bar.ts";
import { MarketDataError } from "#store/model/errors.ts";
import type { Ticker } from "#store/model/ids.ts";
import {
  ComputedValues,
  computedValues,
  computeIndicators,
  decimalsOf,
  priceDecimals,
  roundTo,
  VALUE_DEFINITIONS,
  VALUE_NAMES,
} from "#tools/indicators/index.ts";
import { appleBars, barsOfCloses } from "./bars.ts";

const of = (bars: readonly Bar[], timeframe: "daily" | "weekly" = "daily") =>
  computedValues({ symbol: "AAPL" as Ticker, timeframe, currency: "USD", table: computeIndicators(bars) });

const apple = of(appleBars());

test("survives the way through JSON and its own schema", () => {
  expect(ComputedValues.parse(JSON.parse(JSON.stringify(apple)))).toEqual(apple);
});

test("speaks of the last finished bar", () => {
  expect(apple.asOf).toBe("2018-05-11");
  expect(apple.bars).toEqual({ count: 1260, first: "2013-05-13", last: "2018-05-11" });
  expect(apple.recent).toHaveLength(10);
  expect(apple.recent.at(-1)).toEqual({
    date: "2018-05-11",
    open: 189.49,
    high: 190.06,
    low: 187.45,
    close: 188.59,
    volume: 25806600,
  });
  expect(apple.values.close).toBe(188.59);
  expect(apple.values.closePrev).toBe(190.04);
  expect(apple.values.change1).toBe(-0.76);
});

test("every number is rounded to what is shown", () => {
  for (const name of VALUE_NAMES) {
    const value = apple.values[name];
    expect(value).toBe(roundTo(value ?? Number.NaN, decimalsOf(VALUE_DEFINITIONS[name].unit, 188.59)));
  }
  const levels = [...apple.levels.swingHighs, ...apple.levels.swingLows, ...apple.levels.resistance];
  for (const level of levels) expect(level).toBe(roundTo(level, 2));
});

test("says what is not ready instead of giving it a number", () => {
  const young = of(appleBars().slice(0, 60));
  expect(young.values.sma50).toBeTypeOf("number");
  expect(young.values).not.toHaveProperty("sma200");
  expect(young.notReady).toEqual([
    "sma200",
    "closeVsSma200",
    "sma200Change5",
    "closeVsHigh52",
    "closeVsLow52",
  ]);
  expect(young.levels.high52).toBeNull();
});

test("stands on one bar alone", () => {
  const first = of(appleBars().slice(0, 1));
  expect(first.values).toEqual({ open: 64.5, high: 65.41, low: 64.5, close: 64.96, volume: 79237200 });
  expect(first.recent).toHaveLength(1);
});

test("without a finished bar there is no block", () => {
  expect(() => of([])).toThrow(MarketDataError);
});

test("support lies below the close and resistance above, nearest first", () => {
  const values = of(appleBars().slice(0, 600));
  const close = values.values.close ?? Number.NaN;
  expect(values.levels.support.length).toBeGreaterThan(0);
  expect(values.levels.resistance.length).toBeGreaterThan(0);
  expect(values.levels.support.every((level) => level < close)).toBe(true);
  expect(values.levels.resistance.every((level) => level > close)).toBe(true);
  expect(values.levels.support).toEqual(values.levels.support.toSorted((a, b) => b - a));
  expect(values.levels.resistance).toEqual(values.levels.resistance.toSorted((a, b) => a - b));
});

test("counts the bars since SuperTrend turned", () => {
  const falling = Array.from({ length: 40 }, (_, index) => 200 - index);
  const turned = [...falling, 300, 301, 302];
  expect(of(barsOfCloses(falling)).values.supertrendFlippedBarsAgo).toBeUndefined();
  expect(of(barsOfCloses(turned)).values).toMatchObject({
    supertrendDirection: 1,
    supertrendFlippedBarsAgo: 2,
  });
});

test("a price without movement or volume leaves ratios out", () => {
  const flat = barsOfCloses(new Array<number>(30).fill(5)).map((one) => ({
    ...one,
    volume: "0" as Bar["volume"],
  }));
  expect(of(flat).notReady).toEqual(expect.arrayContaining(["bollingerPosition", "volumeRatio"]));
});

describe("decimals of a price", () => {
  test.each([
    [731_697, 0],
    [12_345.6, 1],
    [9_999.99, 2],
    [430.41, 2],
    [10, 2],
    [9.99, 3],
    [2.744, 3],
    [0.5033, 4],
    [0.012, 5],
    [0.0004, 6],
  ])("%d has %d", (close, decimals) => {
    expect(priceDecimals(close)).toBe(decimals);
  });

  test("rounding never gives -0", () => {
    expect(Object.is(roundTo(-0.0001, 2), 0)).toBe(true);
  });
});
