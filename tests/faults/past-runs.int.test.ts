// Every way there is to bring a past run back: none of them sends an order.
import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { createCheckpointer } from "#graph/checkpointer.ts";
import { newScratch, type RunContext } from "#graph/context.ts";
import { DEFAULT_DESK_SETTINGS, type Desk, type DeskDeps } from "#graph/desk.ts";
import { compileGraph } from "#graph/graph.ts";
import { submitOrder } from "#graph/orders/submit.ts";
import { fileObjects } from "#store/artifacts/files.ts";
import { type ApprovalId, SessionDate, type SymbolRunId, Ticker, type VerdictId } from "#store/model/ids.ts";
import { ForkPoint } from "#store/model/run.ts";
import { getSymbolRun } from "#store/runs/symbol-runs.ts";
import { getWorkflowVersion } from "#store/strategies/workflows.ts";
import { ordersOfRun } from "#store/trading/orders.ts";
import { type DeskFixture, deskFixture, offlineAnalyst } from "#tests/graph/fixture/desk.ts";
import { testDatabase } from "#tests/support/database.ts";

const database = await testDatabase();
const { db } = database;
const BUY_DAY = SessionDate.parse("2018-03-01");
const job = { attemptsLeft: 0, signal: new AbortController().signal };

let fixture: DeskFixture;
let desk: Desk;
/** A run whose order was sent and filled. */
let past: SymbolRunId;

/** What the graph needs, for LangGraph's own replay past the desk's queue, lock and checks. */
function bareDeps(): DeskDeps {
  return {
    database,
    objects: fileObjects(path.join(tmpdir(), `countersign-past-${randomUUID()}`), randomUUID),
    gateways: { open: async (session) => fixture.gateway(session) },
    models: offlineAnalyst(),
    clock: fixture.clock,
    newId: randomUUID,
    enqueue: async () => {},
    settings: DEFAULT_DESK_SETTINGS,
  };
}

async function contextOf(id: SymbolRunId): Promise<RunContext> {
  const { execution, symbol } = await getSymbolRun(db, id);
  const { mode, gatewaySession, accountId, asOf, approval, dryRun, parameters } = execution;
  const { definition: workflow } = await getWorkflowVersion(db, execution.workflowVersionId);
  const rows = { mode, gatewaySession, accountId, asOf, approval, dryRun, fork: null, parameters, workflow };
  return {
    subject: { symbolRunId: id, executionId: execution.id, symbol, ...rows },
    signal: job.signal,
    requireSaved: () => {},
    gateway: async () => fixture.gateway(gatewaySession),
    scratch: newScratch(),
  };
}

const sent = () => fixture.simulator().orders().length;

beforeAll(async () => {
  fixture = await deskFixture({ database, start: BUY_DAY });
  desk = fixture.desk();
  const strategy = await fixture.strategy({ symbols: [Ticker.parse("AAPL")], approval: "auto" });
  const { symbolRunIds } = await desk.startExecution({ strategy: strategy.id });
  const [id] = symbolRunIds;
  if (id === undefined) throw new Error("no run");
  past = id;
  await fixture.drain(desk);
  for (let session = 0; session < 3 && (await fixture.status(past)) !== "done"; session += 1) {
    fixture.simulator().next();
    await fixture.track();
    await fixture.drain(desk);
  }
});

describe("faults: a past run that was sent", () => {
  test("is over, with one entry at the broker", async () => {
    expect(await fixture.status(past)).toBe("done");
    expect(
      fixture
        .simulator()
        .orders()
        .filter((order) => order.parentId === null),
    ).toHaveLength(1);
  });

  test.each(ForkPoint.options)("forked from %s sends nothing", async (from) => {
    const before = sent();
    const { symbolRunId: fork } = await desk.forkRun(past, { fromNode: from });
    await fixture.drain(desk);
    expect(await fixture.status(fork)).not.toBe("failed");
    expect(await ordersOfRun(db, fork)).toHaveLength(0);
    expect(sent()).toBe(before);
  });

  test("forked and given the source's own countersign is refused", async () => {
    const before = sent();
    const { symbolRunId: fork } = await desk.forkRun(past, { fromNode: "executor" });
    const [order] = await ordersOfRun(db, past);
    const verdictId = order?.verdictId as VerdictId;
    const approvalId = order?.approvalId as ApprovalId;
    const deps = { database, clock: fixture.clock, gateway: fixture.gateway() };
    await expect(submitOrder(deps, { symbolRunId: fork, verdictId, approvalId })).rejects.toMatchObject({
      code: "dry_run",
    });
    const { executionId } = await getSymbolRun(db, fork);
    await database.pool.query(
      "UPDATE executions SET dry_run = false, fork = null, approval = 'auto' WHERE id = $1",
      [executionId],
    );
    await expect(submitOrder(deps, { symbolRunId: fork, verdictId, approvalId })).rejects.toMatchObject({
      code: "not_countersigned",
    });
    await database.pool.query("UPDATE executions SET dry_run = true, approval = 'never' WHERE id = $1", [
      executionId,
    ]);
    await fixture.drain(desk);
    expect(sent()).toBe(before);
  });

  test("worked on, queued or submitted again sends nothing", async () => {
    const before = sent();
    expect(await desk.advance(past, job)).toMatchObject({ outcome: "finished" });
    fixture.queue.push(past, past);
    await fixture.drain(desk);
    await desk.requeueUnfinished();
    await fixture.drain(desk);
    expect(await desk.retryFailed((await getSymbolRun(db, past)).executionId)).toEqual([]);
    const [order] = (await ordersOfRun(db, past)).filter((row) => row.leg === "entry");
    const again = await submitOrder(
      { database, clock: fixture.clock, gateway: fixture.gateway() },
      {
        symbolRunId: past,
        verdictId: order?.verdictId as VerdictId,
        approvalId: order?.approvalId as ApprovalId,
      },
    );
    expect(again.entryOrderId).toBe(order?.id);
    expect(sent()).toBe(before);
  });

  test("with its status turned back ends again as it did, without a node or an order", async () => {
    const before = sent();
    const nodes = await fixture.counts(past);
    for (const status of ["queued", "working", "waiting_approval"]) {
      await database.pool.query("UPDATE symbol_runs SET status = $2 WHERE id = $1", [past, status]);
      await desk.advance(past, job);
      expect(await fixture.status(past)).toBe("done");
    }
    expect(await fixture.counts(past)).toEqual(nodes);
    expect(sent()).toBe(before);
  });

  test("replayed by LangGraph itself from each of its checkpoints sends nothing", async () => {
    const before = sent();
    const nodes = await fixture.counts(past);
    const graph = compileGraph(bareDeps(), createCheckpointer(database, randomUUID));
    const history = [];
    for await (const snapshot of graph.getStateHistory({ configurable: { thread_id: past } }))
      history.push(snapshot);
    expect(history.length).toBeGreaterThan(8);
    for (const { config, next } of history) {
      if (next.length === 0) continue;
      const context = { run: await contextOf(past) };
      await graph.invoke(null, { ...config, context, durability: "sync" });
    }
    expect(await fixture.counts(past)).toEqual(nodes);
    expect(sent()).toBe(before);
  });
});
