// The two lists that are empty when they are cold: live orders with their cache, trades. Own memory, per brokerage session.
import { lastFinished } from "../../market/market-clock.ts";
import { sessionDate } from "../../market/sessions.ts";
import type { World } from "../../world.ts";
import { isWorking, type SimOrder } from "../order.ts";
import { liveRow } from "./rows.ts";
import { tradeRow } from "./trades.ts";

const MOST_ROWS = 1000;
const DAY_MS = 86_400_000;

export type LiveAnswer = { orders: Record<string, unknown>[]; snapshot: boolean };

export type OrderLists = {
  live(of: { force: boolean; filters: readonly string[] }): LiveAnswer;
  trades(days: number): Record<string, unknown>[];
  /** Whether a filter sticks to the cache: then the stream of orders is silent too. */
  filtered(): boolean;
  cool(): void;
};

/** Filter words are not status words: `pre_submitted` stands for `PreSubmitted`. */
const filterWord = (status: string) => status.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase();

export function createOrderLists(world: World): OrderLists {
  /** `cold`: nothing asked yet. A filter, once asked for, sticks to the cache until force. */
  let live: "cold" | { filters: readonly string[] } = "cold";
  let tradesWarm = false;

  /** The calendar day's orders: those at work, and those that ended today. */
  const ofToday = (order: SimOrder) => isWorking(order) || order.changedIn === world.moment().session;

  const row = (order: SimOrder) => {
    const instrument = world.market.byConid(order.conid);
    return instrument === undefined ? [] : [liveRow({ order, instrument, accountId: world.accountId })];
  };

  return {
    live: ({ force, filters }) => {
      if (force) {
        live = { filters: [] };
        return { orders: [], snapshot: false };
      }
      if (live === "cold") {
        live = { filters };
        return { orders: [], snapshot: false };
      }
      const sorted = filters.includes("sort_by_time");
      const wanted = filters.filter((filter) => filter !== "sort_by_time");
      if (wanted.length > 0 && live.filters.length === 0) live = { filters: wanted };
      const stuck = live.filters.filter((filter) => filter !== "sort_by_time");
      const shows = (order: SimOrder, words: readonly string[]) =>
        words.length === 0 || words.includes(filterWord(order.status));
      const orders = world.book
        .orders()
        .filter((order) => ofToday(order) && shows(order, wanted) && shows(order, stuck))
        .sort((a, b) => (sorted ? b.changedAt - a.changedAt : a.id - b.id));
      return { orders: orders.slice(0, MOST_ROWS).flatMap(row), snapshot: true };
    },
    trades: (days) => {
      if (!tradesWarm) {
        tradesWarm = true;
        return [];
      }
      const today = Date.parse(sessionDate(Math.max(world.moment().session, lastFinished(world.moment()))));
      return world.store.state.fills
        .filter((fill) => today - Date.parse(sessionDate(fill.session)) < days * DAY_MS)
        .flatMap((fill) => {
          const instrument = world.market.byConid(fill.conid);
          const machineNow = world.clock.now().getTime();
          if (instrument === undefined) return [];
          return [tradeRow({ fill, instrument, accountId: world.accountId, machineNow })];
        })
        .reverse();
    },
    filtered: () => live !== "cold" && live.filters.length > 0,
    cool: () => {
      live = "cold";
      tradesWarm = false;
    },
  };
}
