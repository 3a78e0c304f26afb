import { EMA, getConfig, MACD, RSI, SMA, setConfig } from "technicalindicators";
import { afterEach, describe, expect, test } from "vitest";
import { InvariantError } from "#store/model/errors.ts";
import { atr, bollinger, ema, macd, rsi, sma, wilderAverage } from "#tools/indicators/library.ts";

const nulls = (count: number) => new Array<null>(count).fill(null);
const rounded = (values: readonly (number | null)[], digits: number) =>
  values.map((value) => (value === null ? null : Number(value.toFixed(digits))));

// From the worked examples of StockCharts' ChartSchool (EMA over 10, Wilder's RSI over 14).
const EMA_CLOSES = [
  22.27, 22.19, 22.08, 22.17, 22.18, 22.13, 22.23, 22.43, 22.24, 22.29, 22.15, 22.39, 22.38, 22.61, 23.36,
  24.05, 23.75, 23.83, 23.95, 23.63,
];
const RSI_CLOSES = [
  44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826, 45.8931, 46.0328,
  45.614, 46.282, 46.282, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439, 46.2122, 46.2521, 45.7137, 46.4515,
  45.7835, 45.3548, 44.0288, 44.1783, 44.2181, 44.5672, 43.4205, 42.6628, 43.1314,
];

describe("values", () => {
  test("a simple average of 3 is the mean of the last 3", () => {
    expect(sma([1, 2, 3, 6, 9], 3)).toEqual([null, null, 2, 11 / 3, 6]);
  });

  test("an exponential average agrees with the published example", () => {
    expect(rounded(ema(EMA_CLOSES, 10), 2)).toEqual([
      ...nulls(9),
      22.22,
      22.21,
      22.24,
      22.27,
      22.33,
      22.52,
      22.8,
      22.97,
      23.13,
      23.28,
      23.34,
    ]);
  });

  test("RSI agrees with the published example", () => {
    expect(rounded(rsi(RSI_CLOSES, 14), 2)).toEqual([
      ...nulls(14),
      70.53,
      66.32,
      66.55,
      69.41,
      66.36,
      57.97,
      62.93,
      63.26,
      56.06,
      62.38,
      54.71,
      50.42,
      39.99,
      41.46,
      41.87,
      45.46,
      37.3,
      33.08,
      37.77,
    ]);
  });

  test("Bollinger bands use the population deviation", () => {
    const bands = bollinger([2, 4, 4, 4, 5, 5, 7, 9], { period: 8, deviations: 2 });
    expect([bands.lower.at(-1), bands.middle.at(-1), bands.upper.at(-1)]).toEqual([1, 5, 9]);
  });

  test("ATR starts at the second bar, takes gaps into account and smooths after Wilder", () => {
    // True ranges from the second bar on: 3 (gap up), 2, 4 (gap down). Mean of the first 2, then (2.5 × 1 + 4) / 2.
    const ranges = { high: [11, 13, 14, 11], low: [9, 12, 12, 10], close: [10, 13, 14, 10] };
    expect(atr(ranges, 2)).toEqual([null, null, 2.5, 3.25]);
  });

  test("Wilder's smoothing of 2 moves half way", () => {
    expect(wilderAverage([2, 4, 5, 0], 2)).toEqual([null, 3, 4, 2]);
  });

  test("MACD is the difference of two averages, its signal the average of that", () => {
    // Over a straight line each EMA lags by (period − 1) / 2 steps: 3 − 1 = 2 steps of 2.
    const line = Array.from({ length: 12 }, (_, index) => 100 + 2 * index);
    const found = macd(line, { fast: 3, slow: 7, signal: 3 });
    expect(rounded(found.macd, 9)).toEqual([...nulls(6), 4, 4, 4, 4, 4, 4]);
    expect(rounded(found.signal, 9)).toEqual([...nulls(8), 4, 4, 4, 4]);
    expect(rounded(found.histogram, 9).map((value) => value && Math.abs(value))).toEqual([
      ...nulls(8),
      0,
      0,
      0,
      0,
    ]);
  });

  test("fewer values than the period give nothing but nulls", () => {
    expect(sma([1, 2], 3)).toEqual([null, null]);
    expect(rsi([1, 2, 3], 14)).toEqual(nulls(3));
    expect(macd([1, 2, 3], { fast: 12, slow: 26, signal: 9 }).histogram).toEqual(nulls(3));
    expect(sma([], 3)).toEqual([]);
  });
});

describe("sharp edges of technicalindicators", () => {
  afterEach(() => setConfig("precision", undefined));

  test("its outputs are shorter than the input; ours are aligned", () => {
    expect(SMA.calculate({ period: 3, values: [1, 2, 3, 4] })).toHaveLength(2);
    expect(sma([1, 2, 3, 4], 3)).toHaveLength(4);
  });

  test("it counts null as 0 and carries NaN; we refuse both", () => {
    const withNull = [1, null, 3] as unknown as number[];
    expect(SMA.calculate({ period: 3, values: withNull })).toEqual([4 / 3]);
    expect(() => sma(withNull, 3)).toThrow(InvariantError);
    expect(() => sma([1, Number.NaN, 3], 3)).toThrow(InvariantError);
    expect(() => ema(["1", "2", "3"] as unknown as number[], 3)).toThrow(InvariantError);
    expect(() => atr({ high: [2, Number.NaN], low: [1, 1], close: [1, 1] }, 1)).toThrow(InvariantError);
  });

  test("it counts a bar twice when an average's seed is exactly 0; we go on from 0", () => {
    expect(EMA.calculate({ period: 2, values: [-1, 1, 3, 3] })[0]).not.toBe(0);
    expect(ema([-1, 1, 3, 3], 2)).toEqual([null, 0, 2, 2 + (3 - 2) * (2 / 3)]);
  });

  test("its MACD signal of exactly 0 is undefined; ours is 0", () => {
    const flat = new Array<number>(12).fill(5);
    const theirs = MACD.calculate({
      values: flat,
      fastPeriod: 3,
      slowPeriod: 5,
      signalPeriod: 3,
      SimpleMAOscillator: false,
      SimpleMASignal: false,
    });
    expect(theirs.at(-1)?.signal).toBeUndefined();
    const ours = macd(flat, { fast: 3, slow: 5, signal: 3 });
    expect([ours.macd.at(-1), ours.signal.at(-1), ours.histogram.at(-1)]).toEqual([0, 0, 0]);
  });

  test("its RSI of a flat price is 100; ours is 50, and all gains are 100, all losses 0", () => {
    const flat = new Array<number>(20).fill(5);
    expect(RSI.calculate({ period: 14, values: flat }).at(-1)).toBe(100);
    expect(rsi(flat, 14).at(-1)).toBe(50);
    expect(
      rsi(
        flat.map((value, index) => value + index),
        14,
      ).at(-1),
    ).toBe(100);
    expect(
      rsi(
        flat.map((value, index) => value + 100 - index),
        14,
      ).at(-1),
    ).toBe(0);
  });

  test("its RSI is rounded to two decimals; ours is not", () => {
    const theirs = RSI.calculate({ period: 14, values: RSI_CLOSES }).at(-1);
    const ours = rsi(RSI_CLOSES, 14).at(-1);
    expect(theirs).toBe(37.77);
    expect(ours).toBeCloseTo(37.77, 2);
    expect(ours).not.toBe(theirs);
  });

  test("its Bollinger bands repeat themselves at a mean of 0; ours refuse what is not positive", () => {
    expect(() => bollinger([-1, 1, 2], { period: 2, deviations: 2 })).toThrow(InvariantError);
  });

  test("its process-wide precision changes nothing of ours and stays as it was set", () => {
    const exact = [sma(EMA_CLOSES, 3), ema(EMA_CLOSES, 3), rsi(RSI_CLOSES, 14)];
    setConfig("precision", 2);
    expect([sma(EMA_CLOSES, 3), ema(EMA_CLOSES, 3), rsi(RSI_CLOSES, 14)]).toEqual(exact);
    expect(getConfig("precision")).toBe(2);
  });
});
