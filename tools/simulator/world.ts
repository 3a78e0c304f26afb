// What the rooms of one simulator share. Types only; composed in simulator.ts.
import type { Hono } from "hono";
import type { Clock } from "#tools/clock.ts";
import type { Account } from "./account/account.ts";
import type { AccountFigures } from "./account/figures.ts";
import type { Journal } from "./control/journal.ts";
import type { Faults } from "./faults/faults.ts";
import type { MarketData } from "./market/market.ts";
import type { MarketMoment } from "./market/market-clock.ts";
import type { OrderBook } from "./orders/book.ts";
import type { Submissions } from "./orders/submission/submission.ts";
import type { Pacing } from "./session/pacing.ts";
import type { GatewaySession } from "./session/session.ts";
import type { SimulatorSettings } from "./settings.ts";
import type { StateStore } from "./state/store.ts";

export type World = {
  settings: SimulatorSettings;
  accountId: string;
  market: MarketData;
  /** The machine's clock: sessions, pacing, warming. */
  clock: Clock;
  /** Where the market stands. */
  moment: () => MarketMoment;
  /** Market time in epoch milliseconds. */
  now: () => number;
  store: StateStore;
  account: Account;
  figures: () => AccountFigures;
  book: OrderBook;
  submissions: Submissions;
  session: GatewaySession;
  pacing: Pacing;
  faults: Faults;
  journal: Journal;
};

/** What travels with a request: the caller's address, known to the front end only. */
export type GatewayEnv = { Bindings: { address?: string } };
export type GatewayApp = Hono<GatewayEnv>;
