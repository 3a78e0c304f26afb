// Whole runs through the graph to the simulator: what each ending leaves in the tables.
import { beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_DESK_SETTINGS, type Desk } from "#graph/desk.ts";
import { decisionsOfRun } from "#store/agents/decisions.ts";
import { listLlmCalls } from "#store/agents/llm-calls.ts";
import { listReports } from "#store/agents/reports.ts";
import type { ApprovalId, SymbolRunId } from "#store/model/ids.ts";
import { SessionDate, Ticker } from "#store/model/ids.ts";
import { toDecimalString } from "#store/model/money.ts";
import type { ApprovalAnswer } from "#store/model/run.ts";
import { listArtifacts } from "#store/runs/artifacts.ts";
import { getExecution } from "#store/runs/executions.ts";
import { listNodeEvents } from "#store/runs/node-events.ts";
import { getSymbolRun } from "#store/runs/symbol-runs.ts";
import { approvalsOfRun } from "#store/trading/approvals.ts";
import { fillsOfOrder } from "#store/trading/fills.ts";
import { ordersOfRun } from "#store/trading/orders.ts";
import { heldReservations, verdictsOfRun } from "#store/trading/verdicts.ts";
import { testDatabase } from "#tests/support/database.ts";
import { type DeskFixture, deskFixture, type StrategyOf } from "./fixture/desk.ts";

const database = await testDatabase();
const { db } = database;
const AAPL = Ticker.parse("AAPL");
const SPX = Ticker.parse("SPX");
/** After this close the rules propose to buy AAPL and to do nothing in SPX. */
const START = SessionDate.parse("2018-03-01");

let fixture: DeskFixture;
let desk: Desk;
beforeEach(async () => {
  fixture = await deskFixture({ database, start: START });
  desk = fixture.desk();
});

/** Every test has an account of its own: a replay session of its execution. */
async function start(of: StrategyOf, symbols = of.symbols): Promise<readonly SymbolRunId[]> {
  const strategy = await fixture.strategy(of);
  const { symbolRunIds } = await desk.startExecution({
    strategy: strategy.id,
    symbols: [...symbols],
    asOf: START,
  });
  await fixture.drain(desk);
  return symbolRunIds;
}

async function one(of: Omit<StrategyOf, "symbols">, symbol = AAPL): Promise<SymbolRunId> {
  const [id] = await start({ ...of, symbols: [symbol] });
  if (id === undefined) throw new Error("no run");
  return id;
}

async function pendingApproval(id: SymbolRunId): Promise<ApprovalId> {
  const row = (await approvalsOfRun(db, id)).find((approval) => approval.status === "pending");
  if (row === undefined) throw new Error("no pending approval");
  return row.id;
}

async function answer(id: SymbolRunId, given: ApprovalAnswer): Promise<void> {
  await desk.answerApproval({
    approvalId: await pendingApproval(id),
    answer: given,
    who: "tester",
    channel: "cli",
  });
  await fixture.drain(desk);
}

async function sessionOf(id: SymbolRunId): Promise<string> {
  return (await getSymbolRun(db, id)).execution.gatewaySession;
}

async function outcomeCode(id: SymbolRunId): Promise<unknown> {
  const events = await listNodeEvents(db, id);
  const record = events.find((event) => event.node === "record" && event.kind === "finished");
  return (record?.output as { outcome: { code: string } } | undefined)?.outcome.code;
}

describe("a proposal to buy", () => {
  test("waits for a person, is sent once approved, and is done when filled", async () => {
    const id = await one({});
    expect(await fixture.status(id)).toBe("waiting_approval");
    expect(await ordersOfRun(db, id)).toHaveLength(0);

    await answer(id, { action: "approve" });
    expect(await fixture.status(id)).toBe("working");
    const session = await sessionOf(id);
    fixture.simulator(session).next();
    await fixture.track(session);
    await fixture.drain(desk);

    const run = await getSymbolRun(db, id);
    expect(run.status).toBe("done");
    expect(await outcomeCode(id)).toBe("order_filled");
    const [entry, ...children] = await ordersOfRun(db, id);
    expect(entry?.status).toBe("FILLED");
    expect(children.map((order) => order.leg).sort()).toEqual(["stop", "target"]);
    expect(entry === undefined ? [] : await fillsOfOrder(db, entry.id)).not.toHaveLength(0);
    expect((await getExecution(db, run.executionId)).status).toBe("finished");
    expect(await heldReservations(db, entry?.accountId ?? fixture.gateway().accountId)).toHaveLength(0);
  });

  test("leaves its whole lineage behind", async () => {
    const id = await one({});
    const artifacts = await listArtifacts(db, { symbolRunId: id });
    expect(artifacts.map((artifact) => `${artifact.timeframe} ${artifact.kind}`).sort()).toEqual([
      "daily chart_png",
      "daily chart_spec",
      "daily market_data",
      "weekly chart_png",
      "weekly chart_spec",
      "weekly market_data",
    ]);
    const calls = await listLlmCalls(db, id);
    expect(calls.map((call) => call.stage).sort()).toEqual(
      ["consolidation", "decision", "risk_review", "technical_analysis", "weekly_trend"].sort(),
    );
    expect(await listReports(db, { symbolRunId: id })).toHaveLength(2);
    expect((await decisionsOfRun(db, id)).map((decision) => decision.signal)).toEqual(["BUY"]);
    expect((await verdictsOfRun(db, id)).map((verdict) => verdict.step)).toEqual(["gate", "review"]);
    const [approval] = await approvalsOfRun(db, id);
    expect(approval?.shown).toMatchObject({ symbol: "AAPL", asked: 1, decision: { signal: "BUY" } });
  });

  test("is never sent when a person rejects it", async () => {
    const id = await one({});
    await answer(id, { action: "reject", reason: "earnings tomorrow" });
    expect(await fixture.status(id)).toBe("done");
    expect(await outcomeCode(id)).toBe("rejected_by_person");
    expect(await ordersOfRun(db, id)).toHaveLength(0);
    expect(await heldReservations(db, fixture.gateway(await sessionOf(id)).accountId)).toHaveLength(0);
  });

  test("counts as rejected when nobody answers in time", async () => {
    const id = await one({});
    const approvalId = await pendingApproval(id);
    fixture.simulator(await sessionOf(id)).next();
    expect(await desk.expireApprovals()).toBe(1);
    await fixture.drain(desk);
    expect(await outcomeCode(id)).toBe("approval_expired");
    expect(await ordersOfRun(db, id)).toHaveLength(0);
    await expect(
      desk.answerApproval({ approvalId, answer: { action: "approve" }, who: "late", channel: "web" }),
    ).rejects.toMatchObject({ code: "approval_expired", facts: { status: "expired" } });
  });

  test("is sent with the quantity that a person lowered it to", async () => {
    const id = await one({});
    await answer(id, { action: "edit", edit: { quantity: toDecimalString(7), limitPrice: null } });
    const [entry] = await ordersOfRun(db, id);
    expect(entry).toMatchObject({ leg: "entry", quantity: "7" });
    expect((await approvalsOfRun(db, id)).map((approval) => approval.status)).toEqual(["edited"]);
  });

  test("cannot be enlarged by an edit", async () => {
    const id = await one({});
    const edit = { quantity: toDecimalString(1_000_000), limitPrice: null };
    await expect(answer(id, { action: "edit", edit })).rejects.toMatchObject({ code: "edit_quantity" });
    expect(await fixture.status(id)).toBe("waiting_approval");
  });

  test("is asked about again when the price has drifted since the question", async () => {
    const settings = { ...DEFAULT_DESK_SETTINGS, approvalExpiryHours: 24 };
    desk = fixture.desk({ settings });
    const id = await one({ risk: { maxEntryDistance: toDecimalString("0.5") } });
    fixture.simulator(await sessionOf(id)).next(6);
    await answer(id, { action: "approve" });
    expect(await fixture.status(id)).toBe("waiting_approval");
    const [first, second] = await approvalsOfRun(db, id);
    expect([first?.status, second?.status]).toEqual(["approved", "pending"]);
    expect(second?.shown).toMatchObject({ asked: 2, why: expect.stringContaining("moved") });
    await answer(id, { action: "approve" });
    expect(await ordersOfRun(db, id)).not.toHaveLength(0);
  });
});

describe("policies", () => {
  test("auto countersigns by the written policy and says so", async () => {
    const id = await one({ approval: "auto" });
    expect(await fixture.status(id)).toBe("working");
    expect(await approvalsOfRun(db, id)).toMatchObject([{ status: "approved", channel: "policy" }]);
    expect(await ordersOfRun(db, id)).toHaveLength(3);
  });

  test("never asks nobody and sends nothing", async () => {
    const id = await one({ approval: "never" });
    expect(await fixture.status(id)).toBe("done");
    expect(await outcomeCode(id)).toBe("policy_never");
    expect(await approvalsOfRun(db, id)).toHaveLength(0);
    expect(await ordersOfRun(db, id)).toHaveLength(0);
    expect(await heldReservations(db, fixture.gateway(await sessionOf(id)).accountId)).toHaveLength(0);
  });
});

describe("endings without an order", () => {
  test("HOLD is done without a verdict", async () => {
    const id = await one({}, SPX);
    expect(await fixture.status(id)).toBe("done");
    expect(await outcomeCode(id)).toBe("hold");
    expect(await verdictsOfRun(db, id)).toHaveLength(0);
    expect(await fixture.counts(id)).not.toHaveProperty("risk_gate");
  });

  test("a denial ends the run with its reason code", async () => {
    const id = await one({ risk: { maxStopDistance: toDecimalString("0.01") }, maxRevisions: 0 });
    expect(await fixture.status(id)).toBe("denied");
    expect(await outcomeCode(id)).toBe("stop_too_far");
    expect(await fixture.counts(id)).toMatchObject({ executor: [1, 1], risk_gate: [1, 1] });
  });

  test("a denial that a better proposal could cure goes back to the executor once", async () => {
    const id = await one({ risk: { maxStopDistance: toDecimalString("0.01") }, maxRevisions: 1 });
    expect(await fixture.counts(id)).toMatchObject({ executor: [2, 2] });
    expect((await decisionsOfRun(db, id)).map((decision) => decision.visit)).toEqual([0, 1]);
    expect(["denied", "done"]).toContain(await fixture.status(id));
    expect(await ordersOfRun(db, id)).toHaveLength(0);
  });

  test("one symbol's failure does not touch the others", async () => {
    const unknown = Ticker.parse("NOSUCH");
    const [held, failed] = await start({ symbols: [SPX, unknown] });
    if (held === undefined || failed === undefined) throw new Error("no runs");
    expect(await fixture.status(held)).toBe("done");
    const run = await getSymbolRun(db, failed);
    expect(run.status).toBe("failed");
    expect(run.error?.code).toMatch(/^[a-z_]+$/);
    expect((await getExecution(db, run.executionId)).status).toBe("finished");
  });
});
