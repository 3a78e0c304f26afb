// The life of an order at the simulator, from the countersign to a terminal state.
import { beforeEach, describe, expect, test } from "vitest";
import { submitOrder } from "#graph/orders/submit.ts";
import { trackOrders } from "#graph/orders/track.ts";
import { fillsOfOrder } from "#store/trading/fills.ts";
import { getOrder, ordersOfRun } from "#store/trading/orders.ts";
import { testDatabase } from "../../support/database.ts";
import { orderRig } from "./rig.ts";

const database = await testDatabase();
beforeEach(async () => {
  await database.pool.query(
    "truncate strategies, workflow_versions, orders, positions, portfolio_snapshots, trading_states, symbol_blocks, alerts, settings cascade",
  );
});

describe("an approved order", () => {
  test("is accepted with stop and target, fills at the next session and is recorded with its fill", async () => {
    const rig = await orderRig(database, { bars: [[100, 101, 99, 100.5, 1_000_000]] });
    const request = await rig.countersigned();
    const sent = await submitOrder(rig.deps, request);
    expect(sent).toMatchObject({ kind: "submitted" });
    expect(rig.posts()).toBe(1);
    const rows = await ordersOfRun(database.db, request.runId);
    expect(rows.map((row) => [row.leg, row.type, row.side, row.status, row.timeInForce])).toEqual([
      ["entry", "LIMIT", "BUY", "ACCEPTED", "DAY"],
      ["stop", "STOP", "SELL", "ACCEPTED", "GTC"],
      ["target", "LIMIT", "SELL", "ACCEPTED", "GTC"],
    ]);
    expect(rows.every((row) => row.brokerOrderId !== null)).toBe(true);

    rig.simulator.next();
    await trackOrders(rig.deps);
    const entry = await getOrder(database.db, sent.entryOrderId);
    expect(entry).toMatchObject({ status: "FILLED", filledQuantity: "200", averageFillPrice: "100" });
    const fills = await fillsOfOrder(database.db, entry.id);
    expect(fills.map((fill) => [fill.quantity, fill.price])).toEqual([["200", "100"]]);
  });
});
