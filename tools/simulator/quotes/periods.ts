// Periods and bar sizes of history calls, with IBKR's rules (tables/history-limits.json). Pure.
// Units are lower case: anything written otherwise is not refused but silently replaced by a default.
import type { SessionIndex } from "../market/sessions.ts";
import { lastSessionClosedBy } from "../market/sessions.ts";

export type BarSize = "1d" | "1w" | "1m";
export type PeriodUnit = "min" | "h" | "d" | "w" | "m" | "y";
export type Period = { count: number; unit: PeriodUnit };

export const BAR_SECONDS: Readonly<Record<BarSize, number>> = {
  "1d": 86_400,
  "1w": 604_800,
  "1m": 2_678_400,
};

const LARGEST: Readonly<Record<PeriodUnit, number>> = { min: 30, h: 8, d: 1000, w: 792, m: 182, y: 15 };
const BARS = "1min 2min 3min 5min 10min 15min 30min 1h 2h 3h 4h 8h 1d 1w 1m".split(" ");
/** What comes instead of a wrongly written unit: about four months of daily bars. */
const SILENT_DEFAULT = { period: { count: 84, unit: "d" }, bar: "1d" } as const;

/** Longest period in days, smallest and largest bar, default bar. */
const STEPS: readonly (readonly [days: number, smallest: string, largest: string, standard: string])[] = [
  [1 / 1440, "1min", "1min", "1min"],
  [1, "1min", "8h", "1min"],
  [7, "10min", "1w", "15min"],
  [31, "1h", "1m", "30min"],
  [93, "2h", "1m", "1d"],
  [186, "4h", "1m", "1d"],
  [366, "8h", "1m", "1d"],
  [732, "1d", "1m", "1d"],
  [1461, "1d", "1m", "1w"],
  [5_600, "1w", "1m", "1w"],
];
const DAYS: Readonly<Record<PeriodUnit, number>> = {
  min: 1 / 1440,
  h: 1 / 24,
  // Trading days: 252 to the year.
  d: 365 / 252,
  w: 7,
  m: 30.5,
  y: 365.25,
};

export type HistoryRange =
  | { kind: "bars"; period: Period; bar: BarSize }
  /** Intraday bars: there are none in daily data. */
  | { kind: "no_data" }
  | { kind: "invalid" };

function parsePeriod(text: string): Period | "wrong_case" | undefined {
  const match = /^(\d{1,4})(min|h|d|w|m|y)$/.exec(text);
  const unit = match?.[2] as PeriodUnit | undefined;
  if (match === null || unit === undefined) {
    return /^\d{1,4}(min|h|d|w|m|y)$/i.test(text) ? "wrong_case" : undefined;
  }
  const count = Number(match[1]);
  return count >= 1 && count <= LARGEST[unit] ? { count, unit } : undefined;
}

/** What a history call asks for, after the gateway's silent replacements. */
export function historyRange(periodText: string, barText: string | undefined): HistoryRange {
  const period = parsePeriod(periodText);
  if (period === undefined) return { kind: "invalid" };
  const barKnown = barText === undefined || BARS.includes(barText);
  if (!barKnown && !BARS.includes((barText ?? "").toLowerCase())) return { kind: "invalid" };
  if (period === "wrong_case" || !barKnown) return { kind: "bars", ...SILENT_DEFAULT };
  const days = period.count * DAYS[period.unit];
  const step = STEPS.find(([longest]) => days <= longest) ?? STEPS.at(-1);
  if (step === undefined) return { kind: "invalid" };
  const [, smallest, largest, standard] = step;
  const place = BARS.indexOf(barText ?? standard);
  const allowed = place >= BARS.indexOf(smallest) && place <= BARS.indexOf(largest);
  const bar = allowed ? (BARS[place] ?? standard) : standard;
  return bar === "1d" || bar === "1w" || bar === "1m" ? { kind: "bars", period, bar } : { kind: "no_data" };
}

/** The first session inside a period that ends with `last`: sessions for days, the calendar for longer units. */
export function firstSessionOf(period: Period, last: SessionIndex, endMs: number): SessionIndex {
  if (period.unit === "min" || period.unit === "h") return last;
  if (period.unit === "d") return Math.max(0, last - period.count + 1);
  const end = new Date(endMs);
  if (period.unit === "w") end.setUTCDate(end.getUTCDate() - period.count * 7);
  if (period.unit === "m") end.setUTCMonth(end.getUTCMonth() - period.count);
  if (period.unit === "y") end.setUTCFullYear(end.getUTCFullYear() - period.count);
  return lastSessionClosedBy(end.getTime()) + 1;
}

/** `YYYYMMDD-HH:mm:ss` in UTC as epoch milliseconds; undefined when it is written otherwise. */
export function parseStartTime(text: string): number | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})-(\d{2}:\d{2}:\d{2})$/.exec(text);
  if (match === null) return undefined;
  const ms = Date.parse(`${match[1]}-${match[2]}-${match[3]}T${match[4]}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}
