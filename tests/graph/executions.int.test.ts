// Starting, replaying and forking executions: what is checked, what is written together, what can never be sent.
import { beforeEach, describe, expect, test } from "vitest";
import type { Desk } from "#graph/desk.ts";
import { submitOrder } from "#graph/orders/submit.ts";
import { decisionsOfRun } from "#store/agents/decisions.ts";
import { loadBars } from "#store/market/bars.ts";
import { SessionDate, type SymbolRunId, Ticker } from "#store/model/ids.ts";
import { findArtifact } from "#store/runs/artifacts.ts";
import { getExecution, listExecutions } from "#store/runs/executions.ts";
import { getSymbolRun } from "#store/runs/symbol-runs.ts";
import { approvalsOfRun } from "#store/trading/approvals.ts";
import { ordersOfRun } from "#store/trading/orders.ts";
import { testDatabase } from "#tests/support/database.ts";
import { type DeskFixture, deskFixture, offlineAnalyst } from "./fixture/desk.ts";

const database = await testDatabase();
const { db } = database;
const START = SessionDate.parse("2018-03-01");
const AAPL = Ticker.parse("AAPL");
const SPX = Ticker.parse("SPX");
const ready = { attemptsLeft: 0, signal: new AbortController().signal };

let fixture: DeskFixture;
let desk: Desk;
beforeEach(async () => {
  fixture = await deskFixture({ database, start: START });
  desk = fixture.desk();
});

async function first(asOf: SessionDate, approval: "ask" | "auto" | "never" = "never"): Promise<SymbolRunId> {
  const strategy = await fixture.strategy({ symbols: [AAPL], approval });
  const { symbolRunIds } = await desk.startExecution({ strategy: strategy.id, asOf });
  const [id] = symbolRunIds;
  if (id === undefined) throw new Error("no run");
  await fixture.drain(desk);
  return id;
}

describe("a request", () => {
  test("takes the strategy's symbols and policy, unless it names its own", async () => {
    const strategy = await fixture.strategy({ symbols: [AAPL, SPX], approval: "auto" });
    const whole = await desk.startExecution({ strategy: strategy.name });
    expect(whole.symbolRunIds).toHaveLength(2);
    expect(fixture.queue).toEqual(whole.symbolRunIds);
    expect(await getExecution(db, whole.executionId)).toMatchObject({
      approval: "auto",
      mode: "paper",
      gatewaySession: "main",
      dryRun: false,
      asOf: (await fixture.simulator().clock.now()).toISOString(),
    });
    const part = await desk.startExecution({ strategy: strategy.id, symbols: [SPX], approval: "never" });
    expect(await getExecution(db, part.executionId)).toMatchObject({ approval: "never", symbolCount: 1 });
  });

  test("names the field that is wrong", async () => {
    const strategy = (await fixture.strategy({ symbols: [AAPL] })).id;
    const start = (request: unknown) => desk.startExecution(request as Parameters<Desk["startExecution"]>[0]);
    const wrong = (field: string) => ({ code: "request_invalid", facts: { field } });
    await expect(start({ strategy, symbols: ["aapl; drop"] })).rejects.toMatchObject(wrong("symbols.0"));
    await expect(start({ strategy, symbols: [AAPL, AAPL] })).rejects.toMatchObject(wrong("symbols"));
    await expect(start({ strategy, colour: "red" })).rejects.toMatchObject(wrong("colour"));
    await expect(start({ strategy, asOf: "2018-02-30" })).rejects.toMatchObject(wrong("asOf"));
    await expect(start({ strategy: "no such" })).rejects.toMatchObject({ code: "strategy_not_found" });
  });

  test("for a day without a session is told the session before", async () => {
    const strategy = await fixture.strategy({ symbols: [AAPL] });
    await expect(
      desk.startExecution({ strategy: strategy.id, asOf: SessionDate.parse("2018-03-04") }),
    ).rejects.toMatchObject({
      code: "not_a_session",
      facts: { field: "asOf", previousSession: "2018-03-02" },
    });
  });

  test("whose jobs cannot be queued leaves no execution behind", async () => {
    const strategy = await fixture.strategy({ symbols: [AAPL] });
    const broken = fixture.desk({
      enqueue: async () => {
        throw new Error("queue down");
      },
    });
    await expect(broken.startExecution({ strategy: strategy.id })).rejects.toThrow("queue down");
    const { rows } = await listExecutions(db, { strategyId: strategy.id });
    expect(rows).toHaveLength(0);
  });
});

describe("a replay", () => {
  test("never sees a bar after its date, even when the cache knows what came next", async () => {
    const later = await first(SessionDate.parse("2018-04-16"));
    const early = await first(START);
    const fresh = await deskFixture({ database, start: START });
    expect(fresh).toBeDefined();
    const run = await getSymbolRun(db, early);
    const chart = await findArtifact(db, { symbolRunId: early, kind: "chart_png", timeframe: "weekly" });
    expect(chart).not.toBeNull();
    const [decision] = await decisionsOfRun(db, early);
    expect(decision?.currentPrice).toBe("175");
    expect((await decisionsOfRun(db, later))[0]?.currentPrice).toBe("175.82");
    const conid = run.conid;
    if (conid === null) throw new Error("no conid");
    const key = { source: "simulator:test", conid, limit: 1 };
    const weekly = await loadBars(db, { ...key, timeframe: "weekly", upTo: START });
    expect(weekly?.bars.at(-1)?.date).toBe("2018-02-20"); // the week of 26 February was still forming
  });

  test("of the same date gives the same charts and the same decision", async () => {
    const [one, two] = [await first(START), await first(START)];
    const shas = async (id: SymbolRunId) =>
      Promise.all(
        (["daily", "weekly"] as const).map(
          async (timeframe) =>
            (await findArtifact(db, { symbolRunId: id, kind: "chart_png", timeframe }))?.sha256,
        ),
      );
    expect(await shas(one)).toEqual(await shas(two));
    const told = async (id: SymbolRunId) => {
      const [row] = await decisionsOfRun(db, id);
      return [row?.signal, row?.currentPrice, row?.targetPrice, row?.stopPrice, row?.analysis];
    };
    expect(await told(one)).toEqual(await told(two));
  });

  test("asks the gateway for no bar that the cache holds", async () => {
    await first(START);
    const before = await first(START);
    const session = (await getSymbolRun(db, before)).execution.gatewaySession;
    const requests = fixture.simulator(session).journal.entries();
    expect(requests.filter((entry) => entry.path.includes("marketdata/history"))).toHaveLength(0);
  });
});

describe("a fork", () => {
  test("decides again on the recorded charts and reports, and can never send an order", async () => {
    const source = await first(START);
    const { symbolRunId: fork } = await desk.forkRun(source, { fromNode: "executor" });
    await fixture.drain(desk);
    expect(await fixture.status(fork)).toBe("done");
    const counts = await fixture.counts(fork);
    expect(counts).toMatchObject({ charts: [1, 1], executor: [1, 1], approval: [1, 1] });
    expect(counts).not.toHaveProperty("submit_order");
    expect((await getSymbolRun(db, fork)).execution.dryRun).toBe(true);
    expect(await approvalsOfRun(db, fork)).toHaveLength(0);
    expect(await ordersOfRun(db, fork)).toHaveLength(0);
    expect((await decisionsOfRun(db, fork)).map((row) => row.signal)).toEqual(["BUY"]);
  });

  test("sends nothing even when somebody turns its policy to auto", async () => {
    const source = await first(START);
    const { symbolRunId: fork } = await desk.forkRun(source, { fromNode: "market_data" });
    const { executionId } = await getSymbolRun(db, fork);
    await database.pool.query("update executions set approval = 'auto' where id = $1", [executionId]);
    await fixture.drain(desk);
    expect(await fixture.status(fork)).toBe("done");
    expect(await ordersOfRun(db, fork)).toHaveLength(0);
  });

  test("sends nothing when the order path is called for it past the graph, with a countersign that was given", async () => {
    const source = await first(START, "auto");
    const [sent] = await ordersOfRun(db, source);
    if (sent?.verdictId == null || sent.approvalId === null) throw new Error("the source was not sent");
    const { gatewaySession } = (await getSymbolRun(db, source)).execution;
    const journal = fixture.simulator(gatewaySession).journal;
    const posts = () =>
      journal.entries().filter(({ method, path }) => method === "POST" && /\/(orders|reply)/.test(path))
        .length;
    const before = posts();
    const { symbolRunId: fork } = await desk.forkRun(source, { fromNode: "executor" });
    await fixture.drain(desk);
    const gateway = fixture.gateway(gatewaySession);
    const countersign = { verdictId: sent.verdictId, approvalId: sent.approvalId };
    const send = () =>
      submitOrder({ database, clock: fixture.clock, gateway }, { ...countersign, symbolRunId: fork });
    await expect(send()).rejects.toMatchObject({ code: "dry_run" });
    const { executionId } = await getSymbolRun(db, fork);
    await database.pool.query(
      "update executions set approval = 'auto', dry_run = false, fork = null where id = $1",
      [executionId],
    );
    await expect(send()).rejects.toMatchObject({ code: "not_countersigned" });
    // The source itself, queued and sent once more, is over as well.
    await desk.advance(source, ready);
    await submitOrder({ database, clock: fixture.clock, gateway }, { ...countersign, symbolRunId: source });
    expect(posts()).toBe(before);
    expect(await ordersOfRun(db, fork)).toHaveLength(0);
    expect(await ordersOfRun(db, source)).toHaveLength(3);
  });

  test("of a run that never got that far is refused", async () => {
    const strategy = await fixture.strategy({ symbols: [Ticker.parse("NOSUCH")] });
    const { symbolRunIds } = await desk.startExecution({ strategy: strategy.id });
    const [id] = symbolRunIds;
    if (id === undefined) throw new Error("no run");
    await fixture.drain(desk);
    await expect(desk.forkRun(id, { fromNode: "charts" })).rejects.toMatchObject({ code: "fork_too_early" });
  });
});

describe("at start", () => {
  test("every unfinished run is queued again, and a job too many does nothing", async () => {
    const strategy = await fixture.strategy({ symbols: [AAPL] });
    const { symbolRunIds } = await desk.startExecution({ strategy: strategy.id, asOf: START });
    fixture.queue.length = 0;
    expect(await desk.requeueUnfinished()).toBeGreaterThan(0);
    expect(fixture.queue).toEqual(expect.arrayContaining([...symbolRunIds]));
    const [id] = symbolRunIds;
    if (id === undefined) throw new Error("no run");
    await desk.advance(id, ready);
    expect(await fixture.desk({ models: offlineAnalyst() }).advance(id, ready)).toMatchObject({
      outcome: "waiting",
    });
    fixture.queue.length = 0;
  });

  test("pruning leaves a waiting run that can still be answered", async () => {
    const id = await first(START, "ask");
    expect(await desk.pruneCheckpoints()).toBeGreaterThan(0);
    const [row] = await approvalsOfRun(db, id);
    if (row === undefined) throw new Error("no approval");
    await desk.answerApproval({
      approvalId: row.id,
      answer: { action: "approve" },
      who: "t",
      channel: "cli",
    });
    await fixture.drain(desk);
    expect(await fixture.status(id)).toBe("working");
    expect(await fixture.counts(id)).toMatchObject({ charts: [1, 1], risk_manager: [1, 1] });
  });
});
