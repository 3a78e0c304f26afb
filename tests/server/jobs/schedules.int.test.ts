// Strategies that run by themselves: on the market's clock, each instant once, whoever looks and whatever was restarted.
import { beforeEach, describe, expect, test } from "vitest";
import type { Desk } from "#graph/desk.ts";
import { executionLines } from "#server/http/pages/lines.ts";
import { runDueSchedules, type SchedulerParts } from "#server/jobs/schedules.ts";
import { ExecutionTable } from "#server/views/parts/tables.tsx";
import { UnavailableError } from "#store/model/errors.ts";
import { derivedId, type ExecutionId, type PromptVersionId, SessionDate, Ticker } from "#store/model/ids.ts";
import { listExecutions } from "#store/runs/executions.ts";
import { scheduleHistories } from "#store/strategies/schedules.ts";
import { type StrategyRow, saveStrategy } from "#store/strategies/strategies.ts";
import { listAlerts } from "#store/trading/alerts.ts";
import { setTradingState } from "#store/trading/trading-state.ts";
import { testDatabase } from "#tests/support/database.ts";
import { exchangeTimeText } from "#tools/schedule.ts";
import { deskFixture, type StrategyOf } from "../../graph/fixture/desk.ts";

const database = await testDatabase();
const { db } = database;
const AAPL = Ticker.parse("AAPL");
const fixture = await deskFixture({ database, start: SessionDate.parse("2015-11-24") });
const desk = fixture.desk();
const AT_1545 = "45 15 * * 1-5";

/** The market's clock, which a test sets; the desk reads it, too. */
let now: Date;
beforeEach(() => {
  now = new Date("2015-11-24T21:00:00Z");
});

/** A scheduler as another process would have one: nothing is shared but the database. */
function scheduler(change: Partial<SchedulerParts> = {}): () => Promise<void> {
  const gateway = { ...fixture.gateway(), marketClock: { now: async () => now } };
  const gateways = { open: async () => gateway };
  const parts = { database, gateways, desk: fixture.desk({ gateways }), log: () => undefined, ...change };
  return () => runDueSchedules(parts, new AbortController().signal);
}

const strategyOf = (of: Partial<StrategyOf> = {}) =>
  fixture.strategy({ symbols: [AAPL], approval: "never", cron: AT_1545, ...of });

async function executionsOf({ id }: StrategyRow): Promise<ExecutionId[]> {
  return (await listExecutions(db, { strategyId: id, limit: 100 })).rows.map((row) => row.id);
}

async function historyOf({ id }: StrategyRow) {
  const history = (await scheduleHistories(db, [id])).get(id);
  if (history === undefined) throw new Error("no history");
  return history;
}

async function skipsOf(strategy: StrategyRow): Promise<string[]> {
  const { skips } = await historyOf(strategy);
  return skips.map(({ instant, code }) => `${exchangeTimeText(new Date(instant))} ${code}`);
}

test("a schedule begins when it is first seen, then runs once per instant on the market's clock", async () => {
  const strategy = await strategyOf();
  const look = scheduler();
  await look();
  expect(await executionsOf(strategy)).toEqual([]);
  now = new Date("2015-11-25T20:44:59Z");
  await look();
  expect(await executionsOf(strategy)).toEqual([]);
  now = new Date("2015-11-25T20:45:00Z");
  await look();
  await look();
  expect(await executionsOf(strategy)).toHaveLength(1);
  const { lastFiring, lookedUntil } = await historyOf(strategy);
  expect(lastFiring).toMatchObject({ result: "started", instant: "2015-11-25T20:45:00.000Z", missed: 0 });
  expect(lookedUntil).toBe("2015-11-25T20:45:00.000Z");
  // The analysis speaks about the market's time, not the machine's.
  const { rows } = await listExecutions(db, { strategyId: strategy.id });
  expect(rows[0]?.asOf).toBe("2015-11-25T20:45:00.000Z");
  const [line] = await executionLines(db, rows);
  expect(String(ExecutionTable({ rows: line === undefined ? [] : [line] }))).toContain("by its schedule");
});

test("holidays and the afternoon of an early close are skipped, and why is kept", async () => {
  now = new Date("2015-11-25T21:00:00Z");
  const strategy = await strategyOf();
  const look = scheduler();
  await look();
  for (const day of ["2015-11-26", "2015-11-27", "2015-11-28"]) {
    now = new Date(`${day}T21:30:00Z`);
    await look();
  }
  expect(await executionsOf(strategy)).toHaveLength(0);
  expect(await skipsOf(strategy)).toEqual(["2015-11-27 15:45 early_close", "2015-11-26 15:45 market_closed"]);
  expect((await historyOf(strategy)).skips[1]?.reason).toContain("no session on 2015-11-26");
});

test("what was missed while no desk ran becomes one run, also after a restart", async () => {
  const strategy = await strategyOf();
  await scheduler()();
  now = new Date("2015-12-04T23:00:00Z");
  await scheduler()();
  await scheduler()();
  expect(await executionsOf(strategy)).toHaveLength(1);
  const { lastFiring } = await historyOf(strategy);
  expect(lastFiring).toMatchObject({ instant: "2015-12-04T20:45:00.000Z", result: "started", missed: 5 });
  expect(await skipsOf(strategy)).toEqual(["2015-11-27 15:45 early_close", "2015-11-26 15:45 market_closed"]);
});

test("schedulers on one database that look at the same moment start one execution", async () => {
  const strategy = await strategyOf();
  const looks = Array.from({ length: 4 }, () => scheduler());
  await looks[0]?.();
  for (const day of ["25", "30"]) {
    now = new Date(`2015-11-${day}T21:00:00Z`);
    await Promise.all(looks.map((look) => look()));
  }
  expect(await executionsOf(strategy)).toHaveLength(2);
  const queued = new Set(fixture.queue);
  for (const id of await executionsOf(strategy))
    expect([...queued].filter((run) => run === derivedId("symbol-run", id, AAPL))).toHaveLength(1);
});

test("a process that dies before its transaction ends leaves the instant due", async () => {
  const strategy = await strategyOf();
  await scheduler()();
  now = new Date("2015-11-25T21:00:00Z");
  const dying: Pick<Desk, "startExecution"> = {
    startExecution: (request, options) =>
      desk.startExecution(request, {
        ...options,
        within: async (tx, id) => {
          await options?.within?.(tx, id);
          throw new UnavailableError("killed", "the process is gone");
        },
      }),
  };
  await expect(scheduler({ desk: dying })()).rejects.toMatchObject({ code: "killed" });
  expect(await executionsOf(strategy)).toEqual([]);
  expect((await historyOf(strategy)).lastFiring).toBeNull();
  await scheduler()();
  expect(await executionsOf(strategy)).toHaveLength(1);
});

test("an inactive strategy never runs, and nothing is made up for when it is switched on", async () => {
  const strategy = await strategyOf({ active: false });
  const look = scheduler();
  await look();
  now = new Date("2015-11-25T21:00:00Z");
  await look();
  const { id, name, workflowVersionId, parameters } = strategy;
  await saveStrategy(db, { id, name, active: true, workflowVersionId, parameters });
  await look();
  expect(await executionsOf(strategy)).toEqual([]);
  now = new Date("2015-11-30T21:00:00Z");
  await look();
  expect(await executionsOf(strategy)).toHaveLength(1);
});

test("another expression begins anew, and a schedule taken away starts nothing", async () => {
  const strategy = await strategyOf();
  const look = scheduler();
  await look();
  const { id, name, workflowVersionId, parameters } = strategy;
  const withCron = (cron: string | null) =>
    saveStrategy(db, {
      ...{ id, name, active: true, workflowVersionId },
      parameters: {
        ...parameters,
        schedule: cron === null ? null : { cron, timeZone: "America/New_York" as const },
      },
    });
  await withCron("0 10 * * 1-5");
  now = new Date("2015-11-25T16:00:00Z");
  await look(); // 10:00 had come before anyone saw the new expression
  expect(await executionsOf(strategy)).toEqual([]);
  await withCron(null);
  now = new Date("2015-11-30T21:00:00Z");
  await look();
  await withCron("0 10 * * 1-5");
  await look();
  expect(await executionsOf(strategy)).toEqual([]);
});

describe("instead of a run", () => {
  test("a halt is recorded with its reason, and the instant is not made up for", async () => {
    const strategy = await strategyOf();
    const look = scheduler();
    await look();
    await setTradingState(db, { state: "HALTED", reason: "fire drill", who: "tester" });
    now = new Date("2015-11-25T21:00:00Z");
    await look();
    await setTradingState(db, { state: "ACTIVE", reason: "over", who: "tester" });
    await look();
    expect(await executionsOf(strategy)).toEqual([]);
    expect(await skipsOf(strategy)).toEqual(["2015-11-25 15:45 trading_halted"]);
    expect((await historyOf(strategy)).skips[0]?.reason).toContain("fire drill");
  });

  test("a workflow that cannot run is recorded as failed, once", async () => {
    const promptVersionId = derivedId("prompt-version", "nothing") as PromptVersionId;
    const strategy = await strategyOf({ workflow: { agents: { decision: { promptVersionId } } } });
    const look = scheduler();
    await look();
    now = new Date("2015-11-25T21:00:00Z");
    await look();
    await look();
    const { lastFiring } = await historyOf(strategy);
    expect(lastFiring).toMatchObject({
      result: "failed",
      code: "workflow_prompt_unknown",
      executionId: null,
    });
    const alerts = (await listAlerts(db)).filter(({ message }) => message.startsWith(strategy.name));
    expect(alerts.map(({ code }) => code)).toEqual(["schedule_failed"]);
  });

  test("a broker that is away leaves the instant due, and keeps no other strategy waiting", async () => {
    const [first, second] = [await strategyOf(), await strategyOf()];
    await scheduler()();
    now = new Date("2015-11-25T21:00:00Z");
    const away: Pick<Desk, "startExecution"> = {
      startExecution: async (request, options) => {
        if (request.strategy === first.id) throw new UnavailableError("gateway_unreachable", "no answer");
        return desk.startExecution(request, options);
      },
    };
    await expect(scheduler({ desk: away })()).rejects.toMatchObject({ code: "gateway_unreachable" });
    expect(await executionsOf(first)).toEqual([]);
    expect(await executionsOf(second)).toHaveLength(1);
    await scheduler()();
    expect(await executionsOf(first)).toHaveLength(1);
  });
});

test("a market clock that was set back starts nothing a second time", async () => {
  const strategy = await strategyOf();
  const look = scheduler();
  await look();
  now = new Date("2015-11-25T21:00:00Z");
  await look();
  now = new Date("2015-11-24T21:00:00Z");
  await look();
  now = new Date("2015-11-25T21:00:00Z");
  await look();
  expect(await executionsOf(strategy)).toHaveLength(1);
  now = new Date("2015-11-30T21:00:00Z");
  await look();
  expect(await executionsOf(strategy)).toHaveLength(2);
});
