// Several processes' clients on one gateway and one ledger in the database: the simulator never sees a breach.
import { expect, test } from "vitest";
import type { BrokerOrderId, Ticker } from "#store/model/ids.ts";
import { sharedLedger } from "#store/pacing.ts";
import { testDatabase } from "#tests/support/database.ts";
import { createIbkrClient } from "#tools/ibkr/create-client.ts";
import { pacingGate } from "#tools/ibkr/pacing/gate.ts";
import { EMPTY_PACING_RECORD } from "#tools/ibkr/pacing/ledger.ts";
import { inProcessTransport } from "#tools/ibkr/transport/in-process.ts";
import { createSimulator, loadMarketData } from "#tools/simulator/index.ts";

const database = await testDatabase();
const clock = { now: () => new Date(), monotonic: () => performance.now() };

test("keeps three clients that ask at once within the gateway's limits", { timeout: 120_000 }, async () => {
  const { market } = await loadMarketData({});
  const simulator = createSimulator({ market, accountId: "DU1000001", clock });
  const clients = ["a", "b", "c"].map((processName) =>
    createIbkrClient({
      transport: inProcessTransport({ fetch: simulator.fetch, address: "simulator" }),
      pacing: pacingGate({
        ledger: sharedLedger(database, { gateway: "simulator", empty: EMPTY_PACING_RECORD }),
        processName,
      }),
      clock,
      marketClock: simulator.clock,
      requirePaper: true,
      gatewayKind: "simulator",
      session: "main",
    }),
  );
  await Promise.all(
    clients.map(async (client) => {
      await client.ensureReady();
      await Promise.all([client.resolveStock(AAPL), ...[1, 2, 3].map(() => client.orders.status(ANY_ORDER))]);
    }),
  );
  const entries = simulator.journal.entries();
  expect(entries.length).toBeGreaterThan(15);
  expect(entries.filter((entry) => entry.status === 429)).toEqual([]);
});

const AAPL = "AAPL" as Ticker;
const ANY_ORDER = "123456" as BrokerOrderId;
