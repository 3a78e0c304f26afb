// Decides what one daily bar fills of an order. Pure.
// Invariants: no price outside the bar, never better than the bar allows, never more than the order's rest.
import type { DailyBar } from "../../market/bars.ts";
import type { SimSide } from "../order.ts";

/** What the model needs of an order; `limit` and `stop` in the bar's currency. */
export type Matchable = {
  side: SimSide;
  limit: number | null;
  /** Null as well once it was triggered. */
  stop: number | null;
};

/** `at` says when in the session: at its first print, or at some unknown moment after it. */
export type Match = { price: number; at: "open" | "session"; aggressive: boolean };
export type MatchOutcome = { triggered: boolean; match: Match | null };

const better = (side: SimSide, price: number, than: number) =>
  side === "BUY" ? price <= than : price >= than;
const worse = (side: SimSide, price: number, than: number) =>
  side === "BUY" ? price >= than : price <= than;

/** At the opening only its price is known: market orders, marketable limits and gapped stops fill there. */
export function matchOpening(order: Matchable, bar: DailyBar): MatchOutcome {
  const triggered = order.stop === null || worse(order.side, bar.open, order.stop);
  if (!triggered) return { triggered: false, match: null };
  if (order.limit !== null && !better(order.side, bar.open, order.limit)) return { triggered, match: null };
  return { triggered, match: { price: bar.open, at: "open", aggressive: order.limit === null } };
}

const within = (price: number, bar: DailyBar) => Math.min(Math.max(price, bar.low), bar.high);

/** Over the rest of the session limits and stops fill where the bar touched them. */
export function matchSession(order: Matchable, bar: DailyBar): MatchOutcome {
  const favourable = order.side === "BUY" ? bar.low : bar.high;
  const adverse = order.side === "BUY" ? bar.high : bar.low;
  if (order.stop === null) {
    if (order.limit === null) {
      return { triggered: true, match: { price: bar.open, at: "session", aggressive: true } };
    }
    const touched = better(order.side, favourable, order.limit);
    const price = better(order.side, bar.open, order.limit) ? bar.open : order.limit;
    return { triggered: true, match: touched ? { price, at: "session", aggressive: false } : null };
  }
  if (!worse(order.side, adverse, order.stop)) return { triggered: false, match: null };
  const triggerPrice = within(order.stop, bar);
  if (order.limit === null) {
    return { triggered: true, match: { price: triggerPrice, at: "session", aggressive: true } };
  }
  return { triggered: true, match: stopLimit(order, triggerPrice) };
}

/** After its trigger a stop-limit is filled at the trigger price or not on this bar: what follows is not known. */
function stopLimit(order: Matchable, triggerPrice: number): Match | null {
  const limit = order.limit;
  if (limit === null || !better(order.side, triggerPrice, limit)) return null;
  return { price: triggerPrice, at: "session", aggressive: false };
}

/** Whole shares that orders may take of a bar's volume. */
export function availableVolume(bar: DailyBar, participation: number): number {
  return Math.floor(bar.volume * participation);
}
