// Date ticks: the first bar of each week, month, quarter or year, whichever fits. Pure.
import { at } from "#tools/indicators/index.ts";

export type DateTicks = { values: number[]; labels: string[] };

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const EDGE = 30;
const DAY = 86_400_000;

/** `room`: pixels that two neighbouring ticks need between them. */
type Unit = { room: number; key: (date: string) => string; label: (date: string, first: boolean) => string };

const month = (date: string) => at(MONTHS, Number(date.slice(5, 7)) - 1);
const isJanuary = (date: string) => date.slice(5, 7) === "01";
const dayLabel = (date: string) => `${month(date)} ${Number(date.slice(8))}`;
const monthLabel = (date: string, first: boolean) =>
  first || isJanuary(date) ? `${month(date)} '${date.slice(2, 4)}` : month(date);

/** Finest first. Weeks are counted from Monday 1970-01-05. */
const UNITS: readonly Unit[] = [
  { room: 52, key: (date) => String(Math.floor((Date.parse(date) / DAY - 4) / 7)), label: dayLabel },
  { room: 48, key: (date) => date.slice(0, 7), label: monthLabel },
  {
    room: 48,
    key: (date) => `${date.slice(0, 4)}Q${Math.floor((Number(date.slice(5, 7)) - 1) / 3)}`,
    label: monthLabel,
  },
  { room: 48, key: (date) => date.slice(0, 4), label: (date) => date.slice(0, 4) },
];

/** Ticks under bars of `dates`, `step` pixels apart; the first month and each January carry the year. */
export function dateTicks(dates: readonly string[], step: number): DateTicks {
  for (const unit of UNITS) {
    const values = boundaries(dates, unit.key).filter((index) => index * step >= EDGE);
    if (closest(values) * step >= unit.room) return { values, labels: labelsOf(dates, values, unit) };
  }
  const first = dates[0];
  return first === undefined ? { values: [], labels: [] } : { values: [0], labels: [dayLabel(first)] };
}

// A year beside the first label would run into January's, which carries it anyway.
function labelsOf(dates: readonly string[], values: readonly number[], unit: Unit): string[] {
  const second = values[1];
  const januaryNext = second !== undefined && isJanuary(at(dates, second));
  return values.map((index, position) => unit.label(at(dates, index), position === 0 && !januaryNext));
}

function boundaries(dates: readonly string[], key: Unit["key"]): number[] {
  return dates.flatMap((date, index) => {
    const before = dates[index - 1];
    return before !== undefined && key(before) !== key(date) ? [index] : [];
  });
}

function closest(values: readonly number[]): number {
  const gaps = values.slice(1).map((value, index) => value - at(values, index));
  return values.length === 0 ? 0 : Math.min(Number.POSITIVE_INFINITY, ...gaps);
}
