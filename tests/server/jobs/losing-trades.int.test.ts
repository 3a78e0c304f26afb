// Losses in a row: counted over the newest fills alone, told once per loss from the configured number on.
import { expect, test } from "vitest";
import { losingTradesTask } from "#server/jobs/losing-trades.ts";
import { AccountId, type BrokerOrderId, type Instant, type OrderId } from "#store/model/ids.ts";
import type { Fill } from "#store/model/order.ts";
import { losingStreak } from "#store/results/losing-streak.ts";
import { acknowledgeAlert, listAlerts } from "#store/trading/alerts.ts";
import { saveFill } from "#store/trading/fills.ts";
import { createOrders } from "#store/trading/orders.ts";
import { testDatabase } from "#tests/support/database.ts";
import { approvedOrder, conid, decimal, PAPER_ACCOUNT, seedRun, ticker } from "#tests/support/seed.ts";

const database = await testDatabase();
const { db } = database;
const OTHER = AccountId.parse("DU2000002");
let count = 0;

/** Buys ten shares at 200 and sells them by hand; trades of an instrument of its own, a minute after the one before. */
async function trade(exit: string | null, account = PAPER_ACCOUNT): Promise<OrderId> {
  count += 1;
  const number = count;
  const instrument = { conid: conid(1_000 + number), symbol: ticker("AAPL"), accountId: account };
  const entry = await approvedOrder(db, await seedRun(db), instrument);
  await createOrders(db, [entry]);
  const fill = (side: Fill["side"], price: string): Fill => ({
    ...instrument,
    executionRef: `${side}${number}.01`,
    orderId: side === "BUY" ? entry.id : null,
    brokerOrderId: `${side}${number}` as BrokerOrderId,
    clientOrderId: null,
    side,
    quantity: decimal("10"),
    price: decimal(price),
    commission: decimal("1"),
    currency: "USD",
    at: new Date(Date.UTC(2025, 6, 1, 14, number, side === "BUY" ? 0 : 30)).toISOString() as Instant,
  });
  await saveFill(db, fill("BUY", "200"));
  if (exit !== null) await saveFill(db, fill("SELL", exit));
  return entry.id;
}

/** As after a restart: nothing is remembered but what is in the database. */
const look = () =>
  losingTradesTask({ database, account: () => PAPER_ACCOUNT, limit: 3 }).run(new AbortController().signal);
const told = async () =>
  (await listAlerts(db)).map(({ code, orderId, message }) => ({ code, orderId, message }));

test("the third loss in a row is told once, a fourth replaces it, and a gain ends the count", async () => {
  expect(await losingStreak(db, PAPER_ACCOUNT)).toMatchObject({ trades: 0, newest: null });
  await trade("210");
  await trade("190");
  // Lost by its commissions alone.
  await trade("200.1");
  await trade("150", OTHER);
  await look();
  expect(await told()).toEqual([]);

  const third = await trade("190");
  await trade(null);
  await look();
  await look();
  const [alert, ...more] = await listAlerts(db);
  expect(more).toEqual([]);
  expect(alert).toMatchObject({ level: "warning", code: "losing_trades", orderId: third });
  expect(alert?.message).toContain("3 closed trades in a row lost money, -205 USD together");
  await acknowledgeAlert(db, alert?.id ?? 0, "tester");
  await look();
  expect(await told()).toEqual([]);

  await trade("190");
  await look();
  const fifth = await trade("190");
  await look();
  expect(await told()).toMatchObject([{ orderId: fifth, message: expect.stringContaining("5 closed") }]);

  await trade("210");
  expect(await losingStreak(db, PAPER_ACCOUNT)).toMatchObject({ trades: 0, lost: [] });
  await look();
  expect(await told()).toMatchObject([{ orderId: fifth }]);
});

test("a streak that is longer than the first look is counted whole", async () => {
  await trade("210", OTHER);
  for (let round = 0; round < 6; round += 1)
    await Promise.all(Array.from({ length: 10 }, () => trade("190", OTHER)));
  expect(await losingStreak(db, OTHER)).toMatchObject({
    trades: 60,
    atLeast: false,
    lost: [{ currency: "USD", amount: "-6120" }],
  });
});
