// `countersign doctor --acceptance` on a gateway that nobody has a hand on: what it runs, what it leaves alone.
import { describe, expect, test } from "vitest";
import { type AcceptanceOptions, type AcceptanceTarget, acceptance } from "#server/doctor/acceptance.ts";
import { autoTime } from "#tests/tools/ibkr/auto-time.ts";
import { ACCEPTANCE_CASES } from "#tools/ibkr/acceptance/cases.ts";
import { createIbkrClient } from "#tools/ibkr/create-client.ts";
import { memoryPacing } from "#tools/ibkr/pacing/memory.ts";
import { inProcessTransport } from "#tools/ibkr/transport/in-process.ts";
import { createSimulator, loadMarketData, type SettingsOverride } from "#tools/simulator/index.ts";

const market = loadMarketData({}).then((loaded) => loaded.market);

async function gateway(settings: SettingsOverride = {}) {
  const time = autoTime();
  const simulator = createSimulator({
    market: await market,
    accountId: "DU1000001",
    clock: time.clock,
    settings,
  });
  const pacing = memoryPacing(time.clock, { timer: time.timer });
  const target: AcceptanceTarget = {
    name: "a gateway",
    wait: time.sleep,
    create: (instead) =>
      createIbkrClient({
        transport: time.watched(inProcessTransport({ fetch: simulator.fetch, address: "simulator" })),
        pacing,
        clock: time.clock,
        marketClock: simulator.clock,
        requirePaper: true,
        gatewayKind: "ibkr",
        session: "main",
        timing: { sleep: time.sleep },
        ...instead,
      }),
  };
  return { simulator, target };
}

const options = (wanted: Partial<AcceptanceOptions> = {}): AcceptanceOptions => ({
  trade: false,
  symbol: "AAPL",
  signal: new AbortController().signal,
  onReady: () => {},
  onResult: () => {},
  ...wanted,
});

describe("doctor --acceptance", () => {
  test("runs what only reads, places no order, and says why the rest is skipped", async () => {
    const { simulator, target } = await gateway();
    const { results, account } = await acceptance(target, options());
    expect(account).toBe("DU1000001");
    expect(results.filter((result) => result.outcome === "failed")).toEqual([]);
    const reads = ACCEPTANCE_CASES.filter((one) => one.needs === "reads").length;
    expect(results.filter((result) => result.outcome === "passed")).toHaveLength(reads);
    expect(new Set(results.map((result) => result.why))).toEqual(
      new Set([null, "it would trade", "it needs a hand on the gateway"]),
    );
    expect(simulator.orders()).toEqual([]);
  });

  test("trades when told to, says so before the first order, and leaves nothing working", async () => {
    const { simulator, target } = await gateway();
    const told: number[] = [];
    const report = await acceptance(
      target,
      options({ trade: true, onReady: () => told.push(simulator.orders().length) }),
    );
    expect(told).toEqual([0]);
    expect(report.results.filter((result) => result.outcome === "failed")).toEqual([]);
    expect(simulator.orders().length).toBeGreaterThan(5);
    expect(simulator.orders().filter((order) => order.status !== "Cancelled")).toEqual([]);
    expect(simulator.orders().every((order) => order.quantity === 1)).toBe(true);
  });

  test("takes back what a failed case left at the broker", async () => {
    const { simulator, target } = await gateway();
    // The first cancel is never answered: its case fails with the order still working.
    simulator.faults.add({ kind: "unavailable", method: "DELETE" });
    const report = await acceptance(target, options({ trade: true }));
    expect(report.results.filter((result) => result.outcome === "failed")).toHaveLength(1);
    expect(report.leftBehind).toEqual([]);
    expect(
      simulator
        .orders()
        .filter((order) => order.status !== "Cancelled")
        .map((order) => order.status),
    ).toEqual(["PendingCancel"]);
  });

  test("refuses a live login before anything else", async () => {
    const { simulator, target } = await gateway({ session: { paper: false } });
    await expect(acceptance(target, options({ trade: true }))).rejects.toMatchObject({
      code: "account_is_live",
    });
    expect(simulator.orders()).toEqual([]);
  });

  test("refuses what is no ticker", async () => {
    const { target } = await gateway();
    await expect(acceptance(target, options({ symbol: "not a ticker" }))).rejects.toMatchObject({
      code: "symbol",
    });
  });
});
