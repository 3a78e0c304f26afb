// Every single value that prompts state: key, unit and meaning, once. Prompts, the offline analyst and pages read it. Pure.
import type { Indicator } from "#store/model/workflow/definition.ts";

export const VALUE_UNITS = [
  "price",
  "range",
  "percent",
  "rsi",
  "ratio",
  "shares",
  "bars",
  "direction",
] as const;
/** price and range: instrument's currency; percent: 1.5 is 1.5 %; direction: 1 up, -1 down. */
export type ValueUnit = (typeof VALUE_UNITS)[number];

/**
 * "Bars" are days on the daily timeframe, weeks on the weekly one; "last" is the last finished bar. `of` is the indicator
 * that a value belongs to: a workflow without it states no such value. Prices and ATR belong to none and are always there.
 */
export const VALUE_DEFINITIONS = {
  open: { unit: "price", meaning: "open of the last bar" },
  high: { unit: "price", meaning: "high of the last bar" },
  low: { unit: "price", meaning: "low of the last bar" },
  close: { unit: "price", meaning: "close of the last bar" },
  closePrev: { unit: "price", meaning: "close of the bar before" },
  change1: { unit: "percent", meaning: "change of the close against 1 bar ago" },
  change5: { unit: "percent", meaning: "change of the close against 5 bars ago" },
  change20: { unit: "percent", meaning: "change of the close against 20 bars ago" },
  sma20: { unit: "price", of: "sma", meaning: "simple moving average of 20 closes" },
  sma50: { unit: "price", of: "sma", meaning: "simple moving average of 50 closes" },
  sma200: { unit: "price", of: "sma", meaning: "simple moving average of 200 closes" },
  ema20: { unit: "price", of: "sma", meaning: "exponential moving average of 20 closes" },
  closeVsSma20: { unit: "percent", of: "sma", meaning: "close above (+) or below (-) the SMA 20" },
  closeVsSma50: { unit: "percent", of: "sma", meaning: "close above (+) or below (-) the SMA 50" },
  closeVsSma200: { unit: "percent", of: "sma", meaning: "close above (+) or below (-) the SMA 200" },
  sma20Change5: { unit: "percent", of: "sma", meaning: "change of the SMA 20 against 5 bars ago: its slope" },
  sma50Change5: { unit: "percent", of: "sma", meaning: "change of the SMA 50 against 5 bars ago: its slope" },
  sma200Change5: {
    unit: "percent",
    of: "sma",
    meaning: "change of the SMA 200 against 5 bars ago: its slope",
  },
  macd: { unit: "range", of: "macd", meaning: "MACD line, EMA 12 - EMA 26" },
  macdSignal: { unit: "range", of: "macd", meaning: "EMA 9 of the MACD line" },
  macdHistogram: { unit: "range", of: "macd", meaning: "MACD line - signal" },
  macdHistogramPrev: { unit: "range", of: "macd", meaning: "the same, one bar earlier" },
  rsi14: { unit: "rsi", of: "rsi", meaning: "Wilder's RSI over 14 bars, 0 to 100" },
  rsi14Prev: { unit: "rsi", of: "rsi", meaning: "the same, one bar earlier" },
  bollingerUpper: { unit: "price", of: "bollinger", meaning: "SMA 20 + 2 standard deviations" },
  bollingerMiddle: { unit: "price", of: "bollinger", meaning: "middle Bollinger band, the SMA 20" },
  bollingerLower: { unit: "price", of: "bollinger", meaning: "SMA 20 - 2 standard deviations" },
  bollingerPosition: {
    unit: "ratio",
    of: "bollinger",
    meaning: "close inside the bands: 0 at the lower, 1 at the upper band",
  },
  bollingerWidth: {
    unit: "percent",
    of: "bollinger",
    meaning: "distance of the bands in % of the middle band",
  },
  atr14: { unit: "range", meaning: "Wilder's average true range over 14 bars" },
  atr14Percent: { unit: "percent", meaning: "ATR 14 in % of the close" },
  supertrend: { unit: "price", of: "supertrend", meaning: "SuperTrend (10, 3) line" },
  supertrendDirection: { unit: "direction", of: "supertrend", meaning: "1: SuperTrend up, -1: down" },
  supertrendFlippedBarsAgo: {
    unit: "bars",
    of: "supertrend",
    meaning: "bars since SuperTrend changed direction, 0 is this bar",
  },
  closeVsSupertrend: {
    unit: "percent",
    of: "supertrend",
    meaning: "close above (+) or below (-) the SuperTrend line",
  },
  volume: { unit: "shares", of: "volume", meaning: "volume of the last bar" },
  volumeAverage20: { unit: "shares", of: "volume", meaning: "mean volume of 20 bars" },
  volumeRatio: { unit: "ratio", of: "volume", meaning: "volume of the last bar / mean volume of 20 bars" },
  closeVsHigh52: { unit: "percent", meaning: "close against the highest high of 52 weeks" },
  closeVsLow52: { unit: "percent", meaning: "close against the lowest low of 52 weeks" },
} as const satisfies Record<string, { unit: ValueUnit; of?: Indicator; meaning: string }>;

export type ValueName = keyof typeof VALUE_DEFINITIONS;
export const VALUE_NAMES = Object.keys(VALUE_DEFINITIONS) as [ValueName, ...ValueName[]];

/** Whether a value is stated where these indicators are chosen. */
export function isChosen(name: ValueName, indicators: readonly Indicator[]): boolean {
  const { of }: { unit: ValueUnit; of?: Indicator; meaning: string } = VALUE_DEFINITIONS[name];
  return of === undefined || indicators.includes(of);
}

/** What the lists under `levels` are. */
export const LEVEL_DEFINITIONS = {
  swingHighs:
    "highs above every high of the 5 bars (weekly: 3) before and not below any of the 5 (3) after; latest first",
  swingLows:
    "lows below every low of the 5 bars (weekly: 3) before and not above any of the 5 (3) after; latest first",
  resistance:
    "swing highs and lows above the close, nearest first; of two closer than a quarter ATR the later stays",
  support:
    "swing highs and lows below the close, nearest first; of two closer than a quarter ATR the later stays",
  high52: "highest high of 52 weeks; null when the bars do not reach back that far",
  low52: "lowest low of 52 weeks; null when the bars do not reach back that far",
} as const;
