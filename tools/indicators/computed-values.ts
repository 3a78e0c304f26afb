// The machine-readable block that goes into prompts beside the picture, and what grounding holds answers against. Pure.
import { z } from "zod";
import { Timeframe } from "#store/model/bar.ts";
import { MarketDataError } from "#store/model/errors.ts";
import { SessionDate, Ticker } from "#store/model/ids.ts";
import { Currency } from "#store/model/money.ts";
import { INDICATORS, Indicator } from "#store/model/workflow/definition.ts";
import { levelsBeside, swingHighs, swingLows, yearRange } from "./levels.ts";
import { SWING_REACH } from "./parameters.ts";
import { priceDecimals, rangeDecimals, roundTo } from "./rounding.ts";
import { at } from "./series.ts";
import type { IndicatorTable } from "./table.ts";
import {
  isChosen,
  VALUE_DEFINITIONS,
  VALUE_NAMES,
  type ValueName,
  type ValueUnit,
} from "./value-definitions.ts";
import { measure } from "./values.ts";

/** One of the latest bars, prices rounded as everywhere in the block, volume in shares where volume is looked at. */
export const RecentBar = z.strictObject({
  date: SessionDate,
  open: z.number(),
  high: z.number(),
  low: z.number(),
  close: z.number(),
  volume: z.number().optional(),
});
export type RecentBar = z.infer<typeof RecentBar>;

/**
 * Values of one timeframe at its last finished bar. Prices in `currency` with `priceDecimals` decimals, MACD and ATR with
 * one more, percent, RSI and ratios with two, volumes in whole shares. Only values of the chosen indicators, and those
 * that belong to none, are looked at; of these, a value that is not ready is absent from `values`
 * and listed in `notReady`; keys are those of VALUE_DEFINITIONS, levels are described in LEVEL_DEFINITIONS.
 */
export const ComputedValues = z.strictObject({
  symbol: Ticker,
  timeframe: Timeframe,
  /** Date of the last finished bar. */
  asOf: SessionDate,
  currency: Currency,
  priceDecimals: z.number().int().min(0).max(6),
  /** What the workflow looks at on this timeframe. */
  indicators: z.array(Indicator).default([...INDICATORS]),
  bars: z.strictObject({ count: z.number().int().positive(), first: SessionDate, last: SessionDate }),
  values: z.partialRecord(z.enum(VALUE_NAMES), z.number()),
  notReady: z.array(z.enum(VALUE_NAMES)),
  levels: z.strictObject({
    swingHighs: z.array(z.number()),
    swingLows: z.array(z.number()),
    resistance: z.array(z.number()),
    support: z.array(z.number()),
    high52: z.number().nullable(),
    low52: z.number().nullable(),
  }),
  /** The last bars, oldest first. */
  recent: z.array(RecentBar),
});
export type ComputedValues = z.infer<typeof ComputedValues>;

export type ValuesOf = {
  symbol: Ticker;
  timeframe: Timeframe;
  currency: string;
  table: IndicatorTable;
  /** All when absent. */
  indicators?: readonly Indicator[];
};

const RECENT_BARS = 10;
const SWINGS_SHOWN = 6;
const LEVELS_SHOWN = 5;

/** @throws MarketDataError `no_bars` without a finished bar. */
export function computedValues(of: ValuesOf): ComputedValues {
  const { dates, close } = of.table;
  const indicators = of.indicators ?? INDICATORS;
  const last = close.at(-1);
  if (last === undefined)
    throw new MarketDataError("no_bars", `${of.symbol}: no finished ${of.timeframe} bar`);
  const values: Partial<Record<ValueName, number>> = {};
  const notReady: ValueName[] = [];
  const measured = measure(of.table);
  for (const name of VALUE_NAMES) {
    const value = measured[name];
    if (!isChosen(name, indicators)) continue;
    if (value === null) notReady.push(name);
    else values[name] = roundTo(value, decimalsOf(VALUE_DEFINITIONS[name].unit, last));
  }
  const end = dates.at(-1) as SessionDate;
  return {
    symbol: of.symbol,
    timeframe: of.timeframe,
    asOf: end,
    currency: of.currency,
    priceDecimals: priceDecimals(last),
    indicators: [...indicators],
    bars: { count: dates.length, first: at(dates, 0) as SessionDate, last: end },
    values,
    notReady,
    levels: levelsOf(of, last),
    recent: recentBars(of.table, priceDecimals(last), indicators.includes("volume")),
  };
}

/** Decimals of a value of `unit` for an instrument whose last close is `close`. */
export function decimalsOf(unit: ValueUnit, close: number): number {
  if (unit === "price") return priceDecimals(close);
  if (unit === "range") return rangeDecimals(close);
  return unit === "percent" || unit === "rsi" || unit === "ratio" ? 2 : 0;
}

function levelsOf({ table, timeframe }: ValuesOf, close: number): ComputedValues["levels"] {
  const reach = SWING_REACH[timeframe];
  const highs = swingHighs(table, reach);
  const lows = swingLows(table, reach);
  const all = [...highs, ...lows].sort((a, b) => a.index - b.index || a.price - b.price);
  const gap = (table.atr14.at(-1) ?? 0) / 4;
  const year = yearRange(table);
  const round = (price: number) => roundTo(price, priceDecimals(close));
  const latest = (swings: readonly { price: number }[]) =>
    swings
      .slice(-SWINGS_SHOWN)
      .toReversed()
      .map(({ price }) => round(price));
  const beside = (side: "above" | "below") =>
    levelsBeside(all, { close, gap, side }).slice(0, LEVELS_SHOWN).map(round);
  return {
    swingHighs: latest(highs),
    swingLows: latest(lows),
    resistance: beside("above"),
    support: beside("below"),
    high52: year === undefined ? null : round(year.high),
    low52: year === undefined ? null : round(year.low),
  };
}

function recentBars(table: IndicatorTable, decimals: number, withVolume: boolean): RecentBar[] {
  const start = Math.max(0, table.dates.length - RECENT_BARS);
  return table.dates.slice(start).map((date, offset) => {
    const price = (column: readonly number[]) => roundTo(at(column, start + offset), decimals);
    return {
      date: date as SessionDate,
      open: price(table.open),
      high: price(table.high),
      low: price(table.low),
      close: price(table.close),
      ...(withVolume ? { volume: roundTo(at(table.volume, start + offset), 0) } : {}),
    };
  });
}
