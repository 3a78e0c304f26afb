// New York time by the written US daylight-saving rules. Pure; independent of the machine's zone and its zone files.
import type { SessionDate } from "#store/model/ids.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

function sundayOnOrAfter(year: number, month: number, day: number): number {
  const date = Date.UTC(year, month, day);
  return date + ((7 - new Date(date).getUTCDay()) % 7) * DAY_MS;
}

/** Daylight time from `from` to `to`, both as local wall-clock milliseconds (02:00 on the switching Sundays). */
function daylightSpan(year: number): { from: number; to: number } {
  const [spring, autumn] =
    year >= 2007
      ? [sundayOnOrAfter(year, 2, 8), sundayOnOrAfter(year, 10, 1)]
      : [sundayOnOrAfter(year, 3, 1), sundayOnOrAfter(year, 9, 25)];
  return { from: spring + 2 * HOUR_MS, to: autumn + 2 * HOUR_MS };
}

/** Minutes to add to UTC for New York (−240 or −300), given local wall-clock time as if it were UTC milliseconds. */
export function easternOffsetMinutes(localMs: number): number {
  const { from, to } = daylightSpan(new Date(localMs).getUTCFullYear());
  return localMs >= from && localMs < to ? -240 : -300;
}

/** Wall-clock time in New York of a UTC instant, as if it were UTC milliseconds. */
export function easternWallClock(at: Date): number {
  const standard = at.getTime() - 300 * 60_000;
  const daylight = at.getTime() - 240 * 60_000;
  const { from, to } = daylightSpan(new Date(standard).getUTCFullYear());
  return daylight >= from + HOUR_MS && daylight < to ? daylight : standard;
}

/** The exchange date (New York) of a UTC instant. */
export function exchangeDate(at: Date): SessionDate {
  return new Date(easternWallClock(at)).toISOString().slice(0, 10) as SessionDate;
}
