// The rows that a chart draws: the last bars of a table, rounded one decimal finer than they are written. Pure.
import { type IndicatorTable, priceDecimals, roundTo, type Series } from "#tools/indicators/index.ts";
import type { RowField } from "./definition.ts";

/** One bar: slot index `i`, date `d`, OHLCV, and every drawn field (null where not ready). */
export type Row = {
  i: number;
  d: string;
  o: number | null;
  h: number | null;
  l: number | null;
  c: number | null;
  v: number | null;
} & Record<RowField, number | null>;

/** At most the last `barsShown` bars, oldest first, `i` counting from 0. */
export function rowsOf(table: IndicatorTable, barsShown: number): Row[] {
  const start = Math.max(0, table.dates.length - barsShown);
  const decimals = priceDecimals(table.close.at(-1) ?? 1) + 1;
  return table.dates.slice(start).map((date, i) => {
    const index = start + i;
    const price = (series: Series, more = 0) => rounded(series[index], decimals + more);
    const trend = table.supertrendDirection[index];
    return {
      i,
      d: date,
      o: price(table.open),
      h: price(table.high),
      l: price(table.low),
      c: price(table.close),
      v: rounded(table.volume[index], 0),
      sma20: price(table.sma20),
      sma50: price(table.sma50),
      sma200: price(table.sma200),
      bbUpper: price(table.bollingerUpper),
      bbLower: price(table.bollingerLower),
      stUp: trend === 1 ? price(table.supertrend) : null,
      stDown: trend === -1 ? price(table.supertrend) : null,
      volAvg: rounded(table.volumeAverage20[index], 0),
      macd: price(table.macd, 1),
      signal: price(table.macdSignal, 1),
      hist: price(table.macdHistogram, 1),
      rsi: rounded(table.rsi14[index], 2),
    };
  });
}

function rounded(value: number | null | undefined, decimals: number): number | null {
  return value === null || value === undefined ? null : roundTo(value, decimals);
}
