import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MarketDataError } from "#store/model/errors.ts";
import { computeIndicators, INDICATOR_NAMES } from "#tools/indicators/index.ts";
import { appleBars, bar, barsOfCloses, dateAfter, randomBars } from "./bars.ts";

const someBars = randomBars({ minLength: 1, maxLength: 260 });

describe("every indicator", () => {
  test("is as long as its bars, with nulls only in front", () => {
    fc.assert(
      fc.property(someBars, (bars) => {
        const table = computeIndicators(bars);
        for (const name of INDICATOR_NAMES) {
          const series = table[name];
          expect(series).toHaveLength(bars.length);
          const first = series.findIndex((value) => value !== null);
          if (first >= 0) expect(series.slice(first).every((value) => Number.isFinite(value))).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("keeps its earlier values when a bar is appended", () => {
    fc.assert(
      fc.property(randomBars({ minLength: 2, maxLength: 230 }), (bars) => {
        const before = computeIndicators(bars.slice(0, -1));
        const after = computeIndicators(bars);
        for (const name of INDICATOR_NAMES) expect(after[name].slice(0, -1)).toEqual(before[name]);
      }),
      { numRuns: 40 },
    );
  });

  test("stays inside what it can be", () => {
    fc.assert(
      fc.property(someBars, (bars) => {
        const table = computeIndicators(bars);
        for (const [index, close] of table.close.entries()) {
          const [rsi, upper, lower] = [
            table.rsi14[index],
            table.bollingerUpper[index],
            table.bollingerLower[index],
          ];
          if (typeof rsi === "number") expect(rsi >= 0 && rsi <= 100).toBe(true);
          if (typeof upper === "number" && typeof lower === "number")
            expect(upper).toBeGreaterThanOrEqual(lower);
          const [trend, direction] = [table.supertrend[index], table.supertrendDirection[index]];
          if (typeof trend === "number") expect(direction === 1 ? trend <= close : trend >= close).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });
});

test("becomes ready after as many bars as it needs", () => {
  const table = computeIndicators(appleBars().slice(0, 260));
  const warmup = Object.fromEntries(
    INDICATOR_NAMES.map((name) => [name, table[name].findIndex((v) => v !== null)]),
  );
  expect(warmup).toEqual({
    sma20: 19,
    sma50: 49,
    sma200: 199,
    ema20: 19,
    macd: 25,
    macdSignal: 33,
    macdHistogram: 33,
    rsi14: 14,
    bollingerUpper: 19,
    bollingerMiddle: 19,
    bollingerLower: 19,
    atr14: 14,
    supertrend: 9,
    supertrendDirection: 9,
    volumeAverage20: 19,
  });
});

test("agrees with plain sums over real bars", () => {
  const bars = appleBars().slice(0, 300);
  const { close, sma200, bollingerUpper, macd, macdSignal, atr14 } = computeIndicators(bars);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(sma200.at(-1)).toBeCloseTo(mean(close.slice(-200)), 9);
  const last20 = close.slice(-20);
  const deviation = Math.sqrt(mean(last20.map((value) => (value - mean(last20)) ** 2)));
  expect(bollingerUpper.at(-1)).toBeCloseTo(mean(last20) + 2 * deviation, 9);
  const smoothed = (values: readonly number[], period: number, weight: number) => {
    let value = mean(values.slice(0, period));
    return [value, ...values.slice(period).map((next) => (value += weight * (next - value)))];
  };
  const fast = smoothed(close, 12, 2 / 13).slice(14);
  const line = smoothed(close, 26, 2 / 27).map((slow, index) => (fast[index] ?? Number.NaN) - slow);
  expect(macd.at(-1)).toBeCloseTo(line.at(-1) ?? Number.NaN, 9);
  expect(macdSignal.at(-1)).toBeCloseTo(smoothed(line, 9, 2 / 10).at(-1) ?? Number.NaN, 9);
  const ranges = bars.slice(1).map((today, index) => {
    const before = Number(bars[index]?.close);
    return Math.max(Number(today.high), before) - Math.min(Number(today.low), before);
  });
  expect(atr14.at(-1)).toBeCloseTo(smoothed(ranges, 14, 1 / 14).at(-1) ?? Number.NaN, 9);
});

test("no bars give an empty table", () => {
  expect(computeIndicators([]).sma20).toEqual([]);
});

describe("bars that cannot be are refused", () => {
  const good = { open: 10, high: 11, low: 9, close: 10 };
  const cases = {
    "a price of 0": [bar(dateAfter(0), { ...good, low: 0 })],
    "a high below the close": [bar(dateAfter(0), { ...good, high: 9.5 })],
    "a low above the open": [bar(dateAfter(0), { ...good, low: 10.5 })],
    "a negative volume": [bar(dateAfter(0), good, -1)],
    "two bars of one date": [bar(dateAfter(0), good), bar(dateAfter(0), good)],
    "a date that goes back": [bar(dateAfter(1), good), bar(dateAfter(0), good)],
  };
  test.each(Object.entries(cases))("%s", (_, bars) => {
    expect(() => computeIndicators(bars)).toThrow(MarketDataError);
  });
});

test("a price that never moves gives values that never move", () => {
  const table = computeIndicators(barsOfCloses(new Array<number>(220).fill(7.5)));
  const last = Object.fromEntries(INDICATOR_NAMES.map((name) => [name, table[name].at(-1)]));
  expect(last).toEqual({
    sma20: 7.5,
    sma50: 7.5,
    sma200: 7.5,
    ema20: 7.5,
    macd: 0,
    macdSignal: 0,
    macdHistogram: 0,
    rsi14: 50,
    bollingerUpper: 7.5,
    bollingerMiddle: 7.5,
    bollingerLower: 7.5,
    atr14: 0,
    supertrend: 7.5,
    supertrendDirection: -1,
    volumeAverage20: 1000,
  });
});
