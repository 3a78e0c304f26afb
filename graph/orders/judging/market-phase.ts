// Where the market stands at an instant, from the exchange calendar. Pure.
import type { Instant, SessionDate } from "#store/model/ids.ts";
import {
  lastFinishedSession,
  nextSession,
  openSession,
  previousSession,
  weekSessions,
} from "#tools/calendar.ts";
import type { MarketPhase } from "#tools/risk/input.ts";

/** As many sessions back as the longest cool-down can reach. */
const EARLIER_SESSIONS = 20;

/** @param now business time, UTC. @throws when the calendar does not cover the date. */
export function marketPhase(now: Date): MarketPhase {
  const openNow = openSession(now);
  const lastFinished = lastFinishedSession(now);
  const session = openNow ?? nextSession(lastFinished);
  return {
    at: now.toISOString() as Instant,
    open: openNow !== null,
    session,
    lastFinished,
    ...before(session),
  };
}

type Before = Pick<MarketPhase, "weekStart" | "earlier">;
let newest: { session: SessionDate; before: Before } | null = null;

/** The same all day long: kept for the session that was asked for last. */
function before(session: SessionDate): Before {
  if (newest?.session === session) return newest.before;
  const earlier: SessionDate[] = [];
  for (let at = session; earlier.length < EARLIER_SESSIONS; ) {
    at = previousSession(at);
    earlier.push(at);
  }
  newest = { session, before: { weekStart: weekSessions(session)?.first ?? session, earlier } };
  return newest.before;
}

/** The session alone: the one that is open, or the next one. */
export function sessionAt(now: Date): SessionDate {
  return openSession(now) ?? nextSession(lastFinishedSession(now));
}
