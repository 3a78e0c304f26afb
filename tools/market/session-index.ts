// Sessions and exchange weeks as consecutive numbers, so that a gap is a difference other than one. Pure, built once.

import type { Timeframe } from "#store/model/bar.ts";
import { InputError } from "#store/model/errors.ts";
import type { SessionDate } from "#store/model/ids.ts";
import { sessionsBetween, weekOf } from "../calendar.ts";

const FIRST = "1998-01-02" as SessionDate;
const LAST = "2035-12-31" as SessionDate;

type Index = {
  sessions: readonly SessionDate[];
  sessionNumber: ReadonlyMap<string, number>;
  /** Number of each exchange week, by its Monday; weeks without any session have none. */
  weekNumber: ReadonlyMap<string, number>;
  /** Last session of each week, by week number. */
  weekEnds: readonly SessionDate[];
};

let built: Index | undefined;

function index(): Index {
  if (built !== undefined) return built;
  const sessions = sessionsBetween(FIRST, LAST);
  const sessionNumber = new Map<string, number>();
  const weekNumber = new Map<string, number>();
  const weekEnds: SessionDate[] = [];
  for (const [position, date] of sessions.entries()) {
    sessionNumber.set(date, position);
    const monday = weekOf(date);
    const week = weekNumber.get(monday) ?? weekEnds.length;
    weekNumber.set(monday, week);
    weekEnds[week] = date;
  }
  built = { sessions, sessionNumber, weekNumber, weekEnds };
  return built;
}

/** The consecutive number of a bar's session or week; null when the exchange was shut. */
export function periodNumber(timeframe: Timeframe, date: SessionDate): number | null {
  const { sessionNumber, weekNumber } = index();
  return (timeframe === "daily" ? sessionNumber.get(date) : weekNumber.get(weekOf(date))) ?? null;
}

/**
 * The number of the newest session or week that is wholly over once the session `upTo` is over.
 * @throws InputError when `upTo` is not a session of the calendar
 */
export function lastFinishedPeriod(timeframe: Timeframe, upTo: SessionDate): number {
  const { sessionNumber, weekNumber, weekEnds } = index();
  const session = sessionNumber.get(upTo);
  const week = weekNumber.get(weekOf(upTo));
  if (session === undefined || week === undefined) {
    throw new InputError("not_a_session", `${upTo} is not a session of the exchange`, { facts: { upTo } });
  }
  if (timeframe === "daily") return session;
  return weekEnds[week] === upTo ? week : week - 1;
}

/** The session of a number; a week is named by its last session. Null outside the calendar. */
export function periodDate(timeframe: Timeframe, number: number): SessionDate | null {
  const { sessions, weekEnds } = index();
  return (timeframe === "daily" ? sessions[number] : weekEnds[number]) ?? null;
}
