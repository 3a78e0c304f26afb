// A simulator with a clock in hand, and the calls that tests make of it. In process; no wall clock.
import type { SessionDate } from "#store/model/ids.ts";
import type { Clock } from "#tools/clock.ts";
import { dailyBars } from "#tools/simulator/market/bars.ts";
import { listingOf } from "#tools/simulator/market/catalog.ts";
import { loadMarketData } from "#tools/simulator/market/load.ts";
import { createMarket, type MarketData, type SimInstrument } from "#tools/simulator/market/market.ts";
import { sessionIndex } from "#tools/simulator/market/sessions.ts";
import { createSimulator, type Simulator, type SimulatorOptions } from "#tools/simulator/simulator.ts";

export const ACCOUNT = "DU1000001";
export const AAPL = 265598;
export const START = "2017-12-15" as SessionDate;

export type TestClock = Clock & { advance(ms: number): void };

export function testClock(at = "2026-11-20T15:00:00Z"): TestClock {
  let ms = Date.parse(at);
  return {
    now: () => new Date(ms),
    monotonic: () => ms,
    advance: (by) => {
      ms += by;
    },
  };
}

let real: Promise<MarketData> | undefined;

/** The built-in market, loaded once per test file. */
export function realMarket(): Promise<MarketData> {
  real ??= loadMarketData().then(({ market }) => market);
  return real;
}

export type BarText = readonly [open: number, high: number, low: number, close: number, volume: number];

/** An instrument made of the given bars on consecutive sessions from `first`: for the arithmetic of matching only. */
export function instrumentOf(symbol: string, first: string, bars: readonly BarText[]): SimInstrument {
  const start = sessionIndex(first);
  if (start === undefined) throw new Error(`${first} is no session`);
  const columnOf = (place: 0 | 1 | 2 | 3 | 4) => bars.map((bar) => bar[place]);
  return {
    ...listingOf(symbol),
    symbol,
    currency: "USD",
    source: "test",
    builtIn: false,
    bars: dailyBars({
      sessions: bars.map((_, index) => start + index),
      open: columnOf(0),
      high: columnOf(1),
      low: columnOf(2),
      close: columnOf(3),
      volume: columnOf(4),
    }),
  };
}

export function marketOf(...instruments: SimInstrument[]): MarketData {
  return createMarket(instruments);
}

// biome-ignore lint/suspicious/noExplicitAny: tests read answers of the wire freely
export type Wire = any;
export type Reply = { status: number; body: Wire; text: string };

export type Rig = {
  simulator: Simulator;
  clock: TestClock;
  /** One call to /v1/api, paced by moving the clock first. */
  call(method: string, path: string, body?: unknown): Promise<Reply>;
  /** The same without moving the clock. */
  now(method: string, path: string, body?: unknown): Promise<Reply>;
  /** Submits, and confirms every question; returns the last answer and the ids of the questions asked. */
  place(...tickets: Record<string, unknown>[]): Promise<Reply & { asked: string[] }>;
  /** Warmed live orders. */
  live(): Promise<Wire[]>;
};

/** Opens the accounts gates at once, as a client does first. */
export async function rig(options: Partial<SimulatorOptions> = {}): Promise<Rig> {
  const clock = testClock();
  const market = options.market ?? (await realMarket());
  const simulator = createSimulator({ start: START, accountId: ACCOUNT, clock, ...options, market });
  const now: Rig["now"] = async (method, path, body) => {
    const init = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
    const request = new Request(`https://localhost:5000/v1/api${path}`, { method, ...init });
    const response = await simulator.fetch(request);
    const text = await response.text();
    return { status: response.status, text, body: parsed(text) };
  };
  const call: Rig["call"] = (...args) => {
    clock.advance(5_050);
    return now(...args);
  };
  const place: Rig["place"] = async (...tickets) => {
    const orders = tickets.map((ticket) => ({ conid: AAPL, tif: "DAY", quantity: 10, ...ticket }));
    let answer = await call("POST", `/iserver/account/${ACCOUNT}/orders`, { orders });
    const asked: string[] = [];
    for (let bound = 0; bound < 10 && answer.body?.[0]?.messageIds !== undefined; bound += 1) {
      asked.push(...answer.body[0].messageIds);
      answer = await call("POST", `/iserver/reply/${answer.body[0].id}`, { confirmed: true });
    }
    return { ...answer, asked };
  };
  await call("GET", "/iserver/accounts");
  await call("GET", "/portfolio/accounts");
  const live = async () => {
    await call("GET", "/iserver/account/orders?force=true");
    return (await call("GET", "/iserver/account/orders")).body.orders;
  };
  return { simulator, clock, call, now, place, live };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
