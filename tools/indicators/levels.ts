// Price levels read from bars: swings, support and resistance, the 52-week range. Pure; no level depends on a later bar
// than those that confirm it.
import { at, type Columns } from "./series.ts";

/** A turning point: price and the index of its bar. */
export type Swing = { index: number; price: number };

/**
 * Swing highs: highs strictly above the `reach` highs before and not below the `reach` highs after (the first bar of a
 * plateau counts). A swing is known only once `reach` bars have followed it. Ascending by bar.
 */
export function swingHighs(columns: Columns, reach: number): Swing[] {
  return turningPoints(columns.high, reach);
}

/** Swing lows, mirrored. */
export function swingLows(columns: Columns, reach: number): Swing[] {
  const mirrored = columns.low.map((low) => -low);
  return turningPoints(mirrored, reach).map(({ index, price }) => ({ index, price: -price }));
}

function turningPoints(values: readonly number[], reach: number): Swing[] {
  const found: Swing[] = [];
  for (let index = reach; index < values.length - reach; index++) {
    const price = at(values, index);
    const before = values.slice(index - reach, index);
    const after = values.slice(index + 1, index + 1 + reach);
    if (before.every((value) => value < price) && after.every((value) => value <= price))
      found.push({ index, price });
  }
  return found;
}

/**
 * Levels on one side of `close`, nearest first. Of two levels closer than `gap` the later swing stays.
 * @param swings ascending by bar.
 */
export function levelsBeside(
  swings: readonly Swing[],
  { close, gap, side }: { close: number; gap: number; side: "above" | "below" },
): number[] {
  const kept: number[] = [];
  for (const { price } of swings.toReversed()) {
    const there = side === "above" ? price > close : price < close;
    if (there && kept.every((other) => Math.abs(other - price) >= gap)) kept.push(price);
  }
  return kept.sort((a, b) => (side === "above" ? a - b : b - a));
}

const DAYS_OF_52_WEEKS = 364;

/** Highest high and lowest low of the bars within 364 days of the last one; undefined when the bars start later. */
export function yearRange(columns: Columns): { high: number; low: number } | undefined {
  const last = columns.dates.at(-1);
  const first = columns.dates[0];
  if (last === undefined || first === undefined) return undefined;
  const start = new Date(Date.parse(last) - DAYS_OF_52_WEEKS * 86_400_000).toISOString().slice(0, 10);
  if (first > start) return undefined;
  const from = columns.dates.findIndex((date) => date > start);
  return { high: Math.max(...columns.high.slice(from)), low: Math.min(...columns.low.slice(from)) };
}
