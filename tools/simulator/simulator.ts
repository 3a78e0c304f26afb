// The gateway simulator: one account on one market clock, speaking the Client Portal Web API in process or over HTTP.
// Effects: the state file, if one is given. It invents no price: all that is shown or filled comes from real bars.
import { Hono } from "hono";
import { InputError } from "#store/model/errors.ts";
import type { SessionDate } from "#store/model/ids.ts";
import type { Clock, MarketClock } from "#tools/clock.ts";
import { createAccount } from "./account/account.ts";
import { createFigures } from "./account/figures.ts";
import { createJournal, type Journal } from "./control/journal.ts";
import { addControlRoutes } from "./control/routes.ts";
import { createFaults, type Faults } from "./faults/faults.ts";
import { createGateway, DROPPED } from "./gateway.ts";
import { type ClockView, createEngine } from "./market/engine.ts";
import type { MarketData } from "./market/market.ts";
import { instantOf } from "./market/market-clock.ts";
import { sessionIndex } from "./market/sessions.ts";
import { defaultStartSession } from "./market/start.ts";
import { createBook } from "./orders/book.ts";
import type { SimOrder } from "./orders/order.ts";
import { createSubmissions } from "./orders/submission/submission.ts";
import { createPacing } from "./session/pacing.ts";
import { createSession, type GatewaySession } from "./session/session.ts";
import { type SettingsOverride, type SimulatorSettings, withDefaults } from "./settings.ts";
import { openState } from "./state/store.ts";
import { type Connect, createConnect } from "./stream/connection.ts";
import type { GatewayApp, GatewayEnv, World } from "./world.ts";

export type SimulatorOptions = {
  market: MarketData;
  /** The clock begins just after this session's close; a state file's own clock wins. */
  start?: SessionDate;
  /** Such as DU1000001. */
  accountId: string;
  /** The machine's clock: sessions, pacing, warming. Never market time. */
  clock: Clock;
  /** Where the state lives; without it everything ends with the process. */
  stateFile?: string;
  settings?: SettingsOverride;
};

/** WHATWG fetch against the simulator; a dropped connection rejects as it would on a network. */
export type GatewayFetch = (request: Request, from?: { address?: string }) => Promise<Response>;

export type Simulator = {
  readonly accountId: string;
  readonly market: MarketData;
  readonly settings: SimulatorSettings;
  /** The API below /v1/api and the control calls below /_sim. */
  readonly app: GatewayApp;
  readonly fetch: GatewayFetch;
  /** A websocket connection without a socket: texts in, texts out. */
  readonly connect: Connect;
  /** Business time: where the replay stands, in UTC. */
  readonly clock: MarketClock;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly session: GatewaySession;
  view(): ClockView;
  /** Goes on by whole sessions, one by default: open, match, close. @throws ConflictError at the end of the data */
  next(sessions?: number): ClockView;
  /** Into the next session only: `next()` or `close()` ends it. */
  open(): ClockView;
  close(): ClockView;
  /** Moves by one session every `everyMs` until stopped or the data end. */
  startPace(everyMs: number): void;
  stopPace(): void;
  /** Every order that the broker ever took from this account since the last reset. */
  orders(): SimOrder[];
  /** Empties account and orders, journal, faults and penalties; the clock stays unless a session is given. */
  reset(of?: { cash?: number; start?: SessionDate }): void;
};

function startIndex(start: SessionDate): number {
  const index = sessionIndex(start);
  if (index !== undefined) return index;
  throw new InputError("no_session", `the exchange held no session on ${start}`, {
    facts: { field: "start" },
  });
}

/** @throws InputError when the start is no session, or the state file is of another account */
export function createSimulator(options: SimulatorOptions): Simulator {
  const { market, accountId, clock } = options;
  const settings = withDefaults(options.settings);
  const start = options.start ?? defaultStartSession(market);
  const begin = { session: startIndex(start), phase: "closed" as const };
  const store = openState({
    ...(options.stateFile === undefined ? {} : { file: options.stateFile }),
    accountId,
    cash: settings.cash,
    openedAt: instantOf(begin),
  });
  const firstClock = { session: start, phase: "closed", previousEquity: String(settings.cash) } as const;
  if (store.state.clock === undefined) store.commit({ clock: firstClock });
  const account = createAccount(store);
  // The rooms know each other through functions: the account's figures need the clock, the clock the book.
  const moment = () => engine.moment();
  const figures = createFigures({ store, account, market, moment });
  const engine = createEngine({ store, market, figures, book: () => book });
  const book = createBook({ store, account, market, clock, moment, settings: settings.orders, accountId });
  const faults = createFaults();
  const session = createSession({ clock, settings: settings.session, accountId });
  const submissions = createSubmissions({
    book,
    account,
    figures,
    market,
    clock,
    moment,
    settings,
    accountId,
    takeFault: (kind) =>
      faults.strike([kind], { method: "POST", path: "/iserver/account/orders" }) !== undefined,
  });
  const journal = createJournal(settings.journalLength);
  const pacing = createPacing(settings.pacing);
  const world: World = {
    settings,
    accountId,
    market,
    clock,
    moment,
    now: () => instantOf(moment()),
    store,
    account,
    figures,
    book,
    submissions,
    session,
    pacing,
    faults,
    journal,
  };
  let pace: NodeJS.Timeout | undefined;
  const stopPace = () => {
    clearInterval(pace);
    pace = undefined;
  };
  const next = (sessions = 1) => {
    const before = store.state.fills.length;
    for (let done = 0; done < sessions; done += 1) engine.close();
    return { ...engine.view(), fills: store.state.fills.length - before };
  };

  const { app: gateway, lists } = createGateway(world);
  const app: GatewayApp = new Hono<GatewayEnv>();
  const simulator: Simulator = {
    accountId,
    market,
    settings,
    app,
    connect: createConnect(world, lists),
    fetch: async (request, from) => {
      const response = await app.fetch(request, from);
      if (!response.headers.has(DROPPED)) return response;
      throw new TypeError("fetch failed", { cause: new Error("the simulator dropped the connection") });
    },
    clock: { now: async () => new Date(world.now()) },
    faults,
    journal,
    session,
    view: engine.view,
    next,
    open: engine.open,
    close: engine.close,
    startPace: (everyMs) => {
      stopPace();
      pace = setInterval(() => {
        if (engine.view().more) next();
        else stopPace();
      }, everyMs);
      pace.unref();
    },
    stopPace,
    orders: () => book.orders(),
    reset: (of = {}) => {
      const reset = { cash: of.cash ?? settings.cash, at: world.now() };
      if (of.start !== undefined) startIndex(of.start);
      store.commit({
        reset,
        clock: {
          session: of.start ?? engine.view().session,
          phase: of.start === undefined ? engine.view().phase : "closed",
          previousEquity: String(reset.cash),
        },
      });
      submissions.forget();
      faults.clear();
      journal.clear();
      pacing.forgive();
    },
  };
  app.route("/v1/api", gateway);
  app.route("/v1/portal", gateway);
  addControlRoutes(app, { simulator, world });
  return simulator;
}
