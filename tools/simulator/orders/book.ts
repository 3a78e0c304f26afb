// Takes, changes and cancels orders. Effects: commits to the state store.
// Invariant: whatever is answered was committed before; a cOID in use is never taken twice.
import { createHash } from "node:crypto";
import type { Clock } from "#tools/clock.ts";
import type { Account } from "../account/account.ts";
import type { MarketData } from "../market/market.ts";
import { instantOf, type MarketMoment } from "../market/market-clock.ts";
import type { OrderSettings } from "../settings.ts";
import type { ClockRow, StateStore } from "../state/store.ts";
import { createDraft, type Draft } from "./draft.ts";
import { createMatching, type Matching } from "./matching/matching.ts";
import { isWorking, type SimOrder, type Ticket } from "./order.ts";

export type BookOf = {
  store: StateStore;
  account: Account;
  market: MarketData;
  clock: Clock;
  moment: () => MarketMoment;
  settings: OrderSettings;
  accountId: string;
};

export type OrderBook = {
  order(id: number): SimOrder | undefined;
  orders(): SimOrder[];
  /** The working order whose cOID this is: what a child's parentId means. */
  byClientId(clientId: string): SimOrder | undefined;
  clientIdTaken(clientId: string): boolean;
  /** Takes the tickets as orders, the parent first; in an open market they are matched at once. */
  place(tickets: readonly Ticket[]): SimOrder[];
  modify(id: number, ticket: Ticket): SimOrder;
  /** Acknowledges only: the cancel takes effect later, and a fill may come in between. */
  requestCancel(ids: readonly number[]): void;
  /** Lets everything happen that was due by now on the machine's clock. */
  settle(): void;
  /** One committed step over a draft and its matching; `to` moves the clock with it, `at` is its market time. */
  step(work: (matching: Matching, draft: Draft) => void, to?: { clock: ClockRow; at: number }): void;
};

const CANCELLED_BY_USER = null;

/** Where an account's order ids begin: apart for each account, ten digits as IBKR's. */
function firstOrderId(accountId: string): number {
  const digest = createHash("sha256").update(accountId).digest();
  return 1_000_000_000 + (digest.readUInt32BE(0) % 900) * 1_000_000;
}

export function createBook(of: BookOf): OrderBook {
  const { store, settings } = of;
  const { state } = store;
  const firstId = firstOrderId(of.accountId);
  const now = () => instantOf(of.moment());
  const draft = (at: number) =>
    createDraft({
      now: at,
      state,
      account: of.account,
      moment: of.moment(),
      machineNow: of.clock.now().getTime(),
      commissionMs: settings.commissionMs,
      childrenOfPartialParent: settings.childrenOfPartialParent,
    });
  const matchingOf = (over: Draft) =>
    createMatching({ draft: over, state, market: of.market, session: of.moment().session, settings });

  const step: OrderBook["step"] = (work, to) => {
    const over = draft(to?.at ?? now());
    work(matchingOf(over), over);
    const changes = over.changes();
    const empty = changes.orders?.length === 0 && changes.fills?.length === 0;
    if (to !== undefined) store.commit({ clock: to.clock, ...changes });
    else if (!empty) store.commit(changes);
  };

  const byClientId = (clientId: string) =>
    [...state.working.values()].findLast((one) => one.clientId === clientId);

  const newOrder = (ticket: Ticket, id: number): SimOrder => ({
    id,
    clientId: ticket.clientId,
    parentId: null,
    ocaGroup: null,
    conid: ticket.conid,
    type: ticket.type,
    side: ticket.side,
    tif: ticket.tif,
    quantity: ticket.quantity,
    limit: ticket.limit,
    stop: ticket.stop,
    outsideRth: ticket.outsideRth,
    status: "PreSubmitted",
    filled: 0,
    value: "0",
    commission: "0",
    triggered: false,
    reason: null,
    acceptedAt: now(),
    changedAt: now(),
    changedIn: of.moment().session,
    cancelAt: null,
  });

  const place: OrderBook["place"] = (tickets) => {
    const orders = tickets.map((ticket, index) => newOrder(ticket, firstId + state.idsGiven + index + 1));
    const group = tickets.some((ticket) => ticket.singleGroup) ? `oco-${orders[0]?.id ?? 0}` : null;
    for (const [index, ticket] of tickets.entries()) {
      const order = orders[index];
      if (order === undefined) continue;
      const { parentRef } = ticket;
      const parent =
        parentRef === null
          ? undefined
          : (orders.find((one) => one.clientId === parentRef) ?? byClientId(parentRef));
      order.parentId = parent?.id ?? null;
      order.ocaGroup = parent === undefined ? group : String(parent.id);
    }
    store.commit({ orders });
    if (of.moment().phase === "open") step((matching) => matching.opening());
    return orders.map((order) => state.orders.get(order.id) ?? order);
  };

  const settle = () => {
    const at = of.clock.now().getTime();
    const due = [...state.working.values()].filter(
      (one) => one.status === "PendingCancel" && one.cancelAt !== null && one.cancelAt <= at,
    );
    if (due.length === 0) return;
    step((_, over) => {
      for (const order of due) over.end(order.id, "Cancelled", CANCELLED_BY_USER);
    });
  };

  return {
    order: (id) => state.orders.get(id),
    orders: () => [...state.orders.values()],
    byClientId,
    clientIdTaken: (clientId) => {
      const order = state.orders.get(state.clientIds.get(clientId) ?? -1);
      if (order === undefined) return false;
      return isWorking(order) || now() - order.acceptedAt < settings.clientIdLifetimeMs;
    },
    place,
    modify: (id, ticket) => {
      step((matching, over) => {
        const { type, tif, quantity, limit, stop, outsideRth } = ticket;
        const triggered = stop === null ? false : (over.order(id)?.triggered ?? false);
        over.update(id, { type, tif, quantity, limit, stop, outsideRth, triggered });
        if (of.moment().phase === "open") matching.opening();
      });
      return state.orders.get(id) ?? newOrder(ticket, id);
    },
    requestCancel: (ids) => {
      const cancelAt = of.clock.now().getTime() + settings.cancelMs;
      step((_, over) => {
        for (const id of ids) over.update(id, { status: "PendingCancel", cancelAt });
      });
      settle();
    },
    settle,
    step,
  };
}
