// Two processes that send orders through one gateway at once: another order request would invalidate an open question.
import { afterAll, expect, test } from "vitest";
import { sharedOrderLock } from "#server/gateway/order-lock.ts";
import { openDatabase } from "#store/database.ts";
import type { ClientOrderId, Ticker } from "#store/model/ids.ts";
import type { DecimalString } from "#store/model/money.ts";
import { testDatabase } from "#tests/support/database.ts";
import type { IbkrClient, IbkrClientOptions } from "#tools/ibkr/client.ts";
import { createIbkrClient } from "#tools/ibkr/create-client.ts";
import type { SubmitOutcome } from "#tools/ibkr/orders/types.ts";
import type { PacingBudget } from "#tools/ibkr/pacing/budget.ts";
import { inProcessTransport } from "#tools/ibkr/transport/in-process.ts";
import { createSimulator, loadMarketData } from "#tools/simulator/index.ts";

const first = await testDatabase();
const second = await openDatabase({ url: first.url, applicationName: "countersign-test" });
afterAll(() => second.close());

const clock = { now: () => new Date(), monotonic: () => performance.now() };
/** Pacing would space the calls; here they shall meet. */
const unpaced: PacingBudget = {
  acquire: async () => ({ release: async () => {} }),
  penalty: async () => {},
  status: () => ({ penaltyUntil: null, waiting: 0 }),
};

async function submitTogether(
  locks: readonly Partial<Pick<IbkrClientOptions, "orderLock">>[],
): Promise<SubmitOutcome["kind"][]> {
  const { market } = await loadMarketData({});
  const settings = { pacing: { enforced: false }, data: { warmMs: 0 } };
  const simulator = createSimulator({ market, accountId: "DU1000001", clock, settings });
  // Each answer takes a moment, as on a network, so that the conversations would overlap.
  simulator.faults.add({ kind: "slow", delayMs: 5, times: 1_000, path: "/iserver/reply" });
  const clients = locks.map((lock) =>
    createIbkrClient({
      transport: inProcessTransport({ fetch: simulator.fetch, address: "simulator" }),
      pacing: unpaced,
      clock,
      marketClock: simulator.clock,
      requirePaper: true,
      gatewayKind: "simulator",
      session: "main",
      ...lock,
    }),
  );
  const outcomes = await Promise.all(
    clients.flatMap((client, process) =>
      [1, 2, 3].map((number) => submitFar(client, `CS-${process}-${number}`)),
    ),
  );
  await Promise.all(clients.map((client) => client.close()));
  return outcomes.map((outcome) => outcome.kind).sort();
}

/** A limit far below the market: the broker asks before it takes it. */
async function submitFar(client: IbkrClient, id: string): Promise<SubmitOutcome> {
  const { conid, symbol } = await client.resolveStock("AAPL" as Ticker);
  return client.orders.submit([
    {
      leg: "entry",
      clientOrderId: id as ClientOrderId,
      conid,
      symbol,
      side: "BUY",
      type: "LIMIT",
      timeInForce: "GTC",
      quantity: "1" as DecimalString,
      limitPrice: "150" as DecimalString,
      stopPrice: null,
    },
  ]);
}

test("places every order when the processes share the lock", async () => {
  const locks = [first, second].map((database) => ({
    orderLock: sharedOrderLock(database, "localhost:5000"),
  }));
  expect(await submitTogether(locks)).toEqual(Array(6).fill("accepted"));
});

test("would lose questions to each other without it", async () => {
  expect(await submitTogether([{}, {}])).toContain("unknown");
});
