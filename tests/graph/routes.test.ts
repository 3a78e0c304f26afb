// Where a run goes next, and how it is said to have ended, read off its state alone.
import { describe, expect, test } from "vitest";
import {
  afterApproval,
  afterExecutor,
  afterRiskGate,
  afterRiskManager,
  afterSubmitOrder,
} from "#graph/routes.ts";
import { outcomeOf } from "#graph/run/outcome.ts";
import type { DeskState } from "#graph/state.ts";
import { derivedId } from "#store/model/ids.ts";
import type { OrderPlan } from "#store/model/risk.ts";

const id = <Branded>(kind: string) => derivedId(kind, "test") as Branded;
const EMPTY = {
  market: null,
  portfolio: null,
  pictures: null,
  technical: null,
  weekly: null,
  abstentions: [],
  decision: null,
  revisions: 0,
  verdict: null,
  review: null,
  countersign: null,
  order: null,
  outcome: null,
};

function state(change: object): DeskState {
  // The routes read keys, not whole facts: a test names only what matters to it.
  return { ...EMPTY, ...change } as unknown as DeskState;
}

const plan = { quantity: "10" } as OrderPlan;
const decision = (signal: string) => ({ decision: { decisionId: id("decision"), signal } });
const verdict = (next: string) => ({
  verdict: { next, codes: ["stop_too_far"], plan: next === "pass" ? plan : null },
});
const review = (kept: OrderPlan | null) => ({
  review: { verdict: kept === null ? "veto" : "accept", reason: "because", codes: [], plan: kept },
});
const advised = (kept: OrderPlan | null) => ({ review: { ...review(kept).review, advice: true } });
const answer = (result: string, reason: string | null = null) => ({
  countersign: { result, reason, asked: 1 },
});
const order = (status: string, refusal: object | null = null, questions: object[] = []) => ({
  order: { entryOrderId: id("order"), status, refusal, questions },
});
const question = { messageId: "o451", text: "Are you sure?", why: "a second pair of eyes" };
const abstention = {
  abstentions: [{ node: "weekly_trend", code: "ungrounded", message: "4321.99 is nowhere" }],
};

describe("routes", () => {
  test("a decision to trade goes to the risk gate, HOLD and abstention do not", () => {
    expect(afterExecutor(state(decision("BUY")))).toBe("risk_gate");
    expect(afterExecutor(state(decision("SELL")))).toBe("risk_gate");
    expect(afterExecutor(state(decision("HOLD")))).toBe("record");
    expect(afterExecutor(state({ ...decision("BUY"), ...abstention }))).toBe("record");
    expect(afterExecutor(state({}))).toBe("record");
  });
  test("a verdict passes, goes back or ends", () => {
    expect(afterRiskGate(state(verdict("pass")))).toBe("risk_manager");
    expect(afterRiskGate(state(verdict("revise")))).toBe("executor");
    expect(afterRiskGate(state(verdict("stop")))).toBe("record");
    expect(afterRiskGate(state({}))).toBe("record");
  });
  test("nothing that lost its plan is asked about", () => {
    expect(afterRiskManager(state(review(plan)))).toBe("approval");
    expect(afterRiskManager(state(review(null)))).toBe("record");
    expect(afterRiskManager(state(advised(plan)))).toBe("record");
    expect(afterRiskManager(state({ ...review(plan), ...abstention }))).toBe("record");
    expect(afterRiskManager(state({}))).toBe("record");
  });
  test("only an approved or edited order is sent", () => {
    expect(afterApproval(state(answer("approved")))).toBe("submit_order");
    expect(afterApproval(state(answer("edited")))).toBe("submit_order");
    expect(afterApproval(state(answer("ask_again")))).toBe("approval");
    for (const result of ["rejected", "expired", "denied", "not_asked"]) {
      expect(afterApproval(state(answer(result)))).toBe("record");
    }
    expect(afterApproval(state({}))).toBe("record");
  });
  test("an order that may live is waited for, a refused one is not", () => {
    expect(afterSubmitOrder(state(order("SUBMITTED")))).toBe("order_working");
    expect(afterSubmitOrder(state(order("UNKNOWN")))).toBe("order_working");
    expect(afterSubmitOrder(state(order("REJECTED", { code: "refused", reason: "no" })))).toBe("record");
    expect(afterSubmitOrder(state(order("REJECTED", null, [question])))).toBe("approval");
  });
});

describe("outcomes", () => {
  const ended = (...changes: object[]) => outcomeOf(state(Object.assign({}, ...changes)));
  test("name what decided", () => {
    expect(ended(decision("HOLD"))).toMatchObject({ status: "done", code: "hold" });
    expect(ended(decision("BUY"), verdict("stop"))).toMatchObject({ status: "denied", code: "stop_too_far" });
    const full = { side: "BUY", quantity: "10", limitPrice: "20.5", stopPrice: "19", targetPrice: null };
    expect(ended(decision("BUY"), verdict("pass"), advised(full as unknown as OrderPlan))).toEqual({
      status: "done",
      code: "advice",
      reason: "BUY 10 at 20.5, stop 19; not sent: this workflow only advises",
    });
    expect(ended(decision("BUY"), verdict("pass"), advised(null))).toMatchObject({ code: "vetoed" });
    expect(ended(decision("BUY"), verdict("pass"), review(null))).toMatchObject({
      status: "denied",
      code: "vetoed",
    });
    const asked = [decision("BUY"), verdict("pass"), review(plan)];
    expect(ended(...asked, answer("rejected", "no"))).toMatchObject({
      status: "done",
      code: "rejected_by_person",
    });
    expect(ended(...asked, answer("expired"))).toMatchObject({ status: "done", code: "approval_expired" });
    expect(ended(...asked, answer("denied", "stale_bars, quote_stale"))).toMatchObject({
      status: "denied",
      code: "stale_bars",
    });
    expect(ended(...asked, answer("not_asked", "dry_run"))).toMatchObject({
      status: "done",
      code: "dry_run",
    });
    const sent = [...asked, answer("approved")];
    expect(ended(...sent, order("FILLED"))).toMatchObject({ status: "done", code: "order_filled" });
    expect(ended(...sent, order("REJECTED", { code: "too_big", reason: "no" }))).toMatchObject({
      code: "too_big",
    });
    const asked2 = order("REJECTED", null, [question]);
    expect(ended(...asked, asked2, answer("rejected", "no"))).toMatchObject({ code: "rejected_by_person" });
  });
  test("an abstention comes before everything else", () => {
    expect(ended(decision("BUY"), abstention)).toMatchObject({ status: "abstained", code: "ungrounded" });
  });
});
