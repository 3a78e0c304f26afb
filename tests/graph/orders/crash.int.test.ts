// Killed at any point, timed out, dropped: never sent twice, never lost, always at an end that the rows tell.
import { beforeEach, describe, expect, test } from "vitest";
import { submitOrder } from "#graph/orders/submit.ts";
import { trackOrders } from "#graph/orders/track.ts";
import { ORDER_STEPS, type OrderStep } from "#graph/orders/types.ts";
import { setSymbolRunStatus } from "#store/runs/symbol-runs.ts";
import { ordersOfRun } from "#store/trading/orders.ts";
import { testDatabase } from "../../support/database.ts";
import { emptyBook } from "./reset.ts";
import { orderRig } from "./rig.ts";

const database = await testDatabase();
const { db } = database;
beforeEach(() => emptyBook(database));

class Crash extends Error {}
const dieAt = (step: OrderStep) => (at: OrderStep) => {
  if (at === step) throw new Crash(step);
};

describe("a crash", () => {
  const points = ORDER_STEPS.filter((step) => step !== "after_lookup");
  test.each(points)(
    "at %s, and again at each later point, ends with one bracket at the broker",
    async (step) => {
      const rig = await orderRig(database);
      const request = await rig.countersigned();
      await expect(submitOrder({ ...rig.deps, onStep: dieAt(step) }, request)).rejects.toBeInstanceOf(Crash);
      // The process is gone; another one takes the run over, and dies while it looks.
      await submitOrder(rig.restarted(dieAt("after_lookup")), request).catch(() => undefined);
      rig.clock.advance(31_000);
      const result = await submitOrder(rig.restarted(), request);
      expect(result).toMatchObject({ kind: "submitted", status: "ACCEPTED" });
      expect(rig.simulator.orders()).toHaveLength(3);
      expect(await submitOrder(rig.restarted(), request)).toMatchObject({ kind: "submitted" });
      expect(rig.simulator.orders()).toHaveLength(3);
      const working = (await ordersOfRun(db, request.runId)).filter((row) => row.status === "ACCEPTED");
      expect(working.map((row) => row.leg)).toEqual(["entry", "stop", "target"]);
    },
  );

  test("between SUBMITTING and the POST is not believed to be absent before a request could have arrived", async () => {
    const rig = await orderRig(database);
    const request = await rig.countersigned();
    await expect(submitOrder({ ...rig.deps, onStep: dieAt("after_submitting") }, request)).rejects.toThrow(
      Crash,
    );
    expect(await submitOrder(rig.restarted(), request)).toMatchObject({ kind: "unknown", status: "UNKNOWN" });
    expect(rig.posts()).toBe(0);
  });

  test("leaves the tracker to find out, when no worker takes the run over", async () => {
    const rig = await orderRig(database);
    const request = await rig.countersigned();
    await expect(submitOrder({ ...rig.deps, onStep: dieAt("after_post") }, request)).rejects.toThrow(Crash);
    await trackOrders(rig.restarted());
    expect((await ordersOfRun(db, request.runId)).map((row) => row.status)).toEqual([
      "ACCEPTED",
      "ACCEPTED",
      "ACCEPTED",
    ]);
    expect(rig.posts()).toBe(1);
  });
});

describe("an answer that never comes", () => {
  test.each(["hang_after", "drop_after", "unavailable_after"] as const)(
    "%s: taken by the broker, adopted by its client order id, sent once",
    async (kind) => {
      const rig = await orderRig(database);
      const request = await rig.countersigned();
      // The last confirmation is the call that makes the order live.
      rig.simulator.faults.add({ kind, method: "POST", path: "/reply", skip: 1 });
      const sent = await submitOrder(rig.deps, request);
      expect(sent).toMatchObject({ kind: "submitted", status: "ACCEPTED" });
      expect(rig.simulator.orders()).toHaveLength(3);
      expect((await ordersOfRun(db, request.runId)).map((row) => row.status)).toEqual([
        "ACCEPTED",
        "ACCEPTED",
        "ACCEPTED",
      ]);
    },
  );

  test.each(["hang", "drop", "unavailable"] as const)(
    "%s before the broker took it: unknown, then surely not there, then sent under a new id",
    async (kind) => {
      const rig = await orderRig(database);
      const request = await rig.countersigned();
      rig.simulator.faults.add({ kind, method: "POST", path: "/orders" });
      const sent = await submitOrder(rig.deps, request);
      expect(sent.kind).toBe("unknown");
      await setSymbolRunStatus(db, { id: request.runId, status: "working" });
      expect((await trackOrders(rig.deps)).finishedRuns).toEqual([]);
      rig.clock.advance(31_000);
      expect((await trackOrders(rig.deps)).finishedRuns).toEqual([request.runId]);
      const rows = await ordersOfRun(db, request.runId);
      expect(rows.map((row) => row.status)).toEqual(["REJECTED", "REJECTED", "REJECTED"]);
      expect(rig.simulator.orders()).toEqual([]);
      const again = await submitOrder(rig.deps, request);
      expect(again.kind).toBe("submitted");
      expect(again.entryOrderId).not.toBe(sent.entryOrderId);
      expect(rig.simulator.orders()).toHaveLength(3);
    },
  );

  test("keeps the symbol closed for other runs until it is known", async () => {
    const rig = await orderRig(database);
    const first = await rig.countersigned();
    rig.simulator.faults.add({ kind: "hang", method: "POST", path: "/orders" });
    await submitOrder(rig.deps, first);
    const second = await rig.propose();
    expect(second.judged.verdict.codes).toContain("order_unknown");
  });
});

describe("two workers", () => {
  test("that send the same order at once send it once", async () => {
    const rig = await orderRig(database);
    const request = await rig.countersigned();
    // The graph holds the run's lock; even without it the rows and their locks allow one POST only.
    const results = await Promise.allSettled([
      submitOrder(rig.deps, request),
      submitOrder(rig.restarted(), request),
      submitOrder(rig.restarted(), request),
    ]);
    expect(results.some((result) => result.status === "fulfilled")).toBe(true);
    expect(rig.posts()).toBe(1);
    expect(rig.simulator.orders()).toHaveLength(3);
  });
});
