// Moves the market clock and lets orders meet the bars on the way. Effects: one commit per step.
import { ConflictError } from "#store/model/errors.ts";
import type { SessionDate } from "#store/model/ids.ts";
import type { AccountFigures } from "../account/figures.ts";
import type { OrderBook } from "../orders/book.ts";
import type { StateStore } from "../state/store.ts";
import type { MarketData } from "./market.ts";
import { instantOf, type MarketMoment, type MarketPhase } from "./market-clock.ts";
import { closesAt, sessionDate, sessionIndex } from "./sessions.ts";

export type ClockView = {
  session: SessionDate;
  phase: MarketPhase;
  /** UTC instant. */
  now: string;
  /** Executions since the clock was last moved. */
  fills: number;
  /** Whether there is any bar after this session. */
  more: boolean;
};

export type Engine = {
  moment(): MarketMoment;
  view(): ClockView;
  /** Opens the next session: market orders, marketable limits and gapped stops meet its first print. */
  open(): ClockView;
  /** Ends the open session (opening it first when there is none). */
  close(): ClockView;
};

type EngineOf = {
  store: StateStore;
  market: MarketData;
  figures: () => AccountFigures;
  book: () => OrderBook;
};

export function createEngine(of: EngineOf): Engine {
  const { store, market } = of;
  let fillsBefore = store.state.fills.length;

  const moment = (): MarketMoment => {
    const { clock } = store.state;
    const session = clock === undefined ? undefined : sessionIndex(clock.session);
    if (clock === undefined || session === undefined) throw new RangeError("the market clock is not set");
    return { session, phase: clock.phase };
  };

  const view = (): ClockView => {
    const at = moment();
    return {
      session: sessionDate(at.session),
      phase: at.phase,
      now: new Date(instantOf(at)).toISOString(),
      fills: Math.max(0, store.state.fills.length - fillsBefore),
      more: at.session < market.last,
    };
  };

  const openNext = () => {
    const at = moment();
    if (at.phase === "open") return;
    if (at.session >= market.last) {
      throw new ConflictError("market_data_ended", `there is no bar after ${sessionDate(at.session)}`, {
        facts: { session: sessionDate(at.session) },
      });
    }
    of.book().settle();
    const previousEquity = of.figures().equity.toFixed();
    const clock = { session: sessionDate(at.session + 1), phase: "open" as const, previousEquity };
    // The clock first: what happens at the opening happens in that session.
    store.commit({ clock });
    of.book().step((matching) => matching.opening());
  };

  return {
    moment,
    view,
    open: () => {
      fillsBefore = store.state.fills.length;
      openNext();
      return view();
    },
    close: () => {
      const at = moment();
      if (at.phase === "closed") {
        fillsBefore = store.state.fills.length;
        openNext();
      }
      const { clock } = store.state;
      if (clock === undefined) return view();
      of.book().settle();
      of.book().step(
        (matching) => {
          matching.rest();
          matching.expire();
        },
        { clock: { ...clock, phase: "closed" }, at: closesAt(moment().session) },
      );
      return view();
    },
  };
}
