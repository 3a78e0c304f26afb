// IBKR's published pacing limits as one table. Pure. A call counts against every limit that matches it.
import type { GatewayMethod } from "../transport/transport.ts";
import type { PacingPriority } from "./budget.ts";

export type PacingLimit = {
  key: string;
  /** Null: every method. */
  method: GatewayMethod | null;
  /** Path below the API base, without the query. */
  path: RegExp;
  /** At most `count` calls in any window of this length. */
  count: number;
  windowMs: number;
  /** At most so many at the same time; null when only the rate is limited. */
  concurrent: number | null;
};

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** What a 429 costs: the address is blocked for 15 minutes (10 in older pages; the longer one is obeyed). */
export const PENALTY_MS = 15 * MINUTE;

/** Added to every window: clocks round, and the gateway's window need not begin when ours does. */
export const WINDOW_SLACK_MS = 25;

type Row = [key: string, method: GatewayMethod | null, path: RegExp, count: number, windowMs: number];

const ROWS: readonly Row[] = [
  ["global", null, /^/, 10, SECOND],
  ["orders", "GET", /^\/iserver\/account\/orders\/?$/, 1, 5 * SECOND],
  ["trades", "GET", /^\/iserver\/account\/trades\/?$/, 1, 5 * SECOND],
  ["pnl", "GET", /^\/iserver\/account\/pnl\/partitioned$/, 1, 5 * SECOND],
  ["snapshot", "GET", /^\/iserver\/marketdata\/snapshot$/, 10, SECOND],
  ["history/minute", "GET", /^\/iserver\/marketdata\/history$/, 50, MINUTE],
  ["scanner/params", "GET", /^\/iserver\/scanner\/params$/, 1, 15 * MINUTE],
  ["scanner/run", "POST", /^\/iserver\/scanner\/run$/, 1, SECOND],
  ["portfolio/accounts", "GET", /^\/portfolio\/accounts$/, 1, 5 * SECOND],
  ["portfolio/subaccounts", "GET", /^\/portfolio\/subaccounts$/, 1, 5 * SECOND],
  ["pa/performance", "POST", /^\/pa\/performance$/, 1, 15 * MINUTE],
  ["pa/summary", "POST", /^\/pa\/summary$/, 1, 15 * MINUTE],
  ["pa/transactions", "POST", /^\/pa\/transactions$/, 1, 15 * MINUTE],
  ["sso/validate", "GET", /^\/sso\/validate$/, 1, MINUTE],
  ["tickle", null, /^\/tickle$/, 1, SECOND],
  // Published as one request per second for each of the fyi endpoints; one for all of them is stricter and simpler.
  ["fyi", null, /^\/fyi\//, 1, SECOND],
];

/** The page of 2026-09 gives history 10/s or 50/min, the page of 2026-07 five at a time: both are obeyed. */
const HISTORY: PacingLimit = {
  key: "history",
  method: "GET",
  path: /^\/iserver\/marketdata\/history$/,
  count: 10,
  windowMs: SECOND,
  concurrent: 5,
};

export const PACING_LIMITS: readonly PacingLimit[] = [
  ...ROWS.map(([key, method, path, count, windowMs]) => ({
    key,
    method,
    path,
    count,
    windowMs,
    concurrent: null,
  })),
  HISTORY,
];

const BY_KEY = new Map(PACING_LIMITS.map((limit) => [limit.key, limit]));

export function limitOf(key: string): PacingLimit | undefined {
  return BY_KEY.get(key);
}

/** Keys of the limits that a call counts against. */
export function limitsOf(method: GatewayMethod, path: string): string[] {
  return PACING_LIMITS.filter(
    (limit) => (limit.method === null || limit.method === method) && limit.path.test(path),
  ).map((limit) => limit.key);
}

/** Slots of the global window that lower priorities leave free, so that an order never queues behind reads. */
const RESERVED: Readonly<Record<PacingPriority, number>> = { order: 0, read: 2, background: 4 };

/** How many calls of this priority may fill the limit's window. */
export function capacity(limit: PacingLimit, priority: PacingPriority): number {
  return limit.key === "global" ? limit.count - RESERVED[priority] : limit.count;
}
