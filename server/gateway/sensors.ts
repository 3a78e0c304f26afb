// The two things that schedules wait for: the exchange is open, the broker's session is ready. Effects: asks the market clock.
// An event is told once per change; the first look is none, because nothing changed then.
import type { Instant, SessionDate } from "#store/model/ids.ts";
import {
  exchangeDate,
  isSession,
  nextSession,
  openSession,
  sessionClose,
  sessionOpen,
} from "#tools/calendar.ts";
import type { SessionHealth } from "#tools/ibkr/session/health.ts";
import type { HealthCheck } from "../http/deps.ts";

/** `session` is the open one, else the next; `changesAt` is its close or its opening, UTC. */
export type MarketState = { open: boolean; session: SessionDate; changesAt: Instant };

export type SensorEvent =
  | { kind: "market_opened" | "market_closed"; session: SessionDate }
  | { kind: "broker_ready" | "broker_lost"; reason: string };

export type SensorReading = { at: Instant; market: MarketState; brokerReady: boolean };

export type SensorParts = {
  /** Business time, UTC. */
  now(signal: AbortSignal): Promise<Date>;
  health(): Pick<SessionHealth, "state" | "reason">;
  onEvent(event: SensorEvent): void;
};

export type Sensors = {
  /** What the last look found; null before the first. */
  reading(): SensorReading | null;
  /** @throws what the market clock throws: without it nobody knows */
  look(signal: AbortSignal): Promise<SensorReading>;
};

export function marketState(at: Date): MarketState {
  const running = openSession(at);
  if (running !== null) return { open: true, session: running, changesAt: instant(sessionClose(running)) };
  const today = exchangeDate(at);
  const session = isSession(today) && at < sessionOpen(today) ? today : nextSession(today);
  return { open: false, session, changesAt: instant(sessionOpen(session)) };
}

export function createSensors({ now, health, onEvent }: SensorParts): Sensors {
  let last: SensorReading | null = null;
  return {
    reading: () => last,
    async look(signal) {
      const at = await now(signal);
      const { state, reason } = health();
      const reading = { at: instant(at), market: marketState(at), brokerReady: state === "ready" };
      const before = last;
      last = reading;
      if (before === null) return reading;
      // A simulator's clock may leap over a whole session: that one opened and closed, too.
      if (before.market.open && (!reading.market.open || reading.market.session !== before.market.session))
        onEvent({ kind: "market_closed", session: before.market.session });
      if (reading.market.open && (!before.market.open || reading.market.session !== before.market.session))
        onEvent({ kind: "market_opened", session: reading.market.session });
      if (reading.brokerReady !== before.brokerReady)
        onEvent({ kind: reading.brokerReady ? "broker_ready" : "broker_lost", reason });
      return reading;
    },
  };
}

/** The market as a row of the health answer. */
export function marketCheck(reading: SensorReading | null): HealthCheck {
  const name = "market";
  if (reading === null)
    return { name, state: "degraded", detail: "the market clock was not asked yet", provenAt: null };
  const { open, session, changesAt } = reading.market;
  const told = (at: string) => `${at.slice(0, 16).replace("T", " ")} UTC`;
  const detail = open
    ? `open: session ${session}, until ${told(changesAt)}`
    : `closed: session ${session} opens at ${told(changesAt)}`;
  return { name, state: "ok", detail: `${detail} (market time ${told(reading.at)})`, provenAt: null };
}

function instant(date: Date): Instant {
  return date.toISOString() as Instant;
}
