// Questions that come again, and a crash between the broker's question, a person's yes and the order that then goes out.
import { beforeEach, describe, expect, test } from "vitest";
import { submitOrder } from "#graph/orders/submit.ts";
import { ORDER_STEPS, type OrderStep } from "#graph/orders/types.ts";
import { leavingReplays } from "#server/jobs/replays-at-home.ts";
import { ApprovalQuestion } from "#store/model/approval.ts";
import { SessionDate, type SymbolRunId, Ticker } from "#store/model/ids.ts";
import { toDecimalString } from "#store/model/money.ts";
import { getSymbolRun } from "#store/runs/symbol-runs.ts";
import { approvalsOfRun } from "#store/trading/approvals.ts";
import { ordersOfRun } from "#store/trading/orders.ts";
import { testDatabase } from "#tests/support/database.ts";
import { type DeskFixture, deskFixture } from "../fixture/desk.ts";
import { emptyBook } from "./reset.ts";
import { orderRig, QUIET } from "./rig.ts";

const database = await testDatabase();
const { db } = database;
const AAPL = Ticker.parse("AAPL");
const START = SessionDate.parse("2018-03-01");
const NONE = { disagreement: false, firstTrade: false, liveMode: false };

describe("a question that comes again", () => {
  let fixture: DeskFixture;
  beforeEach(async () => {
    fixture = await deskFixture({ database, start: START });
  });

  async function asked(approval: "ask" | "conditions"): Promise<SymbolRunId> {
    const askWhen = approval === "ask" ? {} : { ...NONE, valueAbove: toDecimalString(1) };
    const strategy = await fixture.strategy({
      symbols: [AAPL],
      approval,
      askWhen,
      risk: { riskPerTrade: toDecimalString("0.002") },
    });
    const desk = fixture.desk();
    const { symbolRunIds } = await desk.startExecution({ strategy: strategy.id, asOf: START });
    await fixture.drain(desk);
    const [id] = symbolRunIds;
    if (id === undefined) throw new Error("no run");
    return id;
  }
  const newest = async (id: SymbolRunId) => {
    const row = (await approvalsOfRun(db, id)).at(-1);
    if (row === undefined) throw new Error("nothing was asked");
    return { row, shown: ApprovalQuestion.parse(row.shown) };
  };

  test("goes to the person who was asked before, whatever the conditions say now", async () => {
    const id = await asked("conditions");
    const { row, shown } = await newest(id);
    const stopPrice = toDecimalString((Number(shown.plan.stopPrice) - 20).toFixed(2));
    const targetPrice = toDecimalString((Number(shown.plan.targetPrice) + 60).toFixed(2));
    const edit = { quantity: null, limitPrice: null, stopPrice, targetPrice };
    const desk = fixture.desk();
    await desk.answerApproval({
      approvalId: row.id,
      answer: { action: "edit", edit },
      who: "anna",
      channel: "cli",
    });
    await fixture.drain(desk);
    const again = await newest(id);
    expect(again.shown.asked).toBe(2);
    expect(again.shown.because.map((reason) => reason.code)).toContain("asked_before");
    expect(again.row.status).toBe("pending");
  });

  test("is put for the next session when a yes in time is carried out after its own", async () => {
    const id = await asked("ask");
    const { row, shown } = await newest(id);
    expect(shown.session).toBe("2018-03-02");
    const desk = fixture.desk();
    await desk.answerApproval({
      approvalId: row.id,
      answer: { action: "approve" },
      who: "anna",
      channel: "cli",
    });
    // The desk comes to it only when that session is over.
    const { gatewaySession } = (await getSymbolRun(db, id)).execution;
    fixture.simulator(gatewaySession).next();
    await fixture.drain(desk);
    expect(await ordersOfRun(db, id)).toEqual([]);
    const again = await newest(id);
    expect(again.shown).toMatchObject({ asked: 2, session: "2018-03-05" });
    expect(again.row.status).toBe("pending");
  });
});

test("a replay stays with the desk: a further worker leaves it alone, and does what is of the main session", async () => {
  const fixture = await deskFixture({ database, start: START });
  const desk = fixture.desk();
  const { id: strategy } = await fixture.strategy({ symbols: [AAPL] });
  const work = leavingReplays(database, desk);
  const options = { signal: new AbortController().signal, attemptsLeft: 0 };
  const replay = (await desk.startExecution({ strategy, asOf: START })).symbolRunIds[0];
  const main = (await desk.startExecution({ strategy })).symbolRunIds[0];
  if (replay === undefined || main === undefined) throw new Error("no run");
  expect(await work(replay, options)).toEqual({ outcome: "busy", status: "queued" });
  expect(await fixture.counts(replay)).toEqual({});
  expect((await work(main, options)).outcome).not.toBe("busy");
});

describe("a crash after a person has answered the broker's question", () => {
  class Crash extends Error {}

  test.each(ORDER_STEPS)("at %s leaves one order, sent once it was looked up", async (deadly: OrderStep) => {
    await emptyBook(database);
    const rig = await orderRig(database, { bars: [QUIET], settings: { orders: { valueLimit: 100 } } });
    const request = await rig.countersigned();
    const first = await submitOrder(rig.deps, request);
    expect(first).toMatchObject({ kind: "question", status: "REJECTED" });
    expect(rig.simulator.orders()).toEqual([]);
    const answered = { ...request, confirmedByPerson: ["o451"] };
    const mortal = rig.restarted((step) => {
      if (step === deadly) throw new Crash(step);
    });
    await submitOrder(mortal, answered).catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
    for (let tries = 0; tries < 3; tries += 1) {
      rig.clock.advance(31_000);
      await submitOrder(rig.restarted(), answered);
    }
    expect(rig.simulator.orders().filter((order) => order.parentId === null)).toHaveLength(1);
    const entries = (await ordersOfRun(db, request.runId)).filter((order) => order.leg === "entry");
    expect(entries.filter((order) => /^(SUBMITTED|ACCEPTED)$/.test(order.status))).toHaveLength(1);
    expect(entries[0]).toMatchObject({ attempt: 0, status: "REJECTED" });
  });
});
