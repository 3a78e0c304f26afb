// What the desk may do now, the market's clock, alerts and prompts over HTTP.
import { createRoute, z } from "@hono/zod-openapi";
import { ConflictError, DeskError } from "#store/model/errors.ts";
import { Instant } from "#store/model/ids.ts";
import type { TradingState } from "#store/model/risk.ts";
import { acknowledgeAlert, listAlerts, raiseAlert } from "#store/trading/alerts.ts";
import { currentTradingState, setTradingState } from "#store/trading/trading-state.ts";
import { nameOf } from "../../auth/guard.ts";
import type { WebDeps, WoundDown } from "../../deps.ts";
import { type Api, documented, failures, idempotencyHeader, json, jsonBody, newApi } from "../api.ts";
import { shaped } from "../schemas.ts";
import { Alert, CurrentTradingState } from "./schemas.ts";

const MARKET_DEADLINE_MS = 30_000;
/** Each session waits for runs in hand and reads the orders back, within the broker's pacing. */
const MOVE_DEADLINE_MS = 600_000;
const trading = ["trading-state"];
const market = ["market"];

export const Reason = z.strictObject({ reason: z.string().trim().min(1).max(500) }).openapi("Reason");

const getState = createRoute({
  method: "get",
  path: "/trading-state",
  tags: trading,
  summary: "Whether the desk may trade",
  responses: { 200: json(CurrentTradingState, "The present state and who set it."), ...failures() },
});

const setState = (path: "/trading-state/reduce" | "/trading-state/resume", summary: string) =>
  createRoute({
    method: "post",
    path,
    tags: trading,
    summary,
    request: { body: jsonBody(Reason) },
    responses: { 200: json(CurrentTradingState, "The state from now on."), ...failures(400) },
  });

const Halt = z
  .strictObject({
    reason: z.string().trim().min(1).max(500),
    cancelOpen: z
      .boolean()
      .default(false)
      .openapi({ description: "Cancel working entries; stops and targets stay." }),
    flatten: z.boolean().default(false).openapi({ description: "Close at the market what the desk holds." }),
  })
  .openapi("Halt");

const Halted = CurrentTradingState.extend({
  cancelRequested: z.number().int(),
  exitsSent: z.number().int(),
  failed: z.array(z.string()).openapi({ description: "What the broker did not take, in words." }),
}).openapi("Halted");

const halt = createRoute({
  method: "post",
  path: "/trading-state/halt",
  tags: trading,
  summary: "Stop all new orders, at once and for every worker",
  request: { body: jsonBody(Halt) },
  responses: { 200: json(Halted, "The state from now on, and what else was done."), ...failures(400) },
});
const reduce = setState("/trading-state/reduce", "Only orders that shrink exposure");
const resume = setState("/trading-state/resume", "Trade again");

const Clock = z
  .object({
    kind: z.enum(["ibkr", "simulator"]),
    now: documented(Instant, null, "Market time, UTC."),
    end: Instant.nullable().openapi({ description: "Simulator: last instant of its data, when known." }),
  })
  .openapi("MarketClock");

const clock = createRoute({
  method: "get",
  path: "/market",
  tags: market,
  summary: "The market's clock",
  responses: { 200: json(Clock, "Now, at the broker."), ...failures() },
});

const next = createRoute({
  method: "post",
  path: "/market/next",
  tags: market,
  summary: "Move the simulator's clock to just after a later session's close",
  request: {
    headers: idempotencyHeader,
    body: jsonBody(
      z.strictObject({ sessions: z.number().int().min(1).max(250).default(1) }).openapi("MarketNext"),
    ),
  },
  responses: { 200: json(Clock, "The clock after the move."), ...failures(400, 409) },
});

const alerts = createRoute({
  method: "get",
  path: "/alerts",
  tags: ["alerts"],
  summary: "What a person must come to know, newest first",
  request: { query: z.object({ all: z.enum(["true", "false"]).default("false") }) },
  responses: { 200: json(z.object({ rows: z.array(Alert) }), "Open alerts, or all."), ...failures() },
});

const acknowledge = createRoute({
  method: "post",
  path: "/alerts/{id}/acknowledge",
  tags: ["alerts"],
  summary: "Acknowledge an alert",
  request: { params: z.object({ id: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER) }) },
  responses: { 200: json(Alert, "The alert."), ...failures(404) },
});

/** Market time and how far the simulator's data reach. */
export async function marketClock(deps: WebDeps): Promise<z.output<typeof Clock>> {
  const now = await deps.broker.now(AbortSignal.timeout(MARKET_DEADLINE_MS));
  const end = deps.market?.end() ?? null;
  return {
    kind: deps.broker.kind,
    now: now.toISOString() as Instant,
    end: end === null ? null : (end.toISOString() as Instant),
  };
}

/** @throws ConflictError `not_a_simulator` with a real broker: its market moves by itself. */
export async function moveMarket(deps: WebDeps, sessions: number): Promise<z.output<typeof Clock>> {
  if (deps.market === null) {
    throw new ConflictError("not_a_simulator", "Only the gateway simulator's clock can be moved.");
  }
  await deps.market.next(sessions, AbortSignal.timeout(MOVE_DEADLINE_MS));
  return marketClock(deps);
}

export type HaltOrder = { reason: string; who: string; cancelOpen: boolean; flatten: boolean };

/**
 * Halts the desk, then does what else was asked. The state needs no gateway and holds in any case: what the broker did
 * not take, or could not be asked, is told in `failed` and as an alarm, never as a halt that did not happen.
 */
export async function haltDesk(deps: WebDeps, order: HaltOrder): Promise<z.output<typeof Halted>> {
  const { db } = deps.database;
  const { reason, who, cancelOpen, flatten } = order;
  await setTradingState(db, { state: flatten ? "REDUCING" : "HALTED", reason, who });
  let done: WoundDown = { cancelRequested: 0, exitsSent: 0, failed: [] };
  if (cancelOpen || flatten) {
    try {
      done = await deps.broker.windDown(
        { cancelOpen, flatten, reason, who },
        AbortSignal.timeout(MOVE_DEADLINE_MS),
      );
    } catch (error) {
      if (!(error instanceof DeskError)) throw error;
      done = { ...done, failed: [error.message] };
      await setTradingState(db, { state: "HALTED", reason, who });
    }
  }
  if (done.failed.length > 0) {
    const message = `Trading was halted, but not everything that was asked could be done: ${done.failed.join("; ")}`;
    await raiseAlert(db, {
      level: "alarm",
      code: "halt_incomplete",
      message,
      facts: { failed: done.failed },
    });
  }
  const now = shaped(CurrentTradingState, await currentTradingState(db));
  return { ...now, ...done, failed: [...done.failed] };
}

export function deskStateApi(deps: WebDeps): Api {
  const { db } = deps.database;
  const change = async (state: TradingState, reason: string, who: string) =>
    shaped(CurrentTradingState, await setTradingState(db, { state, reason, who }));
  return newApi()
    .openapi(getState, async (c) => c.json(shaped(CurrentTradingState, await currentTradingState(db)), 200))
    .openapi(halt, async (c) => {
      return c.json(await haltDesk(deps, { ...c.req.valid("json"), who: nameOf(c.get("caller")) }), 200);
    })
    .openapi(reduce, async (c) =>
      c.json(await change("REDUCING", c.req.valid("json").reason, nameOf(c.get("caller"))), 200),
    )
    .openapi(resume, async (c) =>
      c.json(await change("ACTIVE", c.req.valid("json").reason, nameOf(c.get("caller"))), 200),
    )
    .openapi(clock, async (c) => c.json(await marketClock(deps), 200))
    .openapi(next, async (c) => c.json(await moveMarket(deps, c.req.valid("json").sessions), 200))
    .openapi(alerts, async (c) => {
      const rows = await listAlerts(db, { all: c.req.valid("query").all === "true" });
      return c.json({ rows: rows.map((row) => shaped(Alert, row)) }, 200);
    })
    .openapi(acknowledge, async (c) => {
      const row = await acknowledgeAlert(db, c.req.valid("param").id, nameOf(c.get("caller")));
      return c.json(shaped(Alert, row), 200);
    });
}
