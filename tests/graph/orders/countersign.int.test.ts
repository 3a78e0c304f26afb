// Nothing leaves without its countersign: every way round it is tried and refused, with no POST at the broker.
import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { halt, resume } from "#graph/orders/halt.ts";
import { judgeProposal } from "#graph/orders/judge.ts";
import { recheckAnswer } from "#graph/orders/recheck.ts";
import { submitOrder } from "#graph/orders/submit.ts";
import type { OrderStep } from "#graph/orders/types.ts";
import type { ApprovalId } from "#store/model/ids.ts";
import type { DecimalString } from "#store/model/money.ts";
import { createApproval } from "#store/trading/approvals.ts";
import { ordersOfRun } from "#store/trading/orders.ts";
import { blockSymbol, openBlocks, resolveBlock } from "#store/trading/symbol-blocks.ts";
import { setTradingState } from "#store/trading/trading-state.ts";
import { testDatabase } from "../../support/database.ts";
import { conid, instant, ticker } from "../../support/seed.ts";
import { AAPL } from "../../tools/simulator/rig.ts";
import { emptyBook } from "./reset.ts";
import { orderRig } from "./rig.ts";

const database = await testDatabase();
const { db } = database;
beforeEach(() => emptyBook(database));

const QUIET_SESSION = [100, 101, 99, 100.5, 1_000_000] as const;

describe("without a countersign", () => {
  test.each([
    ["pending", undefined],
    ["rejected", { action: "reject", reason: "no" } as const],
  ])("an approval that is %s sends nothing", async (_, answer) => {
    const rig = await orderRig(database);
    const proposed = await rig.propose();
    const approvalId = answer === undefined ? (randomUUID() as ApprovalId) : await proposed.approve(answer);
    if (answer === undefined)
      await createApproval(db, {
        id: approvalId,
        symbolRunId: proposed.runId,
        verdictId: proposed.judged.verdictId,
        shown: {},
        expiresAt: instant("2026-11-21T00:00:00.000Z"),
      });
    const request = { symbolRunId: proposed.runId, verdictId: proposed.judged.verdictId, approvalId };
    await expect(submitOrder(rig.deps, request)).rejects.toMatchObject({ code: "not_countersigned" });
    await expect(
      recheckAnswer(rig.deps, {
        ...proposed.facts,
        approvalId,
        shown: {} as never,
        edit: null,
        sequence: 0,
        driftBand: 1,
      }),
    ).rejects.toMatchObject({ code: "not_countersigned" });
    expect(await ordersOfRun(db, proposed.runId)).toEqual([]);
    expect(rig.posts()).toBe(0);
  });

  test("the approval of another run does not count", async () => {
    const rig = await orderRig(database, { more: { MSFT: [] } });
    const first = await rig.countersigned();
    const second = await rig.countersigned({ symbol: "MSFT" });
    const swapped = { ...second, approvalId: first.approvalId };
    await expect(submitOrder(rig.deps, swapped)).rejects.toMatchObject({ code: "not_countersigned" });
    expect(rig.posts()).toBe(0);
  });

  test("a dry run sends nothing, approved or not", async () => {
    const rig = await orderRig(database);
    const request = await rig.countersigned({ dryRun: true });
    await expect(submitOrder(rig.deps, request)).rejects.toMatchObject({ code: "dry_run" });
    expect(rig.posts()).toBe(0);
  });

  test("an execution that approves nothing sends nothing", async () => {
    const rig = await orderRig(database);
    const request = await rig.countersigned({ approval: "never" });
    await expect(submitOrder(rig.deps, request)).rejects.toMatchObject({ code: "not_countersigned" });
    expect(rig.posts()).toBe(0);
  });

  test("a verdict for more than was approved sends nothing", async () => {
    const rig = await orderRig(database);
    const proposed = await rig.propose();
    const approvalId = await proposed.approve({
      action: "edit",
      edit: { quantity: "50" as DecimalString, limitPrice: null },
    });
    const request = { symbolRunId: proposed.runId, verdictId: proposed.judged.verdictId, approvalId };
    await expect(submitOrder(rig.deps, request)).rejects.toMatchObject({ code: "not_countersigned" });
    expect(rig.posts()).toBe(0);
  });

  test("a countersign of an earlier session is over", async () => {
    const rig = await orderRig(database, { bars: [[...QUIET_SESSION]] });
    const request = await rig.countersigned();
    rig.simulator.next();
    await expect(submitOrder(rig.deps, request)).rejects.toMatchObject({ code: "countersign_over" });
    expect(rig.posts()).toBe(0);
  });
});

describe("an edit", () => {
  test("of quantity and limit is what goes out", async () => {
    const rig = await orderRig(database);
    const edit = { quantity: "50" as DecimalString, limitPrice: "99.5" as DecimalString };
    const request = await rig.countersigned({ answer: { action: "edit", edit } });
    await submitOrder(rig.deps, request);
    const [entry] = await ordersOfRun(db, request.runId);
    expect(entry).toMatchObject({ quantity: "50", limitPrice: "99.5" });
  });

  test("that breaks a rule is denied at the click", async () => {
    const rig = await orderRig(database);
    const proposed = await rig.propose();
    const edit = { quantity: null, limitPrice: "104" as DecimalString };
    const approvalId = await proposed.approve({ action: "edit", edit });
    const again = await recheckAnswer(rig.deps, {
      ...proposed.facts,
      approvalId,
      shown: proposed.judged.verdict.plan as never,
      edit,
      sequence: 0,
      driftBand: 0.01,
    });
    expect(again).toMatchObject({ kind: "denied" });
    expect(again.kind === "denied" && again.codes).toContain("entry_too_far");
  });
});

describe("the check at the click", () => {
  test("asks again when the market moved beyond the band, with the price it found", async () => {
    const rig = await orderRig(database, { bars: [[101, 103, 100, 102, 1_000_000]] });
    const proposed = await rig.propose();
    const approvalId = await proposed.approve();
    rig.simulator.next();
    const again = await recheckAnswer(rig.deps, {
      ...proposed.facts,
      lastBar: { ...proposed.facts.lastBar, date: "2017-12-19", close: "102" } as never,
      approvalId,
      shown: proposed.judged.verdict.plan as never,
      edit: null,
      sequence: 0,
      driftBand: 0.01,
    });
    expect(again).toMatchObject({ kind: "ask_again", plan: { referencePrice: "102" } });
    expect(again.kind === "ask_again" && again.why).toContain("moved 2 %");
  });

  test("asks the broker for its margin, and stores what it said", async () => {
    const rig = await orderRig(database);
    const request = await rig.countersigned();
    const { rows } = await database.pool.query("select snapshot, rules from risk_verdicts where id = $1", [
      request.verdictId,
    ]);
    expect(rows[0].snapshot.preview).toMatchObject({ quantity: "200", error: null });
    expect(rows[0].rules.at(-1)).toMatchObject({ rule: "broker_preview", outcome: "pass" });
  });
});

describe("the kill switch", () => {
  test.each(["before_intent", "after_intent"] as const)("thrown at %s stops the order", async (step) => {
    const rig = await orderRig(database);
    const request = await rig.countersigned();
    const onStep = async (at: OrderStep) => {
      if (at === step)
        await halt(rig.deps, { state: "HALTED", reason: "test", who: "tester", cancelOpen: false });
    };
    await expect(submitOrder({ ...rig.deps, onStep }, request)).rejects.toMatchObject({
      code: "trading_halted",
    });
    expect(rig.posts()).toBe(0);
    await resume(rig.deps, { reason: "over", who: "tester" });
    expect(await submitOrder(rig.deps, request)).toMatchObject({ kind: "submitted" });
  });

  test("a state that is stored while an order is about to leave waits, or stops it: never both", async () => {
    const rig = await orderRig(database);
    const request = await rig.countersigned();
    const halted = { state: "HALTED", reason: "test", who: "tester" } as const;
    const [sent] = await Promise.allSettled([
      submitOrder(rig.deps, request),
      setTradingState(db, halted).then(() => rig.posts()),
    ]);
    const { rows } = await database.pool.query(
      `select (select min(recorded_at) from order_events where kind = 'submitting') as sending,
        (select min(at) from trading_states) as halted`,
    );
    if (sent.status === "rejected") expect(rig.posts()).toBe(0);
    else expect(rows[0].sending <= rows[0].halted).toBe(true);
  });

  test("takes a bracket back that was written and not sent, whole", async () => {
    const rig = await orderRig(database);
    const request = await rig.countersigned();
    const halted = { state: "HALTED", reason: "test", who: "tester", cancelOpen: true } as const;
    const onStep = async (at: OrderStep) => {
      if (at === "after_intent") await halt(rig.deps, halted);
    };
    await expect(submitOrder({ ...rig.deps, onStep }, request)).rejects.toThrow();
    const rows = await ordersOfRun(db, request.runId);
    expect(rows.map((row) => row.status)).toEqual(["CANCELED", "CANCELED", "CANCELED"]);
    expect(await submitOrder(rig.deps, request)).toMatchObject({ status: "CANCELED" });
    expect(rig.posts()).toBe(0);
  });

  test("REDUCING stops what opens; HALTED with cancelOpen takes working entries back", async () => {
    const rig = await orderRig(database, { more: { MSFT: [] } });
    const working = await rig.countersigned();
    const waiting = await rig.countersigned({ symbol: "MSFT" });
    await submitOrder(rig.deps, working);
    const reducing = { state: "REDUCING", reason: "calm down", who: "tester", cancelOpen: true } as const;
    const result = await halt(rig.deps, reducing);
    expect(result.cancelRequested).toHaveLength(1);
    await expect(submitOrder(rig.deps, waiting)).rejects.toMatchObject({ code: "reducing_only" });
    const denied = await rig.propose({ symbol: "MSFT" });
    expect(denied.judged.verdict.codes).toContain("reducing_only");
  });

  test("an open mismatch closes the symbol until somebody has settled it", async () => {
    const rig = await orderRig(database);
    const request = await rig.countersigned();
    const { accountId } = rig.deps.gateway;
    const block = { accountId, conid: conid(AAPL), symbol: ticker("AAPL"), code: "position_mismatch" };
    await blockSymbol(db, { ...block, reason: "10 here, 12 there", details: null });
    await expect(submitOrder(rig.deps, request)).rejects.toMatchObject({ code: "symbol_blocked" });
    for (const open of await openBlocks(db, { accountId }))
      await resolveBlock(db, open.id, { who: "tester", how: "accepted", reason: "looked" });
    expect(await submitOrder(rig.deps, request)).toMatchObject({ kind: "submitted" });
  });
});

describe("room", () => {
  const half = { limits: { maxGrossExposure: "0.3", maxPositionValue: "0.2" } };
  test("promised to one run is not given to another, also when both are judged at once", async () => {
    const rig = await orderRig(database, { more: { MSFT: [], NVDA: [] } });
    const runs = await Promise.all(
      ["AAPL", "MSFT", "NVDA"].map((symbol) => rig.propose({ symbol, ...half })),
    );
    const notional = runs.map((run) => Number(run.judged.verdict.plan?.notional ?? 0));
    expect(notional.reduce((sum, value) => sum + value, 0)).toBe(30_000);
    expect(runs.map((run) => run.judged.verdict.verdict).sort()).toEqual(["approved", "denied", "reduced"]);
  });

  test("comes back when the run ends, and stays taken when it became an order", async () => {
    const rig = await orderRig(database, { more: { MSFT: [], NVDA: [] } });
    const rejected = await rig.propose({ symbol: "MSFT", ...half });
    await database.pool.query("update symbol_runs set status = 'done', finished_at = now() where id = $1", [
      rejected.runId,
    ]);
    const sent = await rig.countersigned(half);
    expect((await submitOrder(rig.deps, sent)).kind).toBe("submitted");
    const next = await rig.propose({ symbol: "NVDA", ...half });
    expect(next.judged.verdict).toMatchObject({ verdict: "reduced", plan: { quantity: "100" } });
  });

  test("a verdict of the same step and sequence is given once", async () => {
    const rig = await orderRig(database);
    const { facts, judged } = await rig.propose();
    const again = await judgeProposal(rig.deps, { ...facts, step: "gate", sequence: 0, requested: null });
    expect(again).toEqual(judged);
    const { rows } = await database.pool.query("select count(*)::int as held from risk_reservations");
    expect(rows[0].held).toBe(1);
  });
});
