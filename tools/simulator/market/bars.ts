// One instrument's daily bars as compact columns. Pure; values come out exactly as they were written in the file.
import type { SessionIndex } from "./sessions.ts";

type Column = (index: number) => number;

/** Prices in the instrument's currency, volume in shares. */
export type DailyBar = { open: number; high: number; low: number; close: number; volume: number };

/** Bars ascending by session, at most one per session. */
export type DailyBars = {
  readonly length: number;
  session(index: number): SessionIndex;
  bar(index: number): DailyBar;
  close(index: number): number;
  /** How many bars belong to sessions up to and including `session`: all that may be seen once it is over. */
  countThrough(session: SessionIndex): number;
  /** The bar of exactly this session, if there is one. */
  of(session: SessionIndex): DailyBar | undefined;
};

export type BarColumns = {
  sessions: readonly SessionIndex[];
  open: readonly number[];
  high: readonly number[];
  low: readonly number[];
  close: readonly number[];
  volume: readonly number[];
};

const LARGEST = 2 ** 32 - 1;

/** Whole multiples of 10^-digits in 32 bits where that is exact, doubles otherwise. */
function column(values: readonly number[]): Column {
  for (const scale of [1, 100, 10_000, 1_000_000]) {
    const exact = values.every((value) => {
      const scaled = Math.round(value * scale);
      return scaled <= LARGEST && scaled >= 0 && scaled / scale === value;
    });
    if (!exact) continue;
    const packed = Uint32Array.from(values, (value) => Math.round(value * scale));
    return (index) => (packed[index] ?? Number.NaN) / scale;
  }
  const plain = Float64Array.from(values);
  return (index) => plain[index] ?? Number.NaN;
}

export function dailyBars(columns: BarColumns): DailyBars {
  const sessions = Int32Array.from(columns.sessions);
  const [open, high, low] = [column(columns.open), column(columns.high), column(columns.low)];
  const [close, volume] = [column(columns.close), column(columns.volume)];
  const countThrough = (session: SessionIndex) => {
    let first = 0;
    let last = sessions.length;
    while (first < last) {
      const middle = (first + last) >> 1;
      if ((sessions[middle] ?? 0) <= session) first = middle + 1;
      else last = middle;
    }
    return first;
  };
  const bar = (index: number): DailyBar => ({
    open: open(index),
    high: high(index),
    low: low(index),
    close: close(index),
    volume: volume(index),
  });
  return {
    length: sessions.length,
    session: (index) => sessions[index] ?? -1,
    bar,
    close,
    countThrough,
    of: (session) => {
      const index = countThrough(session) - 1;
      return index >= 0 && sessions[index] === session ? bar(index) : undefined;
    },
  };
}
