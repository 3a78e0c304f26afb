// Instants of a schedule on the exchange's clock, and why the market leaves some of them out. Pure.
import { Cron } from "croner";
import { EXCHANGE_TIME_ZONE } from "#store/model/workflow/schedule.ts";
import { isEarlyClose, isSession, sessionClose } from "./calendar.ts";
import { easternWallClock, exchangeDate } from "./eastern-time.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const ORDINARY_CLOSE_MINUTES = 16 * 60;

/** The next instants strictly after `after`; fewer than asked for when the expression has no more, none when it never fires. */
export function nextInstants(cron: string, after: Date, count: number): Date[] {
  return parsed(cron).nextRuns(count, after);
}

export type MarketClosed = { code: "market_closed" | "early_close"; reason: string };

/**
 * Why nothing runs at this instant; null when something does. The exchange holds no session on that day, or the day's session
 * has ended early and an ordinary one would still be open. An instant outside the session of every ordinary day, before the
 * open or after the close, is what the schedule means and stays.
 */
export function marketClosedAt(instant: Date): MarketClosed | null {
  const date = exchangeDate(instant);
  if (!isSession(date)) return { code: "market_closed", reason: `the exchange holds no session on ${date}` };
  if (!isEarlyClose(date) || instant < sessionClose(date) || minuteOfDay(instant) >= ORDINARY_CLOSE_MINUTES)
    return null;
  return { code: "early_close", reason: `the exchange closed at 13:00 on ${date}` };
}

/** An instant that no execution was started for. `missed`: earlier ones for the same reason on the same day. */
export type LeftOut = MarketClosed & { instant: Date; missed: number };

export type Look = {
  /** The newest instant at which the market let something run; null without one. */
  run: Date | null;
  /** Earlier instants that this one run stands for. */
  missed: number;
  /** Per day and reason the newest, oldest first. */
  leftOut: LeftOut[];
};

/** So many instants are looked at in any case; beyond them the look goes back only as far as needed to find a run. */
const LOOKED_AT = 1000;

/**
 * What is due after `after`, up to `upTo` included, looking back from `upTo`: a schedule of every minute costs no more over
 * years than over days, and one of every day is looked at over years.
 */
export function lookAt(cron: string, of: { after: Date; upTo: Date }): Look {
  const { after, upTo } = of;
  for (let span = DAY_MS; ; span *= 2) {
    const from = new Date(Math.max(after.getTime(), upTo.getTime() - span));
    const instants = instantsBetween(cron, from, upTo);
    const look = judge(instants);
    const enough = look.run !== null && instants.length >= LOOKED_AT;
    if (enough || from.getTime() === after.getTime()) return look;
  }
}

/** Asked for at first: mostly a look ends at the very next instant. */
const AT_FIRST = 4;
const AT_ONCE = 500;

function instantsBetween(cron: string, after: Date, upTo: Date): Date[] {
  const pattern = parsed(cron);
  const found: Date[] = [];
  for (let from = after, count = AT_FIRST; ; count = Math.min(AT_ONCE, 4 * count)) {
    const next = pattern.nextRuns(count, from).filter((instant) => instant <= upTo);
    found.push(...next);
    const last = next.at(-1);
    if (last === undefined || next.length < count) return found;
    from = last;
  }
}

function judge(instants: readonly Date[]): Look {
  const open: Date[] = [];
  const leftOut = new Map<string, LeftOut>();
  for (const instant of instants) {
    const closed = marketClosedAt(instant);
    if (closed === null) {
      open.push(instant);
      continue;
    }
    const key = `${closed.code} ${exchangeDate(instant)}`;
    const earlier = leftOut.get(key);
    leftOut.set(key, { ...closed, instant, missed: earlier === undefined ? 0 : earlier.missed + 1 });
  }
  return { run: open.at(-1) ?? null, missed: Math.max(0, open.length - 1), leftOut: [...leftOut.values()] };
}

/** "2015-11-27 15:45": date and time of the exchange. */
export function exchangeTimeText(instant: Date): string {
  return new Date(easternWallClock(instant)).toISOString().slice(0, 16).replace("T", " ");
}

function minuteOfDay(instant: Date): number {
  return Math.floor((easternWallClock(instant) % DAY_MS) / MINUTE_MS);
}

// Few: one per schedule in use.
const patterns = new Map<string, Cron>();
const MOST_PATTERNS = 500;

function parsed(cron: string): Cron {
  const known = patterns.get(cron);
  if (known !== undefined) return known;
  if (patterns.size >= MOST_PATTERNS) patterns.clear();
  const pattern = new Cron(cron, { timezone: EXCHANGE_TIME_ZONE });
  patterns.set(cron, pattern);
  return pattern;
}
