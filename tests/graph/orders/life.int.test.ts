// The life of an order at the simulator, from the countersign to a terminal state.

import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { cancelOrder } from "#graph/orders/cancel.ts";
import { flatten } from "#graph/orders/flatten.ts";
import { submitOrder } from "#graph/orders/submit.ts";
import { trackOrders } from "#graph/orders/track.ts";
import type { ExecutionId, OrderId, SymbolRunId } from "#store/model/ids.ts";
import { setSymbolRunStatus } from "#store/runs/symbol-runs.ts";
import { listAlerts } from "#store/trading/alerts.ts";
import { fillsOfOrder } from "#store/trading/fills.ts";
import { listOrderEvents } from "#store/trading/order-events.ts";
import { getOrder, ordersOfRun } from "#store/trading/orders.ts";
import { testDatabase } from "../../support/database.ts";
import type { BarText } from "../../tools/simulator/rig.ts";
import { emptyBook } from "./reset.ts";
import { orderRig, type Proposal, placeByHand, QUIET, type Rig } from "./rig.ts";

const database = await testDatabase();
const { db } = database;
beforeEach(() => emptyBook(database));

/** Touches 100, and neither stop (95) nor target (110). */
const FILLS: BarText = [100, 101, 99, 100.5, 1_000_000];
const AWAY: BarText = [105, 106, 104, 105, 1_000_000];

async function sentOrder(rig: Rig, over: Proposal = {}): Promise<{ runId: SymbolRunId; entryId: OrderId }> {
  const request = await rig.countersigned(over);
  const sent = await submitOrder(rig.deps, request);
  expect(sent.kind).toBe("submitted");
  await setSymbolRunStatus(db, { id: request.runId, status: "working" });
  return { runId: request.runId, entryId: sent.entryOrderId };
}

async function nextSession(rig: Rig): Promise<Awaited<ReturnType<typeof trackOrders>>> {
  rig.simulator.next();
  rig.clock.advance(60_000);
  return trackOrders(rig.deps);
}

const legs = async (runId: SymbolRunId) =>
  Object.fromEntries((await ordersOfRun(db, runId)).map((row) => [row.leg, row.status]));
const codes = async () => (await listAlerts(db)).map((alert) => alert.code);

describe("an approved order", () => {
  test("is accepted with stop and target, fills at the next session and is recorded with its fill", async () => {
    const rig = await orderRig(database, { bars: [FILLS] });
    const { runId, entryId } = await sentOrder(rig);
    expect(rig.posts()).toBe(1);
    const rows = await ordersOfRun(db, runId);
    expect(rows.map((row) => [row.leg, row.type, row.side, row.status, row.timeInForce])).toEqual([
      ["entry", "LIMIT", "BUY", "ACCEPTED", "DAY"],
      ["stop", "STOP", "SELL", "ACCEPTED", "GTC"],
      ["target", "LIMIT", "SELL", "ACCEPTED", "GTC"],
    ]);
    expect(rows.every((row) => row.brokerOrderId !== null)).toBe(true);

    const tracked = await nextSession(rig);
    expect(tracked.finishedRuns).toEqual([runId]);
    const entry = await getOrder(db, entryId);
    expect(entry).toMatchObject({ status: "FILLED", filledQuantity: "200", averageFillPrice: "100" });
    const fills = await fillsOfOrder(db, entry.id);
    expect(fills.map((fill) => [fill.quantity, fill.price])).toEqual([["200", "100"]]);
    expect(fills.every((fill) => fill.commission !== null)).toBe(true);
  });

  test("that fills in parts over two looks has one fill per part", async () => {
    const rig = await orderRig(database, { bars: [[100, 101, 99, 100, 1_500], FILLS] });
    const { runId, entryId } = await sentOrder(rig, { limits: { riskPerTrade: "0.01" } });
    await nextSession(rig);
    const entry = await getOrder(db, entryId);
    expect(entry).toMatchObject({ status: "EXPIRED", filledQuantity: "150" });
    const fills = await fillsOfOrder(db, entryId);
    expect(fills.reduce((sum, fill) => sum + Number(fill.quantity), 0)).toBe(150);
    expect((await listOrderEvents(db, entryId)).map((event) => event.kind)).toEqual([
      "submitting",
      "accepted",
      "expired",
    ]);
    expect((await legs(runId)).entry).toBe("EXPIRED");
  });

  test("whose entry ended half filled gets a stop of its own for what was bought", async () => {
    const rig = await orderRig(database, {
      bars: [
        [100, 101, 99, 100, 1_500],
        [94, 94.5, 93, 94, 1_000_000],
      ],
    });
    const { runId } = await sentOrder(rig);
    await nextSession(rig);
    const stops = (await ordersOfRun(db, runId)).filter((row) => row.leg === "stop");
    expect(stops.map((row) => [row.attempt, row.quantity, row.status])).toEqual([
      [0, "200", "CANCELED"],
      [1, "150", "ACCEPTED"],
    ]);
    await nextSession(rig);
    expect((await getOrder(db, stops[1]?.id as OrderId)).status).toBe("FILLED");
    expect(await codes()).toEqual([]);
  });

  test("expires at the end of its session when the price never came", async () => {
    const rig = await orderRig(database, { bars: [AWAY] });
    const { runId } = await sentOrder(rig);
    const tracked = await nextSession(rig);
    expect(await legs(runId)).toEqual({ entry: "EXPIRED", stop: "CANCELED", target: "CANCELED" });
    expect(tracked).toMatchObject({ finishedRuns: [runId], working: 0 });
  });

  test("that filled while the desk was off is filled with its price, though the broker has forgotten the order", async () => {
    const rig = await orderRig(database, { bars: [FILLS, QUIET] });
    const { runId, entryId } = await sentOrder(rig);
    rig.simulator.next();
    const { finishedRuns } = await nextSession(rig);
    expect(finishedRuns).toEqual([runId]);
    expect(await getOrder(db, entryId)).toMatchObject({
      status: "FILLED",
      filledQuantity: "200",
      averageFillPrice: "100",
    });
    expect(await legs(runId)).toEqual({ entry: "FILLED", stop: "ACCEPTED", target: "ACCEPTED" });
  });

  test("that filled in part while the desk was off has expired with what it filled", async () => {
    const rig = await orderRig(database, { bars: [[100, 101, 99, 100, 1_500], QUIET] });
    const { entryId } = await sentOrder(rig);
    rig.simulator.next();
    await nextSession(rig);
    expect(await getOrder(db, entryId)).toMatchObject({
      status: "EXPIRED",
      filledQuantity: "150",
      averageFillPrice: "100",
    });
  });

  test("forgotten longer than the broker lists fills is left to a person: it may have filled", async () => {
    const rig = await orderRig(database, { bars: Array.from({ length: 8 }, () => AWAY) });
    const { entryId } = await sentOrder(rig);
    for (let session = 0; session < 7; session += 1) rig.simulator.next();
    await nextSession(rig);
    expect(await getOrder(db, entryId)).toMatchObject({ status: "ACCEPTED" });
    expect(await codes()).toContain("order_contradiction");
  });

  test("is stopped out, and the target goes with it", async () => {
    const rig = await orderRig(database, { bars: [FILLS, [94, 96, 93, 94, 1_000_000]] });
    const { runId } = await sentOrder(rig);
    await nextSession(rig);
    await nextSession(rig);
    expect(await legs(runId)).toEqual({ entry: "FILLED", stop: "FILLED", target: "CANCELED" });
  });

  test("reaches its target, and the stop goes with it", async () => {
    const rig = await orderRig(database, { bars: [FILLS, [108, 111, 107, 110, 1_000_000]] });
    const { runId } = await sentOrder(rig);
    await nextSession(rig);
    await nextSession(rig);
    expect(await legs(runId)).toEqual({ entry: "FILLED", stop: "CANCELED", target: "FILLED" });
  });
});

describe("a cancel", () => {
  test("is asked for, and done only when the broker says so", async () => {
    const rig = await orderRig(database, { bars: [FILLS] });
    const { runId, entryId } = await sentOrder(rig);
    expect(await cancelOrder(rig.deps, entryId)).toBe("PENDING_CANCEL");
    rig.clock.advance(1_000);
    await trackOrders(rig.deps);
    expect(await legs(runId)).toEqual({ entry: "CANCELED", stop: "CANCELED", target: "CANCELED" });
    await expect(cancelOrder(rig.deps, entryId)).rejects.toMatchObject({ code: "order_over" });
  });

  test("that comes too late leaves a filled order, and its position protected", async () => {
    const rig = await orderRig(database, { bars: [FILLS], settings: { orders: { cancelMs: 10_000 } } });
    const { runId, entryId } = await sentOrder(rig);
    await cancelOrder(rig.deps, entryId);
    rig.simulator.next();
    await trackOrders(rig.deps);
    expect(await legs(runId)).toEqual({ entry: "FILLED", stop: "ACCEPTED", target: "ACCEPTED" });
    expect(await codes()).toEqual([]);
  });
});

describe("a refusal or a question of the broker", () => {
  const far = {
    price: "130",
    target: "150",
    stop: "120",
    limits: { maxEntryDistance: "1", riskPerTrade: "0.001", maxPositionValue: "1" },
  };
  test("refused is recorded with its words and never sent again", async () => {
    const rig = await orderRig(database);
    const request = await rig.countersigned(far);
    const sent = await submitOrder(rig.deps, request);
    expect(sent).toMatchObject({ kind: "refused", status: "REJECTED" });
    expect(await submitOrder(rig.deps, request)).toMatchObject({ kind: "refused", status: "REJECTED" });
    expect(rig.posts()).toBe(1);
    expect(await legs(request.runId)).toEqual({ entry: "REJECTED", stop: "REJECTED", target: "REJECTED" });
    expect(rig.simulator.orders()).toEqual([]);
  });

  const large = {
    limits: { maxOrderValue: "500000", maxPositionValue: "1", maxConcentration: "1", riskPerTrade: "0.01" },
  };
  test("a question left to a person leaves nothing live, and goes out anew once that person has confirmed it", async () => {
    const rig = await orderRig(database, { settings: { cash: 1_000_000 } });
    const request = await rig.countersigned(large);
    const asked = await submitOrder(rig.deps, request);
    expect(asked).toMatchObject({ kind: "question", status: "REJECTED" });
    expect(rig.simulator.orders()).toEqual([]);
    expect(await submitOrder(rig.deps, request)).toMatchObject({ kind: "question" });
    const again = await submitOrder(rig.deps, { ...request, confirmedByPerson: ["o451"] });
    expect(again.kind).toBe("submitted");
    expect(again.entryOrderId).not.toBe(asked.entryOrderId);
    expect(rig.simulator.orders().map((order) => order.type)).toHaveLength(3);
  });
});

describe("a bracket that does not arrive whole", () => {
  test("without its stop: the entry is cancelled and an alarm raised", async () => {
    const rig = await orderRig(database, { bars: [FILLS] });
    const request = await rig.countersigned();
    rig.simulator.faults.add({ kind: "reject_child" });
    await submitOrder(rig.deps, request);
    expect(await codes()).toContain("stop_missing");
    rig.clock.advance(1_000);
    await trackOrders(rig.deps);
    expect(await legs(request.runId)).toMatchObject({ entry: "CANCELED", stop: "REJECTED" });
  });

  test("without its stop, and filled before the cancel: the position gets a stop at once", async () => {
    const settings = { orders: { cancelMs: 10_000 } };
    const rig = await orderRig(database, { bars: [FILLS], settings });
    const request = await rig.countersigned();
    rig.simulator.faults.add({ kind: "reject_child" });
    await submitOrder(rig.deps, request);
    rig.simulator.next();
    await trackOrders(rig.deps);
    const stops = (await ordersOfRun(db, request.runId)).filter((row) => row.leg === "stop");
    expect(stops.map((row) => [row.attempt, row.status])).toEqual([
      [0, "REJECTED"],
      [1, "ACCEPTED"],
    ]);
  });

  test("without its target: the entry stands, and a warning says so", async () => {
    const rig = await orderRig(database, { bars: [FILLS] });
    const request = await rig.countersigned();
    rig.simulator.faults.add({ kind: "reject_child", skip: 1 });
    await submitOrder(rig.deps, request);
    expect(await legs(request.runId)).toEqual({ entry: "ACCEPTED", stop: "ACCEPTED", target: "REJECTED" });
    expect(await codes()).toEqual(["target_missing"]);
  });
});

describe("flatten", () => {
  test("closes at the market what the desk holds, once, and leaves what others opened", async () => {
    const rig = await orderRig(database, {
      bars: [FILLS, FILLS, FILLS],
      more: { MSFT: [FILLS, FILLS, FILLS] },
    });
    const { runId } = await sentOrder(rig);
    await placeByHand(rig, { conid: 272093, quantity: 5 });
    await nextSession(rig);
    const id = randomUUID() as ExecutionId;
    const first = await flatten(rig.deps, { id });
    expect(first).toMatchObject({ failed: [] });
    expect(first.sent).toHaveLength(1);
    expect((await flatten(rig.restarted(), { id })).sent).toEqual(first.sent);
    expect(await legs(runId)).toEqual({ entry: "FILLED", stop: "CANCELED", target: "CANCELED" });
    const exit = await getOrder(db, first.sent[0] as OrderId);
    expect(exit).toMatchObject({ leg: "exit", type: "MARKET", side: "SELL", quantity: "200" });
    await nextSession(rig);
    expect((await rig.client.positions()).map((held) => [held.symbol, held.quantity])).toEqual([
      ["MSFT", "5"],
    ]);
  });
});

describe("a closing order", () => {
  test("takes stop and target away first, sells what is held, and no more", async () => {
    const rig = await orderRig(database, { bars: [FILLS, FILLS, FILLS] });
    const { runId } = await sentOrder(rig);
    await nextSession(rig);
    const request = await rig.countersigned({ signal: "SELL", price: "100.5", target: "95", stop: "103" });
    const sent = await submitOrder(rig.deps, request);
    expect(sent.kind).toBe("submitted");
    expect(await legs(runId)).toEqual({ entry: "FILLED", stop: "CANCELED", target: "CANCELED" });
    expect((await ordersOfRun(db, request.runId)).map((row) => [row.leg, row.side, row.quantity])).toEqual([
      ["exit", "SELL", "200"],
    ]);
    await nextSession(rig);
    expect((await getOrder(db, sent.entryOrderId)).status).toBe("FILLED");
    expect(await rig.client.positions()).toEqual([]);
    expect(await codes()).toEqual([]);
  });
});
