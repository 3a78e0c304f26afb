// All indicators of one timeframe in one table, aligned with its bars. Pure; a later bar never changes an earlier value.
import type { Bar } from "#store/model/bar.ts";
import type { Indicator } from "#store/model/workflow/definition.ts";
import { atr, bollinger, ema, macd, rsi, sma } from "./library.ts";
import { INDICATOR_PARAMETERS as P } from "./parameters.ts";
import { type Columns, type Series, toColumns } from "./series.ts";
import { supertrend } from "./supertrend.ts";

export const INDICATOR_NAMES = [
  "sma20",
  "sma50",
  "sma200",
  "ema20",
  "macd",
  "macdSignal",
  "macdHistogram",
  "rsi14",
  "bollingerUpper",
  "bollingerMiddle",
  "bollingerLower",
  "atr14",
  "supertrend",
  "supertrendDirection",
  "volumeAverage20",
] as const;
export type IndicatorName = (typeof INDICATOR_NAMES)[number];

/** Which choice of a workflow a column belongs to; null: it is there always. */
export const COLUMN_INDICATOR: Readonly<Record<IndicatorName, Indicator | null>> = {
  sma20: "sma",
  sma50: "sma",
  sma200: "sma",
  ema20: "sma",
  macd: "macd",
  macdSignal: "macd",
  macdHistogram: "macd",
  rsi14: "rsi",
  bollingerUpper: "bollinger",
  bollingerMiddle: "bollinger",
  bollingerLower: "bollinger",
  atr14: null,
  supertrend: "supertrend",
  supertrendDirection: "supertrend",
  volumeAverage20: "volume",
};

/**
 * Bars and indicators as columns of equal length, null where not ready. Prices in the instrument's currency, volumes in
 * shares, RSI 0 to 100, `supertrendDirection` 1 (up) or -1 (down).
 */
export type IndicatorTable = Columns & { readonly [name in IndicatorName]: Series };

/** @param bars finished bars only, ascending. @throws MarketDataError `bad_bar` on a bar that cannot be. */
export function computeIndicators(bars: readonly Bar[]): IndicatorTable {
  const columns = toColumns(bars);
  const { close, volume } = columns;
  const oscillator = macd(close, P.macd);
  const bands = bollinger(close, P.bollinger);
  const trend = supertrend(columns, P.supertrend);
  return {
    ...columns,
    sma20: sma(close, P.smaFast),
    sma50: sma(close, P.smaMiddle),
    sma200: sma(close, P.smaSlow),
    ema20: ema(close, P.ema),
    macd: oscillator.macd,
    macdSignal: oscillator.signal,
    macdHistogram: oscillator.histogram,
    rsi14: rsi(close, P.rsi),
    bollingerUpper: bands.upper,
    bollingerMiddle: bands.middle,
    bollingerLower: bands.lower,
    atr14: atr(columns, P.atr),
    supertrend: trend.line,
    supertrendDirection: trend.direction,
    volumeAverage20: sma(volume, P.volumeAverage),
  };
}
