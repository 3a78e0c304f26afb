// Who is asked, why, until when, with what changes, and what the broker's own questions lead to.
import { beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_DESK_SETTINGS, type Desk } from "#graph/desk.ts";
import { ApprovalQuestion } from "#store/model/approval.ts";
import { SessionDate, type SymbolRunId, Ticker } from "#store/model/ids.ts";
import { dec, toDecimalString } from "#store/model/money.ts";
import type { ApprovalAnswer } from "#store/model/run.ts";
import { StrategyParameters } from "#store/model/strategy.ts";
import { getSymbolRun } from "#store/runs/symbol-runs.ts";
import { type ApprovalRow, approvalsOfRun } from "#store/trading/approvals.ts";
import { ordersOfRun } from "#store/trading/orders.ts";
import { verdictsOfRun } from "#store/trading/verdicts.ts";
import { testDatabase } from "#tests/support/database.ts";
import { type DeskFixture, deskFixture, type StrategyOf } from "./fixture/desk.ts";

const database = await testDatabase();
const { db } = database;
const AAPL = Ticker.parse("AAPL");
/** After this close the rules propose to buy AAPL. */
const START = SessionDate.parse("2018-03-01");
const NONE = { disagreement: false, firstTrade: false, liveMode: false } as const;
const yes = { action: "approve" } as const;

let fixture: DeskFixture;
let desk: Desk;
beforeEach(async () => {
  fixture = await deskFixture({ database, start: START });
  desk = fixture.desk();
});

async function one(of: Omit<StrategyOf, "symbols">): Promise<SymbolRunId> {
  const strategy = await fixture.strategy({ ...of, symbols: [AAPL] });
  const { symbolRunIds } = await desk.startExecution({ strategy: strategy.id, asOf: START });
  await fixture.drain(desk);
  const [id] = symbolRunIds;
  if (id === undefined) throw new Error("no run");
  return id;
}

async function newest(id: SymbolRunId): Promise<ApprovalRow> {
  const row = (await approvalsOfRun(db, id)).at(-1);
  if (row === undefined) throw new Error("nothing was asked");
  return row;
}

const shownTo = async (id: SymbolRunId) => ApprovalQuestion.parse((await newest(id)).shown);
const codes = async (id: SymbolRunId) => (await shownTo(id)).because.map((reason) => reason.code);

async function answer(id: SymbolRunId, given: ApprovalAnswer): Promise<void> {
  await desk.answerApproval({
    approvalId: (await newest(id)).id,
    answer: given,
    who: "tester",
    channel: "cli",
  });
  await fixture.drain(desk);
}

async function market(id: SymbolRunId) {
  return fixture.simulator((await getSymbolRun(db, id)).execution.gatewaySession);
}

const edit = (change: Partial<Record<"quantity" | "limitPrice" | "stopPrice" | "targetPrice", string>>) => {
  const price = (name: keyof typeof change) => {
    const text = change[name];
    return text === undefined ? null : toDecimalString(text);
  };
  return {
    action: "edit" as const,
    edit: {
      quantity: price("quantity"),
      limitPrice: price("limitPrice"),
      stopPrice: price("stopPrice"),
      targetPrice: price("targetPrice"),
    },
  };
};

describe("a person is asked", () => {
  test("about every order with policy ask, and is told so", async () => {
    const id = await one({});
    expect(await codes(id)).toEqual(["policy_ask"]);
  });

  test.each([
    ["a value above the strategy's", { ...NONE, valueAbove: toDecimalString(1) }, "value_above"],
    ["a loss above the strategy's", { ...NONE, lossAbove: toDecimalString(1) }, "loss_above"],
    ["the first trade of a symbol", { ...NONE, firstTrade: true }, "first_trade"],
  ] as const)("on the condition of %s", async (_words, askWhen, code) => {
    const id = await one({ approval: "conditions", askWhen });
    expect(await fixture.status(id)).toBe("waiting_approval");
    expect(await codes(id)).toEqual([code]);
  });

  test("not when no condition holds: then the policy answers and says which", async () => {
    const askWhen = {
      ...NONE,
      valueAbove: toDecimalString(10_000_000),
      lossAbove: toDecimalString(10_000_000),
    };
    const id = await one({ approval: "conditions", askWhen: { ...askWhen, liveMode: true } });
    expect(await fixture.status(id)).toBe("working");
    expect(await newest(id)).toMatchObject({
      status: "approved",
      channel: "policy",
      answeredBy: "approval policy: no condition holds",
    });
    expect(await codes(id)).toEqual([]);
  });

  test("conditions that could never hold are refused as parameters", () => {
    const parsed = StrategyParameters.safeParse({ symbols: ["AAPL"], approval: "conditions", askWhen: NONE });
    expect(parsed.error?.issues[0]?.path).toEqual(["askWhen"]);
    expect(StrategyParameters.safeParse({ symbols: ["AAPL"], askWhen: { valueAbove: "-5" } }).success).toBe(
      false,
    );
  });
});

describe("a question", () => {
  test("shows the price it was judged on and its age, and the session it is for", async () => {
    const id = await one({});
    const { reference, session, plan } = await shownTo(id);
    expect(session).toBe("2018-03-02");
    expect(reference).toMatchObject({
      price: plan.referencePrice,
      kind: "last_close",
      at: "2018-03-01T21:00:00.000Z",
      quality: null,
    });
    expect(reference?.ageSeconds).toBeLessThan(3600);
  });

  test("expires with its session on the market's clock, and that counts as rejected", async () => {
    const id = await one({});
    expect(await newest(id)).toMatchObject({ expiresAt: "2018-03-02T21:00:00.000Z", expiresOn: "market" });
    fixture.clock.skip(30 * 86_400_000);
    expect(await desk.expireApprovals()).toBe(0);
    (await market(id)).next();
    await expect(answer(id, yes)).rejects.toMatchObject({ code: "approval_expired" });
    expect(await desk.expireApprovals()).toBe(1);
    await fixture.drain(desk);
    expect(await newest(id)).toMatchObject({ status: "expired" });
    expect(await fixture.status(id)).toBe("done");
    expect(await ordersOfRun(db, id)).toHaveLength(0);
  });

  test("expires after hours on the machine's clock where the desk is set to that", async () => {
    desk = fixture.desk({ settings: { ...DEFAULT_DESK_SETTINGS, approvalExpiryHours: 24 } });
    const id = await one({});
    expect(await newest(id)).toMatchObject({ expiresOn: "machine" });
    fixture.clock.skip(25 * 3_600_000);
    expect(await desk.expireApprovals()).toBe(1);
    await fixture.drain(desk);
    expect(await fixture.status(id)).toBe("done");
  });

  test("racing its expiry has one end, and an order only when the answer won", async () => {
    const id = await one({});
    const { id: approvalId } = await newest(id);
    (await market(id)).next();
    const [answered, expired] = await Promise.allSettled([
      desk.answerApproval({ approvalId, answer: yes, who: "late", channel: "web" }),
      fixture.desk().expireApprovals(),
    ]);
    await fixture.drain(desk);
    expect(answered).toMatchObject({ status: "rejected", reason: { code: "approval_expired" } });
    expect(expired).toMatchObject({ status: "fulfilled", value: 1 });
    expect(await newest(id)).toMatchObject({ status: "expired" });
    expect(await ordersOfRun(db, id)).toHaveLength(0);
  });
});

describe("an edit", () => {
  test("of stop and target goes out exactly as typed, judged by the rules first", async () => {
    const id = await one({});
    const { plan } = await shownTo(id);
    const stop = dec(plan.stopPrice).minus(1).toFixed();
    const target = dec(plan.targetPrice).plus(2).toFixed();
    await answer(id, edit({ quantity: "5", stopPrice: stop, targetPrice: target }));
    const legs = await ordersOfRun(db, id);
    const leg = (name: string) => legs.find((order) => order.leg === name);
    expect(leg("entry")?.quantity).toBe("5");
    expect(dec(leg("stop")?.stopPrice ?? 0).equals(stop)).toBe(true);
    expect(dec(leg("target")?.limitPrice ?? 0).equals(target)).toBe(true);
    const verdict = (await verdictsOfRun(db, id)).at(-1);
    expect(verdict).toMatchObject({ step: "answer", snapshot: { decision: { stopPrice: stop } } });
  });

  test("that only repeats what was shown changes nothing but what differs", async () => {
    const id = await one({});
    const { plan } = await shownTo(id);
    const [limitPrice, stopPrice, targetPrice] = [`${plan.limitPrice}0`, plan.stopPrice, plan.targetPrice];
    await answer(id, edit({ quantity: "5", limitPrice, stopPrice, targetPrice }));
    const [entry] = await ordersOfRun(db, id);
    expect(entry).toMatchObject({ leg: "entry", quantity: "5", limitPrice: plan.limitPrice });
    const verdict = (await verdictsOfRun(db, id)).at(-1);
    expect(verdict?.plan).toMatchObject({
      limitPrice: plan.limitPrice,
      stopPrice,
      targetPrice,
      quantity: "5",
    });
    expect(verdict?.snapshot).not.toMatchObject({ requested: { limitPrice: expect.any(String) } });
    const again = await one({});
    const shown = (await shownTo(again)).plan;
    const same = edit({ quantity: shown.quantity, limitPrice: shown.limitPrice ?? "" });
    await expect(answer(again, same)).rejects.toMatchObject({ code: "edit_empty" });
  });

  test("beyond the rules is denied with their code and sends nothing", async () => {
    const id = await one({});
    const { plan } = await shownTo(id);
    const near = dec(plan.limitPrice ?? 0).plus("0.5");
    await answer(id, edit({ targetPrice: near.toFixed(1) }));
    expect(await fixture.status(id)).toBe("denied");
    expect((await verdictsOfRun(db, id)).at(-1)?.codes).toContain("r_below_minimum");
    expect(await ordersOfRun(db, id)).toHaveLength(0);
  });

  test("that widens the stop until fewer shares fit comes back as a new question with the stop kept", async () => {
    const id = await one({ risk: { riskPerTrade: toDecimalString("0.002") } });
    const { plan } = await shownTo(id);
    const stop = dec(plan.stopPrice).minus(20).toFixed();
    const target = dec(plan.targetPrice).plus(60).toFixed();
    await answer(id, edit({ stopPrice: stop, targetPrice: target }));
    expect(await fixture.status(id)).toBe("waiting_approval");
    const again = await shownTo(id);
    expect(again).toMatchObject({ asked: 2, why: expect.stringContaining("fit the limits now") });
    expect(dec(again.plan.stopPrice).equals(stop)).toBe(true);
    expect(dec(again.plan.quantity).lessThan(plan.quantity)).toBe(true);
    await answer(id, yes);
    const legs = await ordersOfRun(db, id);
    expect(dec(legs.find((order) => order.leg === "stop")?.stopPrice ?? 0).equals(stop)).toBe(true);
    expect(legs.find((order) => order.leg === "entry")?.quantity).toBe(again.plan.quantity);
  });

  test.each([
    ["on the wrong side", { stopPrice: "999" }, "edit_stop"],
    ["between two steps of the price", { stopPrice: "160.001" }, "edit_stop"],
    ["of the target below the entry", { targetPrice: "1" }, "edit_target"],
    ["that changes nothing", {}, "edit_empty"],
    ["below zero", { limitPrice: "-1" }, "edit_limit"],
  ] as const)("%s is refused with its field and leaves the question open", async (_words, change, code) => {
    const id = await one({});
    await expect(answer(id, edit(change))).rejects.toMatchObject({ code });
    expect(await fixture.status(id)).toBe("waiting_approval");
  });
});

describe("what the broker asks and the written policy leaves to a person", () => {
  beforeEach(async () => {
    fixture = await deskFixture({ database, start: START, brokerOrders: { valueLimit: 100 } });
    desk = fixture.desk();
  });

  test("becomes a question with the broker's words, also where the rules alone countersign", async () => {
    const id = await one({ approval: "auto" });
    expect(await fixture.status(id)).toBe("waiting_approval");
    const shown = await shownTo(id);
    expect(shown).toMatchObject({
      asked: 2,
      because: [{ code: "broker_question" }],
      brokerQuestions: [{ messageId: "o451", text: expect.stringContaining("Total Value Limit") }],
    });
    expect((await ordersOfRun(db, id)).every((order) => order.status === "REJECTED")).toBe(true);
  });

  test("is confirmed by an approval: the order goes out once, under a new id", async () => {
    const id = await one({ approval: "auto" });
    await answer(id, yes);
    expect(await fixture.status(id)).toBe("working");
    const entries = (await ordersOfRun(db, id)).filter((order) => order.leg === "entry");
    expect(entries.map((order) => [order.attempt, order.status])).toEqual([
      [0, "REJECTED"],
      [1, expect.stringMatching(/SUBMITTED|ACCEPTED/)],
    ]);
    expect(new Set(entries.map((order) => order.clientOrderId)).size).toBe(2);
    (await market(id)).next();
    await fixture.track((await getSymbolRun(db, id)).execution.gatewaySession);
    await fixture.drain(desk);
    expect((await ordersOfRun(db, id)).find((order) => order.attempt === 1)?.status).toBe("FILLED");
  });

  test("ends the run when a person says no", async () => {
    const id = await one({});
    await answer(id, yes);
    expect(await fixture.status(id)).toBe("waiting_approval");
    await answer(id, { action: "reject", reason: "too large after all" });
    expect(await fixture.status(id)).toBe("done");
    expect((await ordersOfRun(db, id)).every((order) => order.status === "REJECTED")).toBe(true);
  });
});
