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
  const earlier: SessionDate[] = [];
  for (let at = session; earlier.length < EARLIER_SESSIONS; ) {
    at = previousSession(at);
    earlier.push(at);
  }
  return {
    at: now.toISOString() as Instant,
    open: openNow !== null,
    session,
    lastFinished,
    weekStart: weekSessions(session)?.first ?? session,
    earlier,
  };
}
