// The main session's broker as pages, API and doctor see it, and the simulator's clock in their hands.

import { MAIN_SESSION } from "#graph/gateway.ts";
import { cancelOrder } from "#graph/orders/cancel.ts";
import { flatten } from "#graph/orders/flatten.ts";
import { halt } from "#graph/orders/halt.ts";
import { settleBlock } from "#graph/orders/settle-block.ts";
import type { Database } from "#store/database.ts";
import { ConflictError } from "#store/model/errors.ts";
import type { ExecutionId } from "#store/model/ids.ts";
import { runsInHand } from "#store/runs/symbol-runs.ts";
import { setTradingState } from "#store/trading/trading-state.ts";
import { exchangeDate, sessionClose } from "#tools/calendar.ts";
import type { Clock } from "#tools/clock.ts";
import type { SessionHealth } from "#tools/ibkr/session/health.ts";
import { sessionDate } from "#tools/simulator/market/sessions.ts";
import type { Config } from "../config/config.ts";
import { adviceFor } from "../doctor/advice.ts";
import type { BrokerPort, HealthCheck, MarketControl, WindDown, WoundDown } from "../http/deps.ts";
import type { WatchTask } from "../jobs/watch.ts";
import type { Gateways } from "./gateways.ts";
import type { Simulators } from "./simulators.ts";
import { newId } from "./system-clock.ts";

export type BrokerParts = {
  config: Config;
  gateways: Gateways;
  simulators: Simulators;
  kind: "ibkr" | "simulator";
  database: Database;
  clock: Clock;
};

/** Asks the gateway once, so that the description can name account and market date; one that is down is told, not thrown. */
export async function openBroker(parts: BrokerParts): Promise<{ port: BrokerPort; describe(): string }> {
  const { gateways, kind, config, database, clock } = parts;
  const client = await gateways.mainClient();
  let marketDate = "";
  const marketNow = async (signal?: AbortSignal): Promise<Date> => {
    const now = await (await gateways.open(MAIN_SESSION)).marketClock.now(signal);
    if (kind === "simulator") marketDate = exchangeDate(now);
    return now;
  };
  const health = await client.check(AbortSignal.timeout(CHECK_MS));
  if (health.state === "ready") await marketNow();
  const account = () => client.health().accountId ?? config.account;
  const port: BrokerPort = {
    kind,
    get accountId() {
      return account();
    },
    paper: config.mode === "paper",
    health: () => healthCheck(client.health(), clock.now()),
    now: marketNow,
    resolve: (symbol, signal) => client.resolveStock(symbol, signal),
    windDown: (of, signal) => windDown(parts, of, signal),
    cancel: async (orderId, _who, signal) => {
      await cancelOrder({ database, gateway: await gateways.open(MAIN_SESSION), clock }, orderId, signal);
    },
    settle: async (of, signal) => {
      await settleBlock({ database, gateway: await gateways.open(MAIN_SESSION), clock }, of, signal);
    },
  };
  const describe = () => {
    const { state, reason } = client.health();
    const name = kind === "simulator" ? "gateway simulator" : `IBKR gateway ${config.gatewayUrl ?? ""}`;
    const details = [
      marketDate === "" ? null : `market date ${marketDate}`,
      account() === null ? null : `account ${account()}`,
      state === "ready" ? null : `NOT READY: ${reason}`,
    ];
    return [name, ...details.filter((part) => part !== null)].join(", ");
  };
  return { port, describe };
}

const CHECK_MS = 30_000;

function healthCheck(health: SessionHealth, now: Date): HealthCheck {
  const { penaltyUntil, lastProvenAt: provenAt } = health;
  const name = "broker";
  if (penaltyUntil !== null && new Date(penaltyUntil) > now) {
    const detail = `IBKR answered "too many requests": nothing is sent before ${penaltyUntil}. The desk goes on by itself then.`;
    return { name, state: "down", detail, provenAt };
  }
  const state = health.state === "ready" ? "ok" : health.state === "unchecked" ? "degraded" : "down";
  return { name, state, detail: health.reason, todo: adviceFor(health), provenAt };
}

/** HALTED last when closing: an exit only shrinks what is at stake, but a halted desk sends nothing at all. */
async function windDown(parts: BrokerParts, of: WindDown, signal: AbortSignal): Promise<WoundDown> {
  const { database, clock, gateways } = parts;
  const { reason, who, cancelOpen } = of;
  try {
    const deps = { database, clock, gateway: await gateways.open(MAIN_SESSION) };
    const state = of.flatten ? ("REDUCING" as const) : ("HALTED" as const);
    const halted = await halt(deps, { state, reason, who, cancelOpen }, signal);
    const exits = of.flatten
      ? await flatten(deps, { id: newId() as ExecutionId }, signal)
      : { sent: [], failed: [] };
    return {
      cancelRequested: halted.cancelRequested.length,
      exitsSent: exits.sent.length,
      failed: [
        ...halted.failed.map(({ orderId, error }) => `order ${orderId}: ${error.message}`),
        ...exits.failed.map(({ symbol, error }) => `${symbol}: ${error.message}`),
      ],
    };
  } finally {
    await setTradingState(database.db, { state: "HALTED", reason, who });
  }
}

/** How long the market waits for runs in hand before it refuses to move. */
const RUNS_IN_HAND_MS = 60_000;
const POLL_MS = 100;

/**
 * Null with a real broker: nobody moves its clock. Sessions pass one at a time and `afterMove` reads the orders back
 * after each: the gateway shows an order that ended on an earlier day no more. `beforeMove` is for what has to be seen at
 * the time that is left.
 */
export function openMarket(
  parts: BrokerParts & { beforeMove(): Promise<void>; afterMove(): Promise<void> },
): {
  control: MarketControl | null;
  tasks: WatchTask[];
} {
  if (parts.kind !== "simulator") return { control: null, tasks: [] };
  const { gateways, simulators, config } = parts;
  const nextSession = async (signal: AbortSignal): Promise<Date> =>
    gateways.remote === null
      ? new Date(simulators.open(MAIN_SESSION).next(1).now)
      : gateways.remote.next(1, signal);
  const control: MarketControl = {
    async next(sessions, signal) {
      let now = parts.clock.now();
      await parts.beforeMove();
      for (let moved = 0; moved < sessions; moved += 1) {
        await untilNothingInHand(parts, signal);
        now = await nextSession(signal);
        await parts.afterMove();
      }
      return now;
    },
    end: () => (gateways.remote === null ? endOf(simulators) : null),
  };
  const { paceSeconds } = config.market;
  const pace: WatchTask = {
    name: "market pace",
    everyMs: paceSeconds * 1000,
    run: async (signal) => {
      await control.next(1, signal);
    },
  };
  return { control, tasks: paceSeconds > 0 ? [pace] : [] };
}

/** A run analyses and orders for one session: moving the market under it would only make it stale. */
async function untilNothingInHand(parts: BrokerParts, signal: AbortSignal): Promise<void> {
  const { database, clock } = parts;
  const began = clock.monotonic();
  for (;;) {
    const runs = await runsInHand(database.db, MAIN_SESSION);
    if (runs === 0) return;
    signal.throwIfAborted();
    if (clock.monotonic() - began > RUNS_IN_HAND_MS) {
      throw new ConflictError(
        "runs_in_hand",
        `the market stands still while ${runs} symbol runs are at work; try again when they are done`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** The close of the last session of any bar. */
function endOf(simulators: Simulators): Date {
  const { market } = simulators.open(MAIN_SESSION);
  return sessionClose(sessionDate(market.last));
}
