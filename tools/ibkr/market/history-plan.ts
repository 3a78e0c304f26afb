// Which periods are asked for how many bars, within IBKR's table of allowed steps and 1,000 points. Pure.
import type { Timeframe } from "#store/model/bar.ts";

/** The API's words for a bar; lower case, because "1D" is silently answered with something else. */
export const BAR_WORD: Readonly<Record<Timeframe, string>> = { daily: "1d", weekly: "1w" };
export const BAR_SECONDS: Readonly<Record<Timeframe, number>> = { daily: 86_400, weekly: 604_800 };

export type HistoryPeriod = {
  /** Lower-case period, such as "2y". */
  period: string;
  /** Calendar days that it spans. */
  days: number;
};

/** Sessions that surely lie in each period (a year has 250 to 253, a month 19 to 23). */
const DAILY: readonly [sessions: number, period: string, days: number][] = [
  [3, "1w", 7],
  [18, "1m", 30],
  [58, "3m", 91],
  [120, "6m", 182],
  [248, "1y", 365],
  [498, "2y", 730],
  [748, "3y", 1_095],
];

const LONGEST_YEARS = 15;

/** The shortest allowed period that holds `count` bars, or the longest one of that timeframe (the rest needs another call). */
export function periodFor(timeframe: Timeframe, count: number): HistoryPeriod {
  if (timeframe === "daily") {
    const row = DAILY.find(([sessions]) => count <= sessions) ?? DAILY.at(-1);
    return { period: row?.[1] ?? "3y", days: row?.[2] ?? 1_095 };
  }
  // Below a year of weeks the shorter periods would save nothing: one call either way.
  const years = Math.min(LONGEST_YEARS, Math.max(1, Math.ceil((count + 1) / 52)));
  return { period: `${years}y`, days: years * 365 };
}

/** The end of a window as the API wants it: YYYYMMDD-HH:mm:ss, UTC. */
export function windowEnd(at: Date): string {
  const iso = at.toISOString();
  return `${iso.slice(0, 10).replaceAll("-", "")}-${iso.slice(11, 19)}`;
}
