// The gateway simulator: one account on one market clock, speaking the Client Portal Web API in process or over HTTP.
// Effects: the state file, if one is given. It invents no price: all that is shown or filled comes from real bars.
import { Hono } from "hono";
import type { SessionDate } from "#store/model/ids.ts";
import type { MarketClock } from "#tools/clock.ts";
import { composeWorld, resetWorld, type SimulatorOptions } from "./compose.ts";
import type { Journal } from "./control/journal.ts";
import { addControlRoutes } from "./control/routes.ts";
import { DROPPED } from "./faults/behaviour.ts";
import type { Faults } from "./faults/faults.ts";
import { createGateway } from "./gateway.ts";
import type { ClockView } from "./market/engine.ts";
import type { MarketData } from "./market/market.ts";
import type { SimOrder } from "./orders/order.ts";
import type { GatewaySession } from "./session/session.ts";
import type { SimulatorSettings } from "./settings.ts";
import { type Connect, createConnect } from "./stream/connection.ts";
import type { GatewayApp, GatewayEnv } from "./world.ts";

export type { SimulatorOptions } from "./compose.ts";

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

/** @throws InputError when the start is no session, or the state file is of another account */
export function createSimulator(options: SimulatorOptions): Simulator {
  const { world, engine } = composeWorld(options);
  const { store, settings } = world;
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
    accountId: world.accountId,
    market: world.market,
    settings,
    app,
    connect: createConnect(world, lists),
    fetch: async (request, from) => {
      const response = await app.fetch(request, from);
      if (!response.headers.has(DROPPED)) return response;
      throw new TypeError("fetch failed", { cause: new Error("the simulator dropped the connection") });
    },
    clock: { now: async () => new Date(world.now()) },
    faults: world.faults,
    journal: world.journal,
    session: world.session,
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
    orders: () => world.book.orders(),
    reset: (of = {}) => resetWorld(world, { cash: of.cash ?? settings.cash, start: of.start ?? null }),
  };
  app.route("/v1/api", gateway);
  app.route("/v1/portal", gateway);
  addControlRoutes(app, { simulator, world });
  return simulator;
}
