// What the two books disagree on is shown with both sides, stops new entries, and ends by a person: the broker's side or
// their word, kept with who, how and why.
import { beforeEach, describe, expect, test } from "vitest";
import { reconcile } from "#graph/orders/reconcile.ts";
import { settleBlock } from "#graph/orders/settle-block.ts";
import { submitOrder } from "#graph/orders/submit.ts";
import { trackOrders } from "#graph/orders/track.ts";
import { blockOf } from "#server/http/api/trading/blocks.ts";
import { listAlerts } from "#store/trading/alerts.ts";
import { listOrderEvents } from "#store/trading/order-events.ts";
import { listOrders, ordersOfRun } from "#store/trading/orders.ts";
import { unprotectedEntries } from "#store/trading/room.ts";
import { listBlocks, openBlocks } from "#store/trading/symbol-blocks.ts";
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
  rig = await orderRig(database, { bars: [DAY, DAY, DAY, QUIET] });
  await reconcile(rig.deps);
});

const blocks = () => openBlocks(db, { accountId: PAPER_ACCOUNT });
async function theBlock() {
  const [block] = await blocks();
  if (block === undefined) throw new Error("nothing is blocked");
  return block;
}
const by = (how: "adopted" | "accepted", blockId: number) => ({
  blockId,
  how,
  who: "anna",
  reason: "looked at the statement",
});
/** Runs of the day: the market goes on and everything is read. */
async function nextDay(): Promise<void> {
  rig.simulator.next();
  rig.clock.advance(60_000);
  await trackOrders(rig.deps);
}

describe("a position that nothing explains", () => {
  test("is shown with both sides, stops entries, and is over once the broker's side is taken over", async () => {
    const request = await rig.countersigned();
    await position(-10);
    const block = await theBlock();
    expect(blockOf(block)).toMatchObject({ desk: "10 shares held", broker: "0 shares held" });
    await expect(submitOrder(rig.deps, request)).rejects.toMatchObject({ code: "symbol_blocked" });
    expect((await listAlerts(db)).map((alert) => alert.code)).toContain("position_mismatch");

    await settleBlock(rig.deps, by("adopted", block.id));
    expect(await blocks()).toEqual([]);
    expect(await listBlocks(db, { all: true })).toMatchObject([
      { resolvedBy: "anna", resolution: "adopted", resolutionReason: "looked at the statement" },
    ]);
    expect((await listAlerts(db)).map((alert) => alert.code)).not.toContain("position_mismatch");
    expect(await submitOrder(rig.deps, request)).toMatchObject({ kind: "submitted" });
    expect((await reconcile(rig.deps)).mismatches).toEqual([]);
    await expect(settleBlock(rig.deps, by("accepted", block.id))).rejects.toMatchObject({
      code: "block_resolved",
      facts: { resolvedBy: "anna" },
    });
  });

  test("that took away what an entry had bought needs no stop any more once it was taken over", async () => {
    const request = await rig.countersigned();
    await submitOrder(rig.deps, request);
    await nextDay();
    const entry = (await ordersOfRun(db, request.runId)).find((order) => order.leg === "entry");
    expect(entry?.status).toBe("FILLED");
    await database.pool.query("update orders set status = 'CANCELED' where leg in ('stop', 'target')");
    expect(await unprotectedEntries(db, PAPER_ACCOUNT)).toEqual([entry?.id]);
    await position(-Number(entry?.quantity));
    await settleBlock(rig.deps, by("adopted", (await theBlock()).id));
    expect(await unprotectedEntries(db, PAPER_ACCOUNT)).toEqual([]);
  });

  /** The last agreement as if it had been so much less: as a transfer between two looks would make it. */
  async function position(by: number): Promise<void> {
    await reconcile(rig.deps);
    const { rows } = await database.pool.query("select key, value from settings where key like 'baseline:%'");
    const value = rows[0]?.value;
    const held = value.positions.find((one: { conid: number }) => one.conid === 265598);
    const quantity = String(Number(held?.quantity ?? 0) - by);
    value.positions = [{ conid: 265598, symbol: "AAPL", quantity }];
    await database.pool.query("update settings set value = $2 where key = $1", [rows[0]?.key, value]);
    await reconcile(rig.deps);
  }
});

describe("an order on which the two books contradict each other", () => {
  /** Working at the broker; our row has it as ended. */
  async function contradicted() {
    const request = await rig.countersigned();
    await submitOrder(rig.deps, request);
    const [entry] = await ordersOfRun(db, request.runId);
    if (entry === undefined) throw new Error("no order");
    await database.pool.query("update orders set broker_order_id = '999999' where id = $1", [entry.id]);
    await database.pool.query("update orders set client_order_id = client_order_id || 'X' where id = $1", [
      entry.id,
    ]);
    await trackOrders(rig.deps);
    return { entry, block: await theBlock() };
  }

  test("cannot be taken over where the broker does not know it; a person's word ends it, for good", async () => {
    const { entry, block } = await contradicted();
    expect(blockOf(block)).toMatchObject({
      code: "order_contradiction",
      desk: expect.stringContaining("entry, BUY"),
      broker: "knows no such order",
    });
    await expect(settleBlock(rig.deps, by("adopted", block.id))).rejects.toMatchObject({
      code: "nothing_to_adopt",
    });
    expect(await blocks()).toHaveLength(1);
    await settleBlock(rig.deps, by("accepted", block.id));
    expect((await listOrderEvents(db, entry.id)).at(-1)).toMatchObject({
      kind: "adopted_ended",
      toStatus: "CANCELED",
      details: { settled: { who: "anna", how: "accepted" } },
    });
    await trackOrders(rig.deps);
    expect(await blocks()).toEqual([]);
  });

  test("becomes what the broker says when its side is taken over: one given up as never arrived that works there", async () => {
    const request = await rig.countersigned();
    await submitOrder(rig.deps, request);
    const legs = await ordersOfRun(db, request.runId);
    const [entry] = legs;
    if (entry === undefined) throw new Error("no order");
    await database.pool.query(
      "update orders set status = 'REJECTED', broker_order_id = null, reason = 'not_found: test' where id = $1",
      [entry.id],
    );
    await reconcile(rig.deps);
    const block = await theBlock();
    expect(block.reason).toContain("recorded as never arrived");
    expect((await listOrders(db, { external: true })).rows).toEqual([]);
    await settleBlock(rig.deps, by("adopted", block.id));
    const now = async () => (await ordersOfRun(db, request.runId)).find((order) => order.id === entry.id);
    expect(await now()).toMatchObject({ status: "ACCEPTED", brokerOrderId: entry.brokerOrderId });
    expect((await now())?.reason).toContain("settled by anna");
    await nextDay();
    expect(await now()).toMatchObject({ status: "FILLED", filledQuantity: entry.quantity });
    expect(await blocks()).toEqual([]);
  });
});
