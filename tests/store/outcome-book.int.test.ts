// What trades came to is kept in memory: no change of a fill may ever be missed, whoever writes it and whenever it commits.
import { expect, test } from "vitest";
import type { Db } from "#store/database.ts";
import { transaction } from "#store/database.ts";
import type { BrokerOrderId, OrderId } from "#store/model/ids.ts";
import type { Fill } from "#store/model/order.ts";
import { keptHoldings } from "#store/results/kept-holdings.ts";
import { tradeOutcomes } from "#store/results/trades.ts";
import { saveFill } from "#store/trading/fills.ts";
import { createOrders } from "#store/trading/orders.ts";
import { deskHoldings } from "#store/trading/room.ts";
import { testDatabase } from "#tests/support/database.ts";
import {
  approvedOrder,
  conid,
  decimal,
  instant,
  PAPER_ACCOUNT,
  seedRun,
  ticker,
} from "#tests/support/seed.ts";

const database = await testDatabase();
const { db } = database;
let count = 0;

async function filledEntry(instrument: number): Promise<{ order: OrderId; fill: Fill }> {
  count += 1;
  const entry = await approvedOrder(db, await seedRun(db), { conid: conid(instrument) });
  await createOrders(db, [entry]);
  const fill: Fill = {
    executionRef: `ref${count}.01`,
    orderId: entry.id,
    brokerOrderId: String(1000 + count) as BrokerOrderId,
    clientOrderId: null,
    accountId: PAPER_ACCOUNT,
    conid: conid(instrument),
    symbol: ticker("AAPL"),
    side: "BUY",
    quantity: decimal("10"),
    price: decimal("200"),
    commission: null,
    currency: "USD",
    at: instant(`2025-07-01T14:00:0${count}.000Z`),
  };
  return { order: entry.id, fill };
}

const prices = async (of: Db = db) =>
  (await tradeOutcomes(of, PAPER_ACCOUNT)).map((trade) => `${trade.entryPrice} ${trade.commissions}`);

/** Whether two looks give the very same list: once no transaction runs on the server, of other tests' databases neither. */
async function isKept(look: () => Promise<unknown>): Promise<boolean> {
  const first = await look();
  return first === (await look());
}

test("outcomes are the same list until a fill comes, gains its commission, or is corrected", async () => {
  const { fill } = await filledEntry(1);
  expect(await prices()).toEqual([]);
  await saveFill(db, fill);
  expect(await prices()).toEqual(["200 0"]);
  await expect.poll(() => isKept(() => tradeOutcomes(db, PAPER_ACCOUNT))).toBe(true);

  await saveFill(db, { ...fill, commission: decimal("1.5") });
  expect(await prices()).toEqual(["200 1.5"]);

  await saveFill(db, { ...fill, executionRef: "ref1.02", price: decimal("201"), commission: decimal("1") });
  expect(await prices()).toEqual(["201 1"]);

  const other = await filledEntry(2);
  await saveFill(db, other.fill);
  expect(await prices()).toEqual(["201 1", "200 0"]);
  await db.execute("update strategies set name = name || ' renamed'");
  expect((await tradeOutcomes(db, PAPER_ACCOUNT)).every((trade) => trade.strategy.endsWith("renamed"))).toBe(
    true,
  );
});

test("a fill whose transaction began before a look and ended after it is in the next one", async () => {
  const before = await prices();
  const { fill } = await filledEntry(3);
  const later = await filledEntry(4);
  await transaction(db, async (slow) => {
    await saveFill(slow, fill);
    await saveFill(db, later.fill);
    expect(await prices()).toEqual([...before, "200 0"]);
    expect(await prices()).toHaveLength(before.length + 1);
  });
  expect(await prices()).toHaveLength(before.length + 2);
  expect(await Promise.all([prices(), prices(), prices()])).toEqual(Array(3).fill(await prices()));
});

test("what the desk holds is the same list until a fill comes or is corrected, also by a transaction that ends late", async () => {
  const held = async () => {
    const kept = await keptHoldings(db, PAPER_ACCOUNT);
    expect(kept).toEqual(await deskHoldings(db, PAPER_ACCOUNT));
    return kept;
  };
  await expect.poll(() => isKept(held)).toBe(true);
  const before = await held();
  const { fill } = await filledEntry(9);
  let commit: () => void = () => undefined;
  const committed = new Promise<void>((resolve) => {
    commit = resolve;
  });
  const late = transaction(db, async (tx) => {
    await saveFill(tx, fill);
    await committed;
  });
  expect(await held()).toEqual(before);
  commit();
  await late;
  expect(await held()).toHaveLength(before.length + 1);
  await saveFill(db, {
    ...fill,
    executionRef: fill.executionRef.replace(".01", ".02"),
    quantity: decimal("7"),
  });
  expect((await held()).find((one) => one.conid === conid(9))?.quantity).toBe("7");
});
