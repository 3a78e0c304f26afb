// Aligned series: as long as their bars, null where an indicator is not ready. Pure. Floats live here and in charts only.
import type { Bar } from "#store/model/bar.ts";
import { InvariantError, MarketDataError } from "#store/model/errors.ts";

/** One value per bar; null only in front, while the indicator has too few bars. */
export type Series = readonly (number | null)[];

/** Bars as columns of equal length. Prices in the instrument's currency, volume in shares. */
export type Columns = {
  readonly dates: readonly string[];
  readonly open: readonly number[];
  readonly high: readonly number[];
  readonly low: readonly number[];
  readonly close: readonly number[];
  readonly volume: readonly number[];
};

/**
 * Finished bars as number columns, ascending.
 * @throws MarketDataError `bad_bar` when a price is not positive, a volume negative, a high below its low, or dates do
 * not ascend: an indicator would go on quietly with any of them.
 */
export function toColumns(bars: readonly Bar[]): Columns {
  const column = (field: "open" | "high" | "low" | "close" | "volume") =>
    bars.map((bar) => Number(bar[field]));
  const columns = {
    dates: bars.map((bar) => bar.date),
    open: column("open"),
    high: column("high"),
    low: column("low"),
    close: column("close"),
    volume: column("volume"),
  };
  for (const [index, bar] of bars.entries()) {
    const fault = faultOf(columns, index);
    if (fault !== undefined) {
      throw new MarketDataError("bad_bar", `bar of ${bar.date}: ${fault}`, { facts: { ...bar } });
    }
  }
  return columns;
}

function faultOf(columns: Columns, index: number): string | undefined {
  const { open, high, low, close } = columns;
  const prices = [open, high, low, close].map((column) => at(column, index));
  if (!prices.every((price) => Number.isFinite(price) && price > 0))
    return "a price is not a positive number";
  if (at(high, index) < Math.max(...prices) || at(low, index) > Math.min(...prices)) {
    return "open or close lies outside low and high";
  }
  const volume = at(columns.volume, index);
  if (!Number.isFinite(volume) || volume < 0) return "the volume is not a number of shares";
  const previous = columns.dates[index - 1];
  if (previous !== undefined && previous >= at(columns.dates, index)) return "dates do not ascend";
  return undefined;
}

/** The element at `index`. @throws InvariantError outside the list. */
export function at<T>(list: readonly T[], index: number): T {
  const value = list[index];
  if (value === undefined) throw new InvariantError(`no element ${index} in a list of ${list.length}`);
  return value;
}

/** `values` moved to the right end of `length` places, nulls in front. @throws InvariantError on any other length. */
export function alignRight(values: readonly number[], length: number, warmup: number): Series {
  const expected = Math.max(0, length - warmup);
  if (values.length !== expected || !values.every(Number.isFinite)) {
    throw new InvariantError(`an indicator gave ${values.length} values where ${expected} were due`);
  }
  return [...new Array<null>(Math.min(warmup, length)).fill(null), ...values];
}

/** Applies `fn` where both have a value, else null. */
export function combine(a: Series, b: Series, fn: (a: number, b: number) => number): Series {
  return a.map((left, index) => {
    const right = b[index];
    return left === null || right === null || right === undefined ? null : fn(left, right);
  });
}

/** The values behind the leading nulls. @throws InvariantError when a null follows a value. */
export function ready(series: Series): number[] {
  const start = series.findIndex((value) => value !== null);
  if (start < 0) return [];
  return series.slice(start).map((value) => {
    if (value === null) throw new InvariantError("a gap inside an indicator series");
    return value;
  });
}
