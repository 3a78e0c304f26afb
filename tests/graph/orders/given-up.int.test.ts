// What was given up, or never left: an attempt that the broker has after all stays the order, a stop that could not leave is
// sent later, and an intent whose session is over takes no room.
import { beforeEach, describe, expect, test } from "vitest";
import { reconcile } from "#graph/orders/reconcile.ts";
import { settleBlock } from "#graph/orders/settle-block.ts";
import { submitOrder } from "#graph/orders/submit.ts";
import { trackOrders } from "#graph/orders/track.ts";
import type { OrderDeps, OrderStep } from "#graph/orders/types.ts";
import { listAlerts } from "#store/trading/alerts.ts";
import { type OrderRow, ordersOfRun } from "#store/trading/orders.ts";
import { openBlocks } from "#store/trading/symbol-blocks.ts";
import { setTradingState } from "#store/trading/trading-state.ts";
import { verdictsOfRun } from "#store/trading/verdicts.ts";
import { testDatabase } from "../../support/database.ts";
import { PAPER_ACCOUNT } from "../../support/seed.ts";
import { emptyBook } from "./reset.ts";
import { orderRig, QUIET, type Rig } from "./rig.ts";

const database = await testDatabase();
const { db } = database;
const DAY = [100, 101, 98, 100, 1_000_000] as const;

let rig: Rig;
beforeEach(async () => {
  await emptyBook(database);
  rig = await orderRig(database, { bars: [DAY, DAY, QUIET] });
  await reconcile(rig.deps);
});

const dieAt = (step: OrderStep, times = 1): OrderDeps => {
  let left = times;
  return rig.restarted((at) => {
    if (at !== step || left === 0) return;
    left -= 1;
    throw new Error(`killed ${step}`);
  });
};
const told = (rows: readonly OrderRow[], leg: string) =>
  rows.filter((row) => row.leg === leg).map((row) => [row.attempt, row.status]);

describe("an attempt that was given up as never arrived and works at the broker", () => {
  /** The first attempt is there; a second one was begun, and did not leave either. */
  async function givenUp() {
    const request = await rig.countersigned();
    await submitOrder(rig.deps, request);
    await database.pool.query(
      "update orders set status = 'REJECTED', broker_order_id = null, reason = 'not_found: test' where symbol_run_id = $1",
      [request.runId],
    );
    await submitOrder(dieAt("before_intent"), request).catch(() => undefined);
    await reconcile(rig.deps);
    const [block] = await openBlocks(db, { accountId: PAPER_ACCOUNT });
    if (block === undefined) throw new Error("nothing is blocked");
    expect(block.reason).toContain("never arrived");
    return { request, block };
  }
  const by = (how: "adopted" | "accepted", blockId: number) => ({
    blockId,
    how,
    who: "anna",
    reason: "looked",
  });

  test.each(["adopted", "accepted"] as const)("%s by a person: the run sends no other", async (how) => {
    const { request, block } = await givenUp();
    await settleBlock(rig.deps, by(how, block.id));
    expect(await submitOrder(rig.deps, request)).toMatchObject({
      kind: "submitted",
      status: how === "adopted" ? "ACCEPTED" : "CANCELED",
    });
    expect(rig.posts()).toBe(1);
  });

  test("is the order also when a later attempt had been written down", async () => {
    const { request, block } = await givenUp();
    await settleBlock(rig.deps, by("adopted", block.id));
    const rows = await ordersOfRun(db, request.runId);
    await database.pool.query(
      `insert into orders select (jsonb_populate_record(o, jsonb_build_object('id', gen_random_uuid(), 'attempt', 1,
        'client_order_id', o.client_order_id || '-1', 'broker_order_id', null, 'status', 'REJECTED',
        'reason', 'not_sent: test'))).* from orders o where id = $1`,
      [rows.find((row) => row.leg === "entry")?.id],
    );
    expect(await submitOrder(rig.deps, request)).toMatchObject({ kind: "submitted", status: "ACCEPTED" });
    expect(rig.posts()).toBe(1);
  });
});

describe("a stop of its own for a position without one", () => {
  /** Filled, and the bracket's stop never arrived. */
  async function bare() {
    const request = await rig.countersigned();
    await submitOrder(rig.deps, request);
    rig.simulator.next();
    rig.clock.advance(60_000);
    await trackOrders(rig.deps, undefined, { mayProtect: false });
    await database.pool.query(
      "update orders set status = 'REJECTED', broker_order_id = null, reason = 'not_found: test' where leg in ('stop', 'target')",
    );
    expect(told(await ordersOfRun(db, request.runId), "entry")).toEqual([[0, "FILLED"]]);
    return request.runId;
  }

  test("is not sent before the books were compared: the position may be gone", async () => {
    const run = await bare();
    const posts = rig.posts();
    await trackOrders(rig.deps, undefined, { mayProtect: false });
    expect(rig.posts()).toBe(posts);
    await trackOrders(rig.deps);
    expect(told(await ordersOfRun(db, run), "stop").at(-1)).toEqual([1, "ACCEPTED"]);
  });

  test("that a halt kept from leaving is told, and leaves when the halt is over", async () => {
    const run = await bare();
    await setTradingState(db, { state: "HALTED", reason: "test", who: "anna" });
    await trackOrders(rig.deps);
    expect(told(await ordersOfRun(db, run), "stop").at(-1)).toEqual([1, "INITIALIZED"]);
    expect((await listAlerts(db)).map((alert) => alert.code)).toContain("position_unprotected");
    await setTradingState(db, { state: "ACTIVE", reason: "over", who: "anna" });
    const posts = rig.posts();
    await trackOrders(rig.deps);
    await trackOrders(rig.deps);
    expect(told(await ordersOfRun(db, run), "stop").at(-1)).toEqual([1, "ACCEPTED"]);
    expect(rig.posts()).toBe(posts + 1);
  });
});

test("an intent whose session is over is cancelled, and takes no room any more", async () => {
  const request = await rig.countersigned();
  await submitOrder(dieAt("after_intent"), request).catch(() => undefined);
  await trackOrders(rig.deps);
  expect(told(await ordersOfRun(db, request.runId), "entry")).toEqual([[0, "INITIALIZED"]]);
  rig.simulator.next();
  rig.clock.advance(60_000);
  await trackOrders(rig.deps);
  const rows = await ordersOfRun(db, request.runId);
  expect(rows.map((row) => row.status)).toEqual(["CANCELED", "CANCELED", "CANCELED"]);
  expect(await submitOrder(rig.deps, request).catch((error) => error.code)).toMatchObject({
    status: "CANCELED",
  });
  expect(rig.posts()).toBe(0);
});

describe("an order that waited after its check", () => {
  /** As if the market had gone on for as long since the verdict was given. */
  const waited = (verdictId: string) =>
    database.pool.query(
      `update risk_verdicts set snapshot = jsonb_set(snapshot, '{market,at}',
        to_jsonb(((snapshot->'market'->>'at')::timestamptz - interval '20 minutes')::text)) where id = $1`,
      [verdictId],
    );

  test("is judged once more before it leaves, on how things stand now", async () => {
    const request = await rig.countersigned();
    await waited(request.verdictId);
    expect(await submitOrder(rig.deps, request)).toMatchObject({ kind: "submitted" });
    const verdicts = await verdictsOfRun(db, request.runId);
    const [entry] = await ordersOfRun(db, request.runId);
    expect(verdicts.at(-1)).toMatchObject({ id: entry?.verdictId, step: "answer", sequence: 100 });
  });

  test("does not leave when the rules say otherwise now", async () => {
    const request = await rig.countersigned();
    await waited(request.verdictId);
    await setTradingState(db, { state: "REDUCING", reason: "test", who: "anna" });
    await expect(submitOrder(rig.deps, request)).rejects.toMatchObject({ code: "countersign_stale" });
    expect(rig.posts()).toBe(0);
  });

  test("takes its room anew for another attempt, since the first one that never left has given it back", async () => {
    const request = await rig.countersigned();
    await submitOrder(dieAt("after_intent"), request).catch(() => undefined);
    await database.pool.query(
      "update orders set status = 'REJECTED', reason = 'not_sent: test' where symbol_run_id = $1",
      [request.runId],
    );
    await setTradingState(db, { state: "REDUCING", reason: "test", who: "anna" });
    await expect(submitOrder(rig.deps, request)).rejects.toMatchObject({ code: "room_gone" });
    await setTradingState(db, { state: "ACTIVE", reason: "test", who: "anna" });
    expect(await submitOrder(rig.deps, request)).toMatchObject({ kind: "submitted" });
    expect(rig.posts()).toBe(1);
  });
});
