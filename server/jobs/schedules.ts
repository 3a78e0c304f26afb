// The scheduler: starts an execution for every strategy whose cron instant has come on the market's clock, once over all
// desks on the database. Effects: database, gateway's clock. How far it has looked is stored, so that a restart neither
// loses nor doubles an instant.
import type { Desk } from "#graph/desk.ts";
import { type GatewayRegistry, MAIN_SESSION } from "#graph/gateway.ts";
import type { Database, Db } from "#store/database.ts";
import { ConflictError, DeskError } from "#store/model/errors.ts";
import { derivedId, type ExecutionId, type Instant } from "#store/model/ids.ts";
import {
  beginLook,
  finishLook,
  firingAt,
  forgetUnscheduled,
  type LookDone,
  looksByStrategy,
  type NewFiring,
  type ScheduledStrategy,
  type ScheduleLookRow,
  scheduledStrategies,
} from "#store/strategies/schedules.ts";
import { raiseAlert } from "#store/trading/alerts.ts";
import { currentTradingState } from "#store/trading/trading-state.ts";
import { exchangeTimeText, type LeftOut, lookAt } from "#tools/schedule.ts";
import type { QueueLog } from "./queue.ts";
import type { WatchTask } from "./watch.ts";

export type SchedulerParts = {
  database: Database;
  desk: Pick<Desk, "startExecution">;
  gateways: GatewayRegistry;
  log: QueueLog;
};

const EVERY_MS = 15_000;
/** Clocks of two desks differ by seconds; a simulator's that was set back by more begins anew. */
const SET_BACK_MS = 3_600_000;

export function scheduleTask(parts: SchedulerParts): WatchTask {
  return { name: "schedules", everyMs: EVERY_MS, run: (signal) => runDueSchedules(parts, signal) };
}

/** One round over all schedules. A strategy that could not be started for now keeps no other waiting and is tried again. */
export async function runDueSchedules(parts: SchedulerParts, signal: AbortSignal): Promise<void> {
  const { db } = parts.database;
  await forgetUnscheduled(db);
  const scheduled = await scheduledStrategies(db);
  if (scheduled.length === 0) return;
  const gateway = await parts.gateways.open(MAIN_SESSION);
  const now = await gateway.marketClock.now(signal);
  const looks = await looksByStrategy(db);
  let failed: unknown = null;
  for (const strategy of scheduled) {
    signal.throwIfAborted();
    try {
      await lookAfter(parts, { strategy, known: looks.get(strategy.id), now });
    } catch (error) {
      failed ??= error;
    }
  }
  if (failed !== null) throw failed;
}

type Looked = { strategy: ScheduledStrategy; known: ScheduleLookRow | undefined; now: Date };

async function lookAfter(parts: SchedulerParts, of: Looked): Promise<void> {
  const { db } = parts.database;
  const { strategy, now } = of;
  const { cron } = strategy.parameters.schedule;
  const strategyId = strategy.id;
  const seen = await whereToGoOn(db, of);
  const after = new Date(seen.lookedUntil);
  if (after >= now) return;
  const look = lookAt(cron, { after, upTo: now });
  // Most looks see nothing, and write nothing.
  if (look.run === null && look.leftOut.length === 0) return;
  const done = { strategyId, seen, upTo: instantOf(now) };
  if (!strategy.active) {
    // Its instants pass by: nothing is made up for when it is switched on.
    await finishLook(db, { ...done, firings: [] });
    return;
  }
  const skips = look.leftOut.map(skipped);
  const run = look.run === null ? null : { instant: instantOf(look.run), missed: look.missed };
  if (run === null || (await firingAt(db, { strategyId, instant: run.instant })) !== null) {
    await finishLook(db, { ...done, firings: skips });
    return;
  }
  const halted = await haltedNow(db);
  if (halted !== null) {
    await finishLook(db, { ...done, firings: [...skips, { ...run, ...NOT_STARTED, ...halted }] });
    return;
  }
  await start(parts, strategy, { done: { ...done, firings: skips }, run });
}

async function whereToGoOn(db: Db, { strategy, known, now }: Looked): Promise<ScheduleLookRow> {
  const { cron } = strategy.parameters.schedule;
  const setBack = instantOf(new Date(now.getTime() + SET_BACK_MS));
  if (known !== undefined && known.cron === cron && known.lookedUntil <= setBack) return known;
  return beginLook(db, { strategyId: strategy.id, cron, now: instantOf(now), setBack });
}

async function start(
  { database, desk, log }: SchedulerParts,
  strategy: ScheduledStrategy,
  of: { done: LookDone; run: Pick<NewFiring, "instant" | "missed"> },
): Promise<void> {
  const { done, run } = of;
  const facts = { strategy: strategy.name, instant: run.instant, missed: run.missed };
  // The same id on every desk: two that come here at once make one execution.
  const id = derivedId("scheduled-execution", strategy.id, run.instant) as ExecutionId;
  const within = async (tx: Db, executionId: ExecutionId) => {
    const firing: NewFiring = { ...run, result: "started", code: null, reason: null, executionId };
    if (await finishLook(tx, { ...done, firings: [...done.firings, firing] })) return;
    throw new ConflictError("schedule_taken", "another desk has dealt with this instant");
  };
  try {
    const { executionId } = await desk.startExecution({ strategy: strategy.id }, { id, within });
    log({ ...facts, executionId }, "a schedule has started an execution");
  } catch (error) {
    if (error instanceof ConflictError && error.code === "schedule_taken") return;
    // Later, when the broker or the database is back; the instant stays due.
    if (!(error instanceof DeskError) || error.retryable) throw error;
    const failure = { result: "failed" as const, code: error.code, reason: error.message };
    const firings = [...done.firings, { ...run, ...NOT_STARTED, ...failure }];
    if (!(await finishLook(database.db, { ...done, firings }))) return; // told by the desk that was quicker
    await raiseAlert(database.db, {
      level: "warning",
      code: "schedule_failed",
      message: `${strategy.name} was due at ${exchangeTimeText(new Date(run.instant))} New York time and could not be started: ${error.message}`,
      facts: { strategyId: strategy.id, instant: run.instant, code: error.code },
    });
    log({ ...facts, code: error.code, reason: error.message }, "a schedule could not start its execution");
  }
}

const NOT_STARTED = { result: "skipped" as const, executionId: null };

/** While trading is halted nothing is started that could end in an order. */
async function haltedNow(db: Db): Promise<{ code: string; reason: string } | null> {
  const { state, reason } = await currentTradingState(db);
  if (state !== "HALTED") return null;
  return {
    code: "trading_halted",
    reason: reason === null ? "trading is halted" : `trading is halted: ${reason}`,
  };
}

function skipped({ instant, missed, code, reason }: LeftOut): NewFiring {
  return { instant: instantOf(instant), missed, code, reason, ...NOT_STARTED };
}

function instantOf(at: Date): Instant {
  return at.toISOString() as Instant;
}
