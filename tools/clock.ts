// The two notions of time. Types only: every clock is created in server/ (or in a test) and passed in.

/** The machine's clock. */
export type Clock = {
  /** The current UTC instant: audit and deadlines. */
  now(): Date;
  /** Milliseconds on a monotonic clock: durations only. */
  monotonic(): number;
};

/** Business time: the market clock of the simulator, or system time with a real gateway. UTC instants. */
export type MarketClock = { now(signal?: AbortSignal): Promise<Date> };
