// The gateway's figures: calls through client and simulator in process, what pacing costs per call, and the long soak.
import type { Clock } from "#tools/clock.ts";
import { createIbkrClient } from "#tools/ibkr/create-client.ts";
import type { PacingBudget } from "#tools/ibkr/pacing/budget.ts";
import { pacingGate } from "#tools/ibkr/pacing/gate.ts";
import { EMPTY_PACING_RECORD, type PacingLedger } from "#tools/ibkr/pacing/ledger.ts";
import { inProcessTransport } from "#tools/ibkr/transport/in-process.ts";
import { createSimulator, loadMarketData } from "#tools/simulator/index.ts";
import { soak } from "../contracts/gateway-soak.ts";
import { benchCache } from "./gateway-cache.ts";
import type { BenchRow } from "./row.ts";

const suite = "gateway";

/** The published limits would be all that is measured: here nobody waits. */
const unpaced: PacingBudget = {
  acquire: async () => ({ release: async () => {} }),
  penalty: async () => {},
  status: () => ({ penaltyUntil: null, waiting: 0 }),
};

export async function benchGateway(clock: Clock): Promise<BenchRow[]> {
  return [...(await calls(clock)), await pacing(clock), ...(await longSoak(clock))];
}

async function calls(clock: Clock): Promise<BenchRow[]> {
  const { market } = await loadMarketData({});
  const simulator = createSimulator({
    market,
    accountId: "DU1000001",
    clock,
    settings: { pacing: { enforced: false } },
  });
  const client = createIbkrClient({
    transport: inProcessTransport({ fetch: simulator.fetch, address: "simulator" }),
    pacing: unpaced,
    clock,
    marketClock: simulator.clock,
    requirePaper: true,
    gatewayKind: "simulator",
    session: "main",
  });
  const instrument = await client.resolveStock("AAPL" as Parameters<typeof client.resolveStock>[0]);
  const summary = await perSecond(clock, 2_000, () => client.summary());
  const history = await perSecond(clock, 100, () =>
    client.history({ instrument, timeframe: "daily", count: 450 }),
  );
  const asOf = await simulator.clock.now();
  return [
    { suite, name: "calls through client and simulator (summary)", value: summary, unit: "1/s" },
    { suite, name: "histories of 450 daily bars, parsed", value: history, unit: "1/s" },
    ...(await benchCache({ client, instrument, asOf, clock })),
  ];
}

/** On a ledger whose time leaps a minute per look, so that no call ever has to wait. */
async function pacing(clock: Clock): Promise<BenchRow> {
  let now = 0;
  let record = EMPTY_PACING_RECORD;
  const ledger: PacingLedger = {
    update: async (step) => {
      now += 60_000;
      const stepped = step(record, now);
      record = stepped.record;
      return stepped.result;
    },
  };
  const gate = pacingGate({ ledger, processName: "bench" });
  const rate = await perSecond(clock, 20_000, async () => {
    const permit = await gate.acquire({
      method: "GET",
      path: "/iserver/marketdata/history",
      priority: "read",
    });
    await permit.release();
  });
  return { suite, name: "pacing per call, ledger in memory", value: 1e6 / rate, unit: "µs" };
}

async function longSoak(clock: Clock): Promise<BenchRow[]> {
  const count = 10_000;
  const started = clock.monotonic();
  const report = await soak({ calls: count, seed: 7 });
  const seconds = (clock.monotonic() - started) / 1000;
  const wrong =
    report.unaccounted.length + report.duplicates.length + report.breaches + report.unhandled.length;
  return [
    { suite, name: "soak of 10,000 calls with faults", value: seconds, unit: "s" },
    {
      suite,
      name: "soak: orders unaccounted for, duplicates, breaches, unhandled errors",
      value: wrong,
      unit: "",
      target: { atMost: 0 },
    },
  ];
}

async function perSecond(clock: Clock, rounds: number, work: () => Promise<unknown>): Promise<number> {
  for (let round = 0; round < rounds / 10; round += 1) await work();
  const started = clock.monotonic();
  for (let round = 0; round < rounds; round += 1) await work();
  return rounds / ((clock.monotonic() - started) / 1000);
}
