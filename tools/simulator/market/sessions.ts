// The exchange's sessions as numbers: index ↔ date, opens and closes in epoch milliseconds. Pure, computed once.
import type { SessionDate } from "#store/model/ids.ts";
import { sessionClose, sessionOpen, sessionsBetween, weekOf } from "#tools/calendar.ts";

const FIRST = "1998-01-01" as SessionDate;
const LAST = "2035-12-31" as SessionDate;

type Table = {
  dates: readonly SessionDate[];
  indexes: ReadonlyMap<string, number>;
  opens: Float64Array;
  closes: Float64Array;
  weeks: Int32Array;
};

let table: Table | undefined;

function build(): Table {
  const dates = sessionsBetween(FIRST, LAST);
  const weeks = new Int32Array(dates.length);
  let week = 0;
  let monday = "";
  for (const [index, date] of dates.entries()) {
    const start = weekOf(date);
    if (start !== monday) week += 1;
    monday = start;
    weeks[index] = week;
  }
  return {
    dates,
    indexes: new Map(dates.map((date, index) => [date, index])),
    opens: new Float64Array(dates.length),
    closes: new Float64Array(dates.length),
    weeks,
  };
}

function sessions(): Table {
  table ??= build();
  return table;
}

/** A session's place in the exchange's history: the unit in which this simulator counts time. */
export type SessionIndex = number;

/** The first date that the calendar covers; older bars are not replayed. */
export const FIRST_COVERED_DATE = FIRST;

export function sessionIndex(date: string): SessionIndex | undefined {
  return sessions().indexes.get(date);
}

export function sessionDate(index: SessionIndex): SessionDate {
  const date = sessions().dates[index];
  if (date === undefined) throw new RangeError(`no session ${index} in the exchange calendar`);
  return date;
}

/** Epoch milliseconds of the session's opening (09:30 New York). */
export function opensAt(index: SessionIndex): number {
  const { opens } = sessions();
  const known = opens[index] ?? 0;
  if (known !== 0) return known;
  const at = sessionOpen(sessionDate(index)).getTime();
  opens[index] = at;
  return at;
}

/** Epoch milliseconds of the session's close (16:00 or 13:00 New York). */
export function closesAt(index: SessionIndex): number {
  const { closes } = sessions();
  const known = closes[index] ?? 0;
  if (known !== 0) return known;
  const at = sessionClose(sessionDate(index)).getTime();
  closes[index] = at;
  return at;
}

/** The number of the session's exchange week: equal for sessions of one week. */
export function weekNumber(index: SessionIndex): number {
  return sessions().weeks[index] ?? -1;
}

/** The number of the session's calendar month. */
export function monthNumber(index: SessionIndex): number {
  const date = sessionDate(index);
  return Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7));
}

/** The newest session whose close lies at or before this instant; -1 when there is none. */
export function lastSessionClosedBy(at: number): SessionIndex {
  let low = 0;
  let high = sessions().dates.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (closesAt(middle) <= at) low = middle + 1;
    else high = middle - 1;
  }
  return high;
}
