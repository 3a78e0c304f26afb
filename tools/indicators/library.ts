// The only file that knows npm technicalindicators. Pure: every wrapper takes finite numbers, returns a series as long as
// its input, and defends against one sharp edge each (shown in tests/tools/indicators/library.test.ts).
import { ATR, AverageGain, AverageLoss, EMA, getConfig, SD, SMA, setConfig, WEMA } from "technicalindicators";
import { InvariantError } from "#store/model/errors.ts";
import { alignRight, at, combine, ready, type Series } from "./series.ts";

/** Simple moving average. */
export function sma(values: readonly number[], period: number): Series {
  return alignRight(
    call(values, (input) => SMA.calculate({ period, values: input })),
    values.length,
    period - 1,
  );
}

/**
 * Exponential moving average seeded with the mean of the first `period` values.
 * The library takes a seed of exactly 0 for a missing one and counts its bar twice; then we go on from 0 ourselves.
 */
export function ema(values: readonly number[], period: number): Series {
  const found = call(values, (input) => EMA.calculate({ period, values: input }));
  const seed = values.slice(0, period).reduce((sum, value) => sum + value, 0);
  const fromZero = values.length >= period && seed === 0;
  return alignRight(fromZero ? emaFromZero(values, period) : found, values.length, period - 1);
}

function emaFromZero(values: readonly number[], period: number): number[] {
  const result = [0];
  for (const value of values.slice(period)) {
    const previous = at(result, result.length - 1);
    result.push((value - previous) * (2 / (period + 1)) + previous);
  }
  return result;
}

export type Macd = { macd: Series; signal: Series; histogram: Series };

/** MACD with independently seeded averages; composed here, because the library's own drops a signal that is exactly 0. */
export function macd(values: readonly number[], of: { fast: number; slow: number; signal: number }): Macd {
  const line = combine(ema(values, of.fast), ema(values, of.slow), (fast, slow) => fast - slow);
  const smoothed = ema(ready(line), of.signal);
  const signal = [...new Array<null>(values.length - smoothed.length).fill(null), ...smoothed];
  return { macd: line, signal, histogram: combine(line, signal, (a, b) => a - b) };
}

/**
 * Wilder's RSI, 0 to 100, unrounded (the library rounds to two decimals).
 * Without any gain or loss it is 50: a price that does not move is neither overbought (the library's 100) nor oversold.
 */
export function rsi(values: readonly number[], period: number): Series {
  const gains = call(values, (input) => AverageGain.calculate({ period, values: input }));
  const losses = call(values, (input) => AverageLoss.calculate({ period, values: input }));
  const strength = gains.map((gain, index) => {
    const loss = at(losses, index);
    return gain + loss === 0 ? 50 : (100 * gain) / (gain + loss);
  });
  return alignRight(strength, values.length, period);
}

export type Bollinger = { upper: Series; middle: Series; lower: Series };

/** Bollinger bands with the population deviation. Values must be positive: with a mean of 0 the library repeats itself. */
export function bollinger(values: readonly number[], of: { period: number; deviations: number }): Bollinger {
  if (!values.every((value) => value > 0)) throw new InvariantError("Bollinger bands need positive values");
  const deviation = alignRight(
    call(values, (input) => SD.calculate({ period: of.period, values: input })),
    values.length,
    of.period - 1,
  );
  const middle = sma(values, of.period);
  return {
    upper: combine(middle, deviation, (mean, one) => mean + of.deviations * one),
    middle,
    lower: combine(middle, deviation, (mean, one) => mean - of.deviations * one),
  };
}

export type Ranges = { high: readonly number[]; low: readonly number[]; close: readonly number[] };

/** Wilder's average true range; the first true range is that of the second bar, so `period` bars of warm-up. */
export function atr({ high, low, close }: Ranges, period: number): Series {
  for (const column of [high, low, close]) assertNumbers(column);
  const values = exactly(() => ATR.calculate({ period, high: [...high], low: [...low], close: [...close] }));
  return alignRight(values, close.length, period);
}

/** Wilder's smoothing (RMA) seeded with the mean of the first `period` values. */
export function wilderAverage(values: readonly number[], period: number): Series {
  return alignRight(
    call(values, (input) => WEMA.calculate({ period, values: input })),
    values.length,
    period - 1,
  );
}

function call(values: readonly number[], calculate: (input: number[]) => number[]): number[] {
  assertNumbers(values);
  return exactly(() => calculate([...values]));
}

// The library counts null as 0, concatenates strings, and carries one NaN for ever.
function assertNumbers(values: readonly number[]): void {
  if (!values.every(Number.isFinite))
    throw new InvariantError("an indicator was given something that is no number");
}

// The library's precision is one setting for the whole process; whoever set it must not round our values.
function exactly<T>(calculate: () => T): T {
  const precision: unknown = getConfig("precision");
  if (precision === undefined) return calculate();
  setConfig("precision", undefined);
  try {
    return calculate();
  } finally {
    setConfig("precision", precision);
  }
}
