// The single values of VALUE_DEFINITIONS, unrounded, at the last bar of a table. Pure.
import { yearRange } from "./levels.ts";
import type { Series } from "./series.ts";
import type { IndicatorTable } from "./table.ts";
import type { ValueName } from "./value-definitions.ts";

/** Every value at the last bar; null where there are not enough bars. */
export function measure(table: IndicatorTable): Record<ValueName, number | null> {
  const last = (series: Series, barsAgo = 0) => series.at(-1 - barsAgo) ?? null;
  const close = last(table.close);
  const year = yearRange(table);
  const above = (level: number | null) => percent(close, level);
  const bands = [
    last(table.bollingerUpper),
    last(table.bollingerMiddle),
    last(table.bollingerLower),
  ] as const;
  const width = apply(bands[0], bands[2], (upper, lower) => upper - lower);
  const atr14 = last(table.atr14);
  const average = last(table.volumeAverage20);
  return {
    open: last(table.open),
    high: last(table.high),
    low: last(table.low),
    close,
    closePrev: last(table.close, 1),
    change1: percent(close, last(table.close, 1)),
    change5: percent(close, last(table.close, 5)),
    change20: percent(close, last(table.close, 20)),
    sma20: last(table.sma20),
    sma50: last(table.sma50),
    sma200: last(table.sma200),
    ema20: last(table.ema20),
    closeVsSma20: above(last(table.sma20)),
    closeVsSma50: above(last(table.sma50)),
    closeVsSma200: above(last(table.sma200)),
    sma20Change5: percent(last(table.sma20), last(table.sma20, 5)),
    sma50Change5: percent(last(table.sma50), last(table.sma50, 5)),
    sma200Change5: percent(last(table.sma200), last(table.sma200, 5)),
    macd: last(table.macd),
    macdSignal: last(table.macdSignal),
    macdHistogram: last(table.macdHistogram),
    macdHistogramPrev: last(table.macdHistogram, 1),
    rsi14: last(table.rsi14),
    rsi14Prev: last(table.rsi14, 1),
    bollingerUpper: bands[0],
    bollingerMiddle: bands[1],
    bollingerLower: bands[2],
    bollingerPosition: apply(
      apply(close, bands[2], (a, b) => a - b),
      width,
      divide,
    ),
    bollingerWidth: apply(width, bands[1], (a, b) => (100 * a) / b),
    atr14,
    atr14Percent: apply(atr14, close, (a, b) => (100 * a) / b),
    supertrend: last(table.supertrend),
    supertrendDirection: last(table.supertrendDirection),
    supertrendFlippedBarsAgo: flippedBarsAgo(table.supertrendDirection),
    closeVsSupertrend: above(last(table.supertrend)),
    volume: last(table.volume),
    volumeAverage20: average,
    volumeRatio: apply(last(table.volume), average, divide),
    closeVsHigh52: above(year?.high ?? null),
    closeVsLow52: above(year?.low ?? null),
  };
}

function apply(
  a: number | null,
  b: number | null,
  fn: (a: number, b: number) => number | null,
): number | null {
  return a === null || b === null ? null : fn(a, b);
}

// Bands of no width and volumes of 0 have no ratio.
function divide(a: number, b: number): number | null {
  return b === 0 ? null : a / b;
}

function percent(value: number | null, base: number | null): number | null {
  return apply(value, base, (a, b) => 100 * (a / b - 1));
}

// Null while the direction has never changed: the first bar's direction is a convention, not a turn.
function flippedBarsAgo(direction: Series): number | null {
  for (let index = direction.length - 1; index > 0; index--) {
    const before = direction[index - 1] ?? null;
    if (before === null) return null;
    if (direction[index] !== before) return direction.length - 1 - index;
  }
  return null;
}
