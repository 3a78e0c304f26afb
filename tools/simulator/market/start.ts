// Chooses where the replay begins. Pure.
import type { SessionDate } from "#store/model/ids.ts";
import type { MarketData, SimInstrument } from "./market.ts";
import { lastSessionClosedBy, sessionDate, sessionIndex } from "./sessions.ts";

/** The built-in beginning: AAPL has 450 daily bars and most of its weeks before it, and months of sessions after. */
export const DEFAULT_START = "2017-11-14" as SessionDate;
/** Daily bars that an analysis wants before the first session. */
export const DAILY_BARS_WANTED = 450;
/** Sessions left for replaying when the beginning has to be found in a user's files. */
const SESSIONS_LEFT = 60;

function serves(instrument: SimInstrument, session: number): boolean {
  const { bars } = instrument;
  return bars.countThrough(session) >= DAILY_BARS_WANTED && bars.session(bars.length - 1) > session;
}

/**
 * The session just after whose close a new simulator stands: the built-in date when every user's file has 450 bars
 * before it and goes on after it, else 60 sessions before the end of the file that ends first.
 */
export function defaultStartSession(market: MarketData): SessionDate {
  const standard = sessionIndex(DEFAULT_START) ?? lastSessionClosedBy(Date.parse(DEFAULT_START));
  const own = market.instruments.filter((one) => !one.builtIn);
  if (own.every((one) => serves(one, standard))) return DEFAULT_START;
  const firstEnd = Math.min(...own.map((one) => one.bars.session(one.bars.length - 1)));
  const latestStart = Math.max(...own.map((one) => one.bars.session(0)));
  return sessionDate(Math.max(firstEnd - SESSIONS_LEFT, Math.min(latestStart, firstEnd)));
}
