// Two hands on one run: one wins, the other is told or does nothing, and nothing is lost.
import { beforeEach, describe, expect, test } from "vitest";
import type { Desk } from "#graph/desk.ts";
import { UnavailableError } from "#store/model/errors.ts";
import { type ApprovalId, SessionDate, type SymbolRunId, Ticker } from "#store/model/ids.ts";
import { listNodeEvents } from "#store/runs/node-events.ts";
import { getSymbolRun } from "#store/runs/symbol-runs.ts";
import { approvalsOfRun } from "#store/trading/approvals.ts";
import { ordersOfRun } from "#store/trading/orders.ts";
import { testDatabase } from "#tests/support/database.ts";
import { type DeskFixture, deskFixture } from "./fixture/desk.ts";

const database = await testDatabase();
const { db } = database;
const START = SessionDate.parse("2018-03-01");
const AAPL = Ticker.parse("AAPL");
const signal = new AbortController().signal;

let fixture: DeskFixture;
let desk: Desk;
beforeEach(async () => {
  fixture = await deskFixture({ database, start: START });
  desk = fixture.desk();
});

async function queued(): Promise<SymbolRunId> {
  const strategy = await fixture.strategy({ symbols: [AAPL] });
  const { symbolRunIds } = await desk.startExecution({ strategy: strategy.id, asOf: START });
  const [id] = symbolRunIds;
  if (id === undefined) throw new Error("no run");
  return id;
}

async function waiting(): Promise<{ id: SymbolRunId; approvalId: ApprovalId }> {
  const id = await queued();
  await fixture.drain(desk);
  const [row] = await approvalsOfRun(db, id);
  if (row === undefined) throw new Error("no approval");
  return { id, approvalId: row.id };
}

const yes = { action: "approve" as const };

describe("approvals", () => {
  test("of two answers at once one wins and the other is told", async () => {
    const { id, approvalId } = await waiting();
    const answers = await Promise.allSettled([
      desk.answerApproval({ approvalId, answer: yes, who: "left", channel: "web" }),
      fixture.desk().answerApproval({ approvalId, answer: yes, who: "right", channel: "cli" }),
    ]);
    expect(answers.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    const lost = answers.find((one) => one.status === "rejected");
    expect(lost?.reason).toMatchObject({ code: "approval_answered", facts: { status: "approved" } });
    expect(fixture.queue).toEqual([id]);
  });

  test("an answer to a finished run is refused with its state", async () => {
    const { id, approvalId } = await waiting();
    await desk.answerApproval({
      approvalId,
      answer: { action: "reject", reason: "no" },
      who: "t",
      channel: "cli",
    });
    await fixture.drain(desk);
    await expect(
      desk.answerApproval({ approvalId, answer: yes, who: "late", channel: "cli" }),
    ).rejects.toMatchObject({ code: "approval_answered", facts: { status: "rejected" } });
    expect(await desk.advance(id, { signal, attemptsLeft: 0 })).toEqual({
      outcome: "finished",
      status: "done",
    });
  });

  test("an answer given while the run is still being asked is not lost", async () => {
    const id = await queued();
    fixture.queue.length = 0;
    let answered: Promise<unknown> | undefined;
    // The question is stored before the node interrupts: somebody may be quicker than the worker.
    const slow = fixture.desk({
      onStep: async (step) => {
        if (step !== "approval:started" || answered !== undefined) return;
        answered = answerWhenAsked(id);
      },
    });
    await slow.advance(id, { signal, attemptsLeft: 0 });
    await answered;
    // The job that the answer has queued found the thread busy or finds it done; either way the order is there.
    await fixture.drain(desk);
    expect(await fixture.status(id)).toBe("working");
    expect(await ordersOfRun(db, id)).toHaveLength(3);
  });

  async function answerWhenAsked(id: SymbolRunId): Promise<void> {
    await expect.poll(async () => (await approvalsOfRun(db, id)).length, { interval: 1 }).toBe(1);
    const [row] = await approvalsOfRun(db, id);
    if (row !== undefined)
      await desk.answerApproval({ approvalId: row.id, answer: yes, who: "quick", channel: "api" });
  }
});

describe("workers", () => {
  test("of two on one run one goes on, the other finds it busy, and each node runs once", async () => {
    const id = await queued();
    const other = fixture.desk();
    const results = await Promise.all([
      desk.advance(id, { signal, attemptsLeft: 0 }),
      other.advance(id, { signal, attemptsLeft: 0 }),
    ]);
    expect(results.map((one) => one.outcome).sort()).toEqual(["busy", "waiting"]);
    for (const [started] of Object.values(await fixture.counts(id))) expect(started).toBe(1);
  });

  test("a waiting run that is worked on without an answer stays as it is", async () => {
    const { id } = await waiting();
    const before = (await listNodeEvents(db, id)).length;
    expect(await desk.advance(id, { signal, attemptsLeft: 0 })).toEqual({
      outcome: "waiting",
      status: "waiting_approval",
    });
    expect(await listNodeEvents(db, id)).toHaveLength(before);
  });

  test("a stopping desk parks its run, which goes on later at the next node", async () => {
    const id = await queued();
    const stopping = new AbortController();
    const parked = await fixture
      .desk({
        onStep: (step) => {
          if (step === "charts:recorded") stopping.abort(new UnavailableError("desk_stopping", "stopping"));
        },
      })
      .advance(id, { signal: stopping.signal, attemptsLeft: 0 });
    expect(parked).toEqual({ outcome: "parked", status: "queued" });
    expect((await getSymbolRun(db, id)).error).toBeNull();
    await fixture.drain(desk);
    expect(await fixture.status(id)).toBe("waiting_approval");
    expect(await fixture.counts(id)).toMatchObject({ market_data: [1, 1], charts: [1, 1] });
  });

  test("leave no listener on the worker's long-lived signal", async () => {
    const worker = new AbortController();
    const id = await queued();
    let attached = 0;
    const add = worker.signal.addEventListener.bind(worker.signal);
    const remove = worker.signal.removeEventListener.bind(worker.signal);
    worker.signal.addEventListener = (...of: Parameters<typeof add>) => {
      attached += 1;
      add(...of);
    };
    worker.signal.removeEventListener = (...of: Parameters<typeof remove>) => {
      attached -= 1;
      remove(...of);
    };
    await desk.advance(id, { signal: worker.signal, attemptsLeft: 0 });
    expect(attached).toBe(0);
  });

  test("a run of another graph version is refused with a clear error", async () => {
    const { id, approvalId } = await waiting();
    const { executionId } = await getSymbolRun(db, id);
    await database.pool.query("update executions set graph_version = '0' where id = $1", [executionId]);
    await desk.answerApproval({ approvalId, answer: yes, who: "t", channel: "cli" });
    await fixture.drain(desk);
    const run = await getSymbolRun(db, id);
    expect([run.status, run.error?.code]).toEqual(["failed", "graph_version_changed"]);
    expect(await ordersOfRun(db, id)).toHaveLength(0);
  });

  test("a run that fails while it asks takes its question back", async () => {
    const { id, approvalId } = await waiting();
    const { executionId } = await getSymbolRun(db, id);
    await database.pool.query("update executions set graph_version = '0' where id = $1", [executionId]);
    await desk.advance(id, { signal: new AbortController().signal, attemptsLeft: 0 });
    expect((await approvalsOfRun(db, id)).map((approval) => approval.status)).toEqual(["expired"]);
    const answer = desk.answerApproval({ approvalId, answer: yes, who: "t", channel: "cli" });
    await expect(answer).rejects.toThrow(/expired/);
  });
});
