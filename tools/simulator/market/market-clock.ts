// The simulator's business time: which session the exchange is in, and what of it may be seen. Effects: none.
// Invariant: a bar is never visible before its session's close; inside a session only its opening price is.
import type { DailyBar } from "./bars.ts";
import type { SimInstrument } from "./market.ts";
import { closesAt, opensAt, type SessionIndex } from "./sessions.ts";

/** `closed`: five minutes after the close of `session`. `open`: one minute after its opening. */
export type MarketPhase = "closed" | "open";
export type MarketMoment = { session: SessionIndex; phase: MarketPhase };

const AFTER_CLOSE_MS = 5 * 60_000;
const AFTER_OPEN_MS = 60_000;

/** The UTC instant of a moment in epoch milliseconds. */
export function instantOf(moment: MarketMoment): number {
  return moment.phase === "closed"
    ? closesAt(moment.session) + AFTER_CLOSE_MS
    : opensAt(moment.session) + AFTER_OPEN_MS;
}

/** The newest session whose bar is complete. */
export function lastFinished(moment: MarketMoment): SessionIndex {
  return moment.phase === "closed" ? moment.session : moment.session - 1;
}

/** How many of the instrument's bars may be seen. */
export function visibleBars(instrument: SimInstrument, moment: MarketMoment): number {
  return instrument.bars.countThrough(lastFinished(moment));
}

/** Inside a session the bar so far: its opening price four times, no volume known. */
export function formingDay(instrument: SimInstrument, moment: MarketMoment): DailyBar | undefined {
  if (moment.phase === "closed") return undefined;
  const bar = instrument.bars.of(moment.session);
  if (bar === undefined) return undefined;
  return { open: bar.open, high: bar.open, low: bar.open, close: bar.open, volume: 0 };
}

export type LastPrice = { price: number; session: SessionIndex; stale: boolean };

/** The last price that may be known; `stale` when the instrument has no bar in the current session. */
export function lastPrice(instrument: SimInstrument, moment: MarketMoment): LastPrice | undefined {
  const forming = formingDay(instrument, moment);
  if (forming !== undefined) return { price: forming.open, session: moment.session, stale: false };
  const count = visibleBars(instrument, moment);
  if (count === 0) return undefined;
  const session = instrument.bars.session(count - 1);
  return { price: instrument.bars.close(count - 1), session, stale: session !== moment.session };
}
