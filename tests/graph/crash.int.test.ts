// A process that dies at any point of any node: the next one goes on, and nothing that had finished runs again.
// The death is a desk that never returns from the point, whose database connections are then cut: its lock goes with them.
import { describe, expect, test } from "vitest";
import type { Desk } from "#graph/desk.ts";
import { listLlmCalls } from "#store/agents/llm-calls.ts";
import { openDatabase } from "#store/database.ts";
import { SessionDate, type SymbolRunId, Ticker } from "#store/model/ids.ts";
import { NODE_NAMES } from "#store/model/run.ts";
import { listNodeEvents } from "#store/runs/node-events.ts";
import { approvalsOfRun } from "#store/trading/approvals.ts";
import { ordersOfRun } from "#store/trading/orders.ts";
import { testDatabase } from "#tests/support/database.ts";
import { type DeskFixture, deskFixture } from "./fixture/desk.ts";

const database = await testDatabase();
const START = SessionDate.parse("2018-03-01");
const AAPL = Ticker.parse("AAPL");
const MORTAL = "countersign-mortal";

/** Advances the run with a desk that dies at `step`; resolves when it is dead. */
async function dieAt(fixture: DeskFixture, id: SymbolRunId, step: string): Promise<boolean> {
  const mortal = await openDatabase({ url: database.url, applicationName: MORTAL });
  let reached = false;
  let arrived = () => {};
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const desk = fixture.desk({
    database: mortal,
    onStep: (at) => {
      if (at !== step || reached) return;
      reached = true;
      arrived();
      return new Promise<void>(() => {}); // never goes on
    },
  });
  const ended = desk.advance(id, { signal: new AbortController().signal, attemptsLeft: 0 });
  await Promise.race([arrival, ended]);
  await database.pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = $1",
    [MORTAL],
  );
  mortal.close().catch(() => undefined);
  return reached;
}

/** The server needs a moment to see a connection cut, and the lock goes with it. */
async function mortalGone(): Promise<void> {
  const count =
    "select count(*)::int as n from pg_stat_activity where datname = current_database() and application_name = $1";
  const alive = async () => (await database.pool.query<{ n: number }>(count, [MORTAL])).rows[0]?.n;
  await expect.poll(alive, { interval: 5 }).toBe(0);
}

async function finishedTwice(id: SymbolRunId): Promise<string[]> {
  const events = await listNodeEvents(database.db, id);
  const finished = events
    .filter((event) => event.kind === "finished")
    .map((event) => `${event.node} ${event.visit}`);
  const restarted = events.flatMap((event, index) =>
    event.kind === "started" &&
    events.slice(0, index).some((earlier) => earlier.kind === "finished" && earlier.node === event.node)
      ? [`${event.node} ran again`]
      : [],
  );
  return [...finished.filter((name, index) => finished.indexOf(name) !== index), ...restarted];
}

const POINTS = [
  ...NODE_NAMES.map((node) => `${node}:recorded`),
  // Where a second run of the body would cost most: a model's answer, a countersign, an order.
  ...["executor", "approval", "submit_order", "order_working"].map((node) => `${node}:done`),
];

/** One move of whoever the run waits for: the person approves, the market goes on. */
async function outsideMoves(
  fixture: DeskFixture,
  desk: Desk,
  of: { id: SymbolRunId; session: string },
): Promise<void> {
  const status = await fixture.status(of.id);
  if (status === "waiting_approval") {
    const row = (await approvalsOfRun(database.db, of.id)).find((approval) => approval.status === "pending");
    if (row === undefined) throw new Error("waits without a question");
    const yes = {
      approvalId: row.id,
      answer: { action: "approve" as const },
      who: "tester",
      channel: "cli" as const,
    };
    await desk.answerApproval(yes);
  }
  if (status === "working") {
    fixture.simulator(of.session).next();
    await fixture.track(of.session);
  }
}

describe("killed", () => {
  test.each(POINTS)(
    "at %s, the run goes on without running a finished node again, and sends one order",
    async (point) => {
      const fixture = await deskFixture({ database, start: START });
      const strategy = await fixture.strategy({ symbols: [AAPL], approval: "ask" });
      const desk = fixture.desk();
      const started = await desk.startExecution({ strategy: strategy.id, asOf: START });
      const [id] = started.symbolRunIds;
      if (id === undefined) throw new Error("no run");
      const session = `replay-${START}-${started.executionId.slice(0, 8)}`;

      let dead = false;
      for (let moves = 0; moves < 4 && (await fixture.status(id)) !== "done"; moves += 1) {
        if (!dead) {
          dead = await dieAt(fixture, id, point);
          await mortalGone();
        }
        fixture.queue.push(id);
        await fixture.drain(desk);
        await outsideMoves(fixture, desk, { id, session });
      }
      fixture.queue.push(id);
      await fixture.drain(desk);

      expect(dead).toBe(true);
      expect(await fixture.status(id)).toBe("done");
      expect(await finishedTwice(id)).toEqual([]);
      const orders = await ordersOfRun(database.db, id);
      expect(orders.map((order) => order.leg).sort()).toEqual(["entry", "stop", "target"]);
      expect(fixture.simulator(session).orders()).toHaveLength(3);
      expect(await approvalsOfRun(database.db, id)).toHaveLength(1);
    },
  );

  test("between the executor's prompts, the first answer is not paid for twice", async () => {
    const fixture = await deskFixture({ database, start: START });
    const strategy = await fixture.strategy({ symbols: [AAPL], approval: "never" });
    const desk = fixture.desk();
    const { symbolRunIds } = await desk.startExecution({ strategy: strategy.id, asOf: START });
    const [id] = symbolRunIds;
    if (id === undefined) throw new Error("no run");
    await dieAt(fixture, id, "executor:done");
    await mortalGone();
    fixture.queue.push(id);
    await fixture.drain(desk);
    const stages = (await listLlmCalls(database.db, id)).map((call) => call.stage).sort();
    expect(stages).toEqual(
      ["consolidation", "decision", "risk_review", "technical_analysis", "weekly_trend"].sort(),
    );
  });
});
