// The New York Stock Exchange's calendar: session dates, early closes, opens and closes as UTC instants.
// Pure and rule-based, 1998 to 2035; the written holidays were checked against real bars (tests/tools/calendar.test.ts).
import { InputError } from "#store/model/errors.ts";
import type { SessionDate } from "#store/model/ids.ts";
import { easternOffsetMinutes, exchangeDate } from "./eastern-time.ts";

export { exchangeDate } from "./eastern-time.ts";

const FIRST_YEAR = 1998;
const LAST_YEAR = 2035;

/** First and last date that the calendar can tell about. */
export const CALENDAR_RANGE = { from: `${FIRST_YEAR}-01-01`, to: `${LAST_YEAR}-12-31` } as const;
const DAY_MS = 86_400_000;

/** Days the exchange stayed shut for a reason that no rule gives. */
const SPECIAL_CLOSURES = new Set([
  ...["2001-09-11", "2001-09-12", "2001-09-13", "2001-09-14"], // attacks of 11 September
  "2004-06-11", // funeral of President Reagan
  "2007-01-02", // funeral of President Ford
  ...["2012-10-29", "2012-10-30"], // hurricane Sandy
  "2018-12-05", // funeral of President Bush
  "2025-01-09", // funeral of President Carter
]);

/** Sessions that ended at 13:00 without a rule that gives them. */
const SPECIAL_EARLY_CLOSES = new Set(["1999-12-31", "2002-07-05", "2003-12-26"]);

const utc = (date: string) => Date.parse(`${date}T00:00:00Z`);
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 10) as SessionDate;
const weekday = (ms: number) => new Date(ms).getUTCDay();

function nthWeekday(of: { year: number; month: number; weekday: number; nth: number }): number {
  const first = Date.UTC(of.year, of.month - 1, 1);
  const offset = (of.weekday - weekday(first) + 7) % 7;
  return first + (offset + (of.nth - 1) * 7) * DAY_MS;
}

function lastMondayOfMay(year: number): number {
  const last = Date.UTC(year, 4, 31);
  return last - ((weekday(last) + 6) % 7) * DAY_MS;
}

/** Gregorian Easter Sunday (anonymous algorithm). */
function easter(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const h = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const n = h + l - 7 * m + 114;
  return Date.UTC(year, Math.floor(n / 31) - 1, (n % 31) + 1);
}

/** A fixed-date holiday as observed: Sunday moves to Monday, Saturday to Friday unless that ends a year. */
function observed(year: number, month: number, day: number): number | null {
  const date = Date.UTC(year, month - 1, day);
  if (weekday(date) === 0) return date + DAY_MS;
  if (weekday(date) === 6) return month === 1 ? null : date - DAY_MS;
  return date;
}

type YearRules = { holidays: ReadonlySet<string>; earlyCloses: ReadonlySet<string> };
const years = new Map<number, YearRules>();

function rulesOf(year: number): YearRules {
  const known = years.get(year);
  if (known !== undefined) return known;
  const thanksgiving = nthWeekday({ year, month: 11, weekday: 4, nth: 4 });
  const holidays = [
    observed(year, 1, 1),
    nthWeekday({ year, month: 1, weekday: 1, nth: 3 }), // Martin Luther King
    nthWeekday({ year, month: 2, weekday: 1, nth: 3 }), // Washington's birthday
    easter(year) - 2 * DAY_MS, // Good Friday
    lastMondayOfMay(year),
    year >= 2022 ? observed(year, 6, 19) : null, // Juneteenth
    observed(year, 7, 4),
    nthWeekday({ year, month: 9, weekday: 1, nth: 1 }), // Labor Day
    thanksgiving,
    observed(year, 12, 25),
  ];
  const holidayDates = new Set(holidays.filter((date) => date !== null).map(iso));
  const earlyCloses = [thanksgiving + DAY_MS, Date.UTC(year, 11, 24), Date.UTC(year, 6, 3)]
    .filter((date) => weekday(date) >= 1 && weekday(date) <= 5)
    .map(iso)
    .filter((date) => !holidayDates.has(date));
  const rules = { holidays: holidayDates, earlyCloses: new Set(earlyCloses) };
  years.set(year, rules);
  return rules;
}

function requireCovered(date: string): number {
  const year = Number(date.slice(0, 4));
  if (!(year >= FIRST_YEAR && year <= LAST_YEAR)) {
    throw new InputError(
      "calendar_out_of_range",
      `${date} lies outside the exchange calendar (${FIRST_YEAR} to ${LAST_YEAR})`,
    );
  }
  return year;
}

/** Whether the exchange holds a session on this exchange date. @throws InputError outside 1998 to 2035 */
export function isSession(date: SessionDate): boolean {
  const year = requireCovered(date);
  const day = weekday(utc(date));
  return day >= 1 && day <= 5 && !SPECIAL_CLOSURES.has(date) && !rulesOf(year).holidays.has(date);
}

/** Whether the session of this date ends at 13:00 instead of 16:00 New York time. */
export function isEarlyClose(date: SessionDate): boolean {
  return (
    isSession(date) && (SPECIAL_EARLY_CLOSES.has(date) || rulesOf(requireCovered(date)).earlyCloses.has(date))
  );
}

/** The first session after `date`. */
export function nextSession(date: SessionDate): SessionDate {
  for (let day = utc(date) + DAY_MS; ; day += DAY_MS) if (isSession(iso(day))) return iso(day);
}

/** The last session before `date`. */
export function previousSession(date: SessionDate): SessionDate {
  for (let day = utc(date) - DAY_MS; ; day -= DAY_MS) if (isSession(iso(day))) return iso(day);
}

/** All sessions from `first` to `last`, both included, ascending. */
export function sessionsBetween(first: SessionDate, last: SessionDate): SessionDate[] {
  const sessions: SessionDate[] = [];
  for (let day = utc(first); day <= utc(last); day += DAY_MS)
    if (isSession(iso(day))) sessions.push(iso(day));
  return sessions;
}

/** The Monday that names the exchange week of a date: bars of one week share it. */
export function weekOf(date: SessionDate): SessionDate {
  const day = utc(date);
  return iso(day - ((weekday(day) + 6) % 7) * DAY_MS);
}

/** First and last session of the exchange week that holds `date`; null for a week without any session. */
export function weekSessions(date: SessionDate): { first: SessionDate; last: SessionDate } | null {
  const monday = utc(weekOf(date));
  const sessions = sessionsBetween(iso(monday), iso(monday + 4 * DAY_MS));
  const [first] = sessions;
  const last = sessions.at(-1);
  return first === undefined || last === undefined ? null : { first, last };
}

function atEastern(date: SessionDate, minutes: number): Date {
  const local = utc(date) + minutes * 60_000;
  return new Date(local - easternOffsetMinutes(local) * 60_000);
}

/** The session's opening, 09:30 New York, as a UTC instant. */
export function sessionOpen(date: SessionDate): Date {
  return atEastern(date, 9 * 60 + 30);
}

/** The session's close, 16:00 or on early closes 13:00 New York, as a UTC instant. */
export function sessionClose(date: SessionDate): Date {
  return atEastern(date, isEarlyClose(date) ? 13 * 60 : 16 * 60);
}

/** The newest session that is over at this instant. */
export function lastFinishedSession(at: Date): SessionDate {
  const today = exchangeDate(at);
  return isSession(today) && at >= sessionClose(today) ? today : previousSession(today);
}

/** The session that is open at this instant, or null. */
export function openSession(at: Date): SessionDate | null {
  const today = exchangeDate(at);
  return isSession(today) && at >= sessionOpen(today) && at < sessionClose(today) ? today : null;
}
