// Matches working orders against the bar of the session that the market is in. Pure over a draft.
// Stops come before limits (where both lie inside one bar the stop counts), then the older order.
import type { DailyBar } from "../../market/bars.ts";
import type { MarketData } from "../../market/market.ts";
import { closesAt, opensAt, type SessionIndex, sessionDate } from "../../market/sessions.ts";
import type { OrderSettings } from "../../settings.ts";
import type { SimState } from "../../state/store.ts";
import type { Draft } from "../draft.ts";
import { isWorking, remaining, type SimOrder } from "../order.ts";
import { availableVolume, matchOpening, matchSession } from "./fill-model.ts";
import { slipped } from "./slippage.ts";

export const EXPIRED = "Cancelled by System: order expired";

type MatchingOf = {
  draft: Draft;
  state: SimState;
  market: MarketData;
  session: SessionIndex;
  settings: OrderSettings;
};

export type Matching = {
  /** The opening print: market orders, marketable limits, gapped stops. */
  opening(): void;
  /** The rest of the session, by the whole bar. */
  rest(): void;
  /** DAY orders end with their session, GTC orders with the quarter after the one they were given in. */
  expire(): void;
};

/** A child waits until its parent is completely filled. */
export function isHeld(order: SimOrder, draft: Draft): boolean {
  if (order.parentId === null) return false;
  return draft.order(order.parentId)?.status !== "Filled";
}

const rank = (order: SimOrder) => (order.stop === null ? 1 : 0);

export function createMatching(of: MatchingOf): Matching {
  const { draft, session, settings } = of;
  /** Shares of this session's volume already taken, per instrument. */
  const taken = new Map<number, number>();
  for (const fill of of.state.fills) {
    if (fill.session === session) taken.set(fill.conid, (taken.get(fill.conid) ?? 0) + fill.quantity);
  }
  /** Parents filled at an unknown moment after the opening: of their children only stops may fill on this bar. */
  const filledWithin = new Set<number>();

  const execute = (order: SimOrder, bar: DailyBar, stage: "open" | "session"): boolean => {
    const stop = order.triggered ? null : order.stop;
    const outcome = (stage === "open" ? matchOpening : matchSession)({ ...order, stop }, bar);
    if (outcome.triggered && stop !== null) draft.update(order.id, { triggered: true });
    if (outcome.match === null) return false;
    const used = taken.get(order.conid) ?? 0;
    const quantity = Math.min(remaining(order), availableVolume(bar, settings.participation) - used);
    if (quantity <= 0) return false;
    const { aggressive, price } = outcome.match;
    draft.fill(order.id, {
      quantity,
      price: aggressive ? slipped(price, { side: order.side, bar, bps: settings.slippageBps }) : price,
      at: stage === "open" ? opensAt(session) : closesAt(session),
    });
    taken.set(order.conid, used + quantity);
    if (stage === "session") filledWithin.add(order.id);
    return true;
  };

  const eligible = (order: SimOrder, stage: "open" | "session") => {
    if (isHeld(order, draft)) return false;
    const late = order.parentId !== null && filledWithin.has(order.parentId);
    return stage === "open" || !late || order.stop !== null;
  };

  /** Until nothing fills any more: a filled parent sets its children to work on the same bar. */
  const run = (stage: "open" | "session") => {
    for (let again = true; again; ) {
      again = false;
      const queue = draft.working().sort((a, b) => rank(a) - rank(b) || a.id - b.id);
      for (const { id } of queue) {
        const order = draft.order(id);
        const bar = order === undefined ? undefined : of.market.byConid(order.conid)?.bars.of(session);
        if (order === undefined || bar === undefined || !isWorking(order)) continue;
        if (!eligible(order, stage)) continue;
        if (execute(order, bar, stage)) again = true;
      }
    }
  };

  return {
    opening: () => {
      run("open");
      for (const order of draft.working()) if (!isHeld(order, draft)) openToWork(order, draft);
    },
    rest: () => run("session"),
    expire: () => {
      for (const order of draft.working()) {
        if (order.tif === "DAY" || quarterIsOver(order, session)) draft.end(order.id, "Cancelled", EXPIRED);
        else if (order.filled === 0 && order.status === "Submitted") {
          draft.update(order.id, { status: "PreSubmitted" });
        }
      }
    },
  };
}

const quarter = (date: string) =>
  Number(date.slice(0, 4)) * 4 + Math.floor((Number(date.slice(5, 7)) - 1) / 3);

function quarterIsOver(order: SimOrder, session: SessionIndex): boolean {
  const given = quarter(new Date(order.acceptedAt).toISOString());
  return quarter(sessionDate(session + 1)) > given + 1;
}

/** While the market is open an order that works is Submitted; held children and untouched stops stay PreSubmitted. */
function openToWork(order: SimOrder, draft: Draft): void {
  const waits = order.stop !== null && !order.triggered;
  if (order.status === "PreSubmitted" && !waits) draft.update(order.id, { status: "Submitted" });
}
