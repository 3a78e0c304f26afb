// The desk's book against the broker's: adoption, mismatches, and what stays blocked.
import { beforeEach, describe, expect, test } from "vitest";
import { Baseline } from "#graph/orders/book/compare.ts";
import { reconcile } from "#graph/orders/reconcile.ts";
import { submitOrder } from "#graph/orders/submit.ts";
import { readSetting, writeSetting } from "#store/settings.ts";
import { listAlerts } from "#store/trading/alerts.ts";
import { listFills } from "#store/trading/fills.ts";
import { listOrders, ordersOfRun } from "#store/trading/orders.ts";
import { latestSnapshot } from "#store/trading/portfolio.ts";
import { listPositions } from "#store/trading/positions.ts";
import { openBlocks } from "#store/trading/symbol-blocks.ts";
import { testDatabase } from "../../support/database.ts";
import { PAPER_ACCOUNT } from "../../support/seed.ts";
import type { BarText } from "../../tools/simulator/rig.ts";
import { emptyBook } from "./reset.ts";
import { orderRig, placeByHand, type Rig } from "./rig.ts";

const database = await testDatabase();
const { db } = database;
beforeEach(() => emptyBook(database));

const FILLS: BarText = [100, 101, 99, 100.5, 1_000_000];
const baselineKey = `baseline:${PAPER_ACCOUNT}`;

async function later(rig: Rig) {
  rig.simulator.next();
  rig.clock.advance(120_000);
  return reconcile(rig.deps);
}

describe("reconciliation", () => {
  test("of an untouched account agrees and keeps positions, cash and a snapshot", async () => {
    const rig = await orderRig(database, { bars: [FILLS, FILLS] });
    expect(await reconcile(rig.deps)).toMatchObject({ adoptedOrders: 0, mismatches: [] });
    const request = await rig.countersigned();
    await submitOrder(rig.deps, request);
    expect(await later(rig)).toMatchObject({ adoptedOrders: 0, adoptedFills: 0, mismatches: [] });
    expect((await ordersOfRun(db, request.runId))[0]?.status).toBe("FILLED");
    expect((await listPositions(db)).map((row) => [row.symbol, row.quantity])).toEqual([["AAPL", "200"]]);
    expect(await latestSnapshot(db, PAPER_ACCOUNT)).not.toBeNull();
    expect(await later(rig)).toMatchObject({ mismatches: [] });
    expect(await listAlerts(db)).toEqual([]);
  });

  test("adopts orders and fills of somebody else as external, and they explain the position", async () => {
    const rig = await orderRig(database, { bars: [FILLS, FILLS] });
    await reconcile(rig.deps);
    await placeByHand(rig, {});
    expect(await reconcile(rig.deps)).toMatchObject({ adoptedOrders: 1, mismatches: [] });
    const [external] = (await listOrders(db)).rows;
    expect(external).toMatchObject({
      external: true,
      leg: "entry",
      side: "BUY",
      quantity: "10",
      symbolRunId: null,
    });
    expect(await later(rig)).toMatchObject({ adoptedOrders: 0, mismatches: [] });
    expect((await listOrders(db)).rows[0]).toMatchObject({ status: "FILLED", filledQuantity: "10" });
    const fills = (await listFills(db)).rows;
    expect(fills.map((fill) => [fill.orderId, fill.quantity])).toEqual([[external?.id, "10"]]);
    expect((await listAlerts(db)).map((alert) => alert.code)).toEqual(["external_order"]);
  });

  test("takes stop and target away when somebody has closed the position by hand", async () => {
    const rig = await orderRig(database, { bars: [FILLS, FILLS, FILLS] });
    await reconcile(rig.deps);
    const request = await rig.countersigned();
    await submitOrder(rig.deps, request);
    await later(rig);
    await placeByHand(rig, { side: "SELL", quantity: 200 });
    await later(rig);
    rig.clock.advance(1_000);
    await reconcile(rig.deps);
    const rows = await ordersOfRun(db, request.runId);
    expect(rows.map((row) => [row.leg, row.status])).toEqual([
      ["entry", "FILLED"],
      ["stop", "CANCELED"],
      ["target", "CANCELED"],
    ]);
    const codes = (await listAlerts(db)).map((alert) => alert.code);
    expect(codes).toContain("guard_orphaned");
    expect(codes).not.toContain("position_unprotected");
    expect(await openBlocks(db, { accountId: PAPER_ACCOUNT })).toEqual([]);
  });

  test("blocks a symbol whose position nothing explains, until a person has settled it", async () => {
    const rig = await orderRig(database, { bars: [FILLS] });
    await reconcile(rig.deps);
    const agreed = await readSetting(db, baselineKey, Baseline);
    await writeSetting(db, baselineKey, {
      ...agreed,
      positions: [{ conid: 265598, symbol: "AAPL", quantity: "7" }],
    });
    const found = await reconcile(rig.deps);
    expect(found.mismatches).toEqual([
      { symbol: "AAPL", code: "position_mismatch", ours: "7", brokers: "0" },
    ]);
    const [block] = await openBlocks(db, { accountId: PAPER_ACCOUNT });
    expect(block).toMatchObject({ code: "position_mismatch", details: { ours: "7", brokers: "0" } });
    expect((await rig.propose()).judged.verdict.codes).toContain("symbol_blocked");
    // Told once, and the block stays although both sides agree again.
    expect((await reconcile(rig.deps)).mismatches).toEqual([]);
    expect(await openBlocks(db, { accountId: PAPER_ACCOUNT })).toHaveLength(1);
  });

  test("tells cash that no trade explains", async () => {
    const rig = await orderRig(database);
    await reconcile(rig.deps);
    const agreed = await readSetting(db, baselineKey, Baseline);
    await writeSetting(db, baselineKey, { ...agreed, cash: "90000" });
    await reconcile(rig.deps);
    expect((await listAlerts(db)).map((alert) => alert.code)).toEqual(["cash_difference"]);
  });

  test("fails when the broker cannot be read, so that the desk does not trade on a guess", async () => {
    const rig = await orderRig(database);
    rig.simulator.faults.add({ kind: "unavailable", times: 100 });
    await expect(reconcile(rig.deps)).rejects.toMatchObject({ name: expect.stringMatching(/Error$/) });
    expect(await readSetting(db, baselineKey, Baseline)).toBeNull();
  });
});
