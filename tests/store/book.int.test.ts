import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { instrumentByConid, instrumentBySymbol, saveInstrument } from "#store/market/instruments.ts";
import { AccountId, BrokerOrderId } from "#store/model/ids.ts";
import type { Fill, Position } from "#store/model/order.ts";
import { getStrategy, listStrategyVersions, saveStrategy } from "#store/strategies/strategies.ts";
import {
  addWorkflowSymbol,
  changeWorkflowSymbol,
  listWorkflowSymbols,
  removeWorkflowSymbol,
} from "#store/strategies/workflow-symbols.ts";
import { acknowledgeAlert, listAlerts, raiseAlert } from "#store/trading/alerts.ts";
import { fillsOfOrder, fillsWithoutOrder, listFills, saveFill } from "#store/trading/fills.ts";
import { createOrders } from "#store/trading/orders.ts";
import { latestSnapshot, listSnapshots, saveSnapshot } from "#store/trading/portfolio.ts";
import { listPositions, replacePositions } from "#store/trading/positions.ts";
import { blockSymbol, openBlocks, resolveBlock } from "#store/trading/symbol-blocks.ts";
import { currentTradingState, setTradingState } from "#store/trading/trading-state.ts";
import { testDatabase } from "#tests/support/database.ts";
import {
  approvedOrder,
  conid,
  decimal,
  instant,
  PAPER_ACCOUNT,
  seedRun,
  seedStrategy,
  ticker,
} from "#tests/support/seed.ts";

const { db } = await testDatabase();
const at = instant("2025-07-01T14:30:00.000Z");

function fill(executionRef: string, change: Partial<Fill> = {}): Fill {
  return {
    executionRef,
    orderId: null,
    brokerOrderId: BrokerOrderId.parse("1234"),
    clientOrderId: null,
    accountId: PAPER_ACCOUNT,
    conid: conid(265598),
    symbol: ticker("AAPL"),
    side: "BUY",
    quantity: decimal("4"),
    price: decimal("199.95"),
    commission: null,
    currency: "USD",
    at,
    ...change,
  };
}

test("a fill counts once; its commission and order may come later", async () => {
  const order = await approvedOrder(db, await seedRun(db));
  await createOrders(db, [order]);
  expect(await saveFill(db, fill("0001.a.01"))).toMatchObject({ isNew: true, row: { commission: null } });
  expect((await fillsWithoutOrder(db, PAPER_ACCOUNT)).map((row) => row.executionRef)).toContain("0001.a.01");
  const later = { commission: decimal("1.05"), orderId: order.id };
  expect(await saveFill(db, fill("0001.a.01", later))).toMatchObject({ isNew: false, row: later });
  expect(await saveFill(db, fill("0001.a.01"))).toMatchObject({ isNew: false, row: later });
  expect(await fillsOfOrder(db, order.id)).toHaveLength(1);
});

test("partial fills are fills of their own, and a correction takes the place of what it corrects", async () => {
  const order = await approvedOrder(db, await seedRun(db));
  await createOrders(db, [order]);
  const of = { orderId: order.id };
  await saveFill(db, fill("0002.a.01", of));
  await saveFill(db, fill("0002.b.01", { ...of, at: instant("2025-07-01T14:31:00.000Z") }));
  await saveFill(db, fill("0002.a.02", { ...of, price: decimal("199.90") }));
  const counted = (await fillsOfOrder(db, order.id)).map((row) => [row.executionRef, row.price]);
  expect(counted).toEqual([
    ["0002.a.02", "199.90"],
    ["0002.b.01", "199.95"],
  ]);
  const listed = (await listFills(db, { symbol: ticker("AAPL"), limit: 500 })).rows.map(
    (row) => row.executionRef,
  );
  expect(listed).not.toContain("0002.a.01");
});

test("many readers of the same trade report store it once", async () => {
  const results = await Promise.all(Array.from({ length: 6 }, () => saveFill(db, fill("0003.a.01"))));
  expect(results.filter((result) => result.isNew)).toHaveLength(1);
});

const position = (symbol: string, id: number, quantity: string): Position => ({
  accountId: PAPER_ACCOUNT,
  conid: conid(id),
  symbol: ticker(symbol),
  quantity: decimal(quantity),
  averageCost: decimal("199.95"),
  marketPrice: null,
  marketValue: null,
  realizedPnl: null,
  unrealizedPnl: null,
  currency: "USD",
});

test("positions are replaced as a whole, closed ones have no row, an older statement changes nothing", async () => {
  const accountId = AccountId.parse("DU7000002");
  const state = (positions: Position[], time: string) =>
    replacePositions(db, { accountId, positions, at: instant(time) });
  await state([position("AAPL", 1, "10"), position("TSLA", 2, "-5")], "2025-07-01T15:00:00.000Z");
  await state([position("AAPL", 1, "12"), position("TSLA", 2, "0")], "2025-07-01T16:00:00.000Z");
  await state([position("NVDA", 3, "1")], "2025-07-01T15:30:00.000Z");
  expect((await listPositions(db, accountId)).map((row) => [row.symbol, row.quantity])).toEqual([
    ["AAPL", "12"],
  ]);
  await Promise.all([1, 2, 3].map(() => state([position("AAPL", 1, "12")], "2025-07-01T17:00:00.000Z")));
  expect(await listPositions(db, accountId)).toHaveLength(1);
});

test("the account's figures over time come back oldest first", async () => {
  const accountId = AccountId.parse("DU7000003");
  const figures = { totalCash: "1", availableFunds: "1", buyingPower: "2", grossPositionValue: "0" };
  expect(await latestSnapshot(db, accountId)).toBeNull();
  for (const day of ["01", "02", "03"]) {
    await saveSnapshot(db, {
      accountId,
      currency: "USD",
      netLiquidation: decimal(`1000${day}.25`),
      ...Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, decimal(value)])),
      at: instant(`2025-07-${day}T20:00:00.000Z`),
    } as Parameters<typeof saveSnapshot>[1]);
  }
  expect((await latestSnapshot(db, accountId))?.netLiquidation).toBe("100003.25");
  const span = { accountId, from: instant("2025-07-02T00:00:00.000Z") };
  expect((await listSnapshots(db, span)).map((row) => row.at.slice(0, 10))).toEqual([
    "2025-07-02",
    "2025-07-03",
  ]);
});

test("the desk is active until somebody says otherwise, and then everybody sees it", async () => {
  expect(await currentTradingState(db)).toEqual({ state: "ACTIVE", reason: null, who: null, at: null });
  await setTradingState(db, { state: "HALTED", reason: "news", who: "anna" });
  expect(await currentTradingState(db)).toMatchObject({ state: "HALTED", reason: "news", who: "anna" });
});

test("a symbol is blocked once per cause, until a person lifts it", async () => {
  const of = { accountId: PAPER_ACCOUNT, conid: conid(888) };
  const block = {
    ...of,
    symbol: ticker("AAPL"),
    code: "position_mismatch",
    reason: "10 here, 8 there",
    details: null,
  };
  await Promise.all([blockSymbol(db, block), blockSymbol(db, block)]);
  const [open] = await openBlocks(db, of);
  expect(await openBlocks(db, of)).toHaveLength(1);
  const id = open?.id ?? 0;
  const word = { how: "accepted", reason: "counted again" } as const;
  expect(await resolveBlock(db, id, { who: "anna", ...word })).toMatchObject({
    resolvedBy: "anna",
    resolution: "accepted",
    resolutionReason: "counted again",
  });
  await expect(resolveBlock(db, id, { who: "bert", ...word })).rejects.toMatchObject({
    code: "block_resolved",
    facts: { resolvedBy: "anna" },
  });
  await blockSymbol(db, block);
  expect(await openBlocks(db, of)).toHaveLength(1);
});

test("an alert stays open until it is acknowledged", async () => {
  const alert = await raiseAlert(db, {
    level: "alarm",
    code: "stop_missing",
    message: "no stop at the broker",
  });
  expect((await listAlerts(db)).map((row) => row.id)).toContain(alert.id);
  await acknowledgeAlert(db, alert.id, "anna");
  expect((await listAlerts(db)).map((row) => row.id)).not.toContain(alert.id);
});

test("an instrument is known by conid; a ticker that moved finds its newest bearer", async () => {
  const instrument = {
    conid: conid(4001),
    symbol: ticker("META"),
    name: "META MATERIALS",
    securityType: "STK" as const,
    currency: "USD",
    exchange: "NASDAQ",
    indexReplay: false,
    priceIncrements: [{ lowerEdge: decimal("0"), increment: decimal("0.01") }],
    quantityIncrement: decimal("1"),
    orderTypes: ["limit", "market"],
  };
  await saveInstrument(db, { gateway: "ibkr", instrument });
  await saveInstrument(db, {
    gateway: "ibkr",
    instrument: { ...instrument, conid: conid(4002), name: "META PLATFORMS" },
  });
  const key = { gateway: "ibkr", symbol: ticker("META") } as const;
  expect((await instrumentBySymbol(db, key))?.name).toBe("META PLATFORMS");
  expect(await instrumentByConid(db, { gateway: "ibkr", conid: conid(4001) })).toMatchObject(instrument);
  expect(await instrumentBySymbol(db, { ...key, gateway: "simulator" })).toBeNull();
});

test("a strategy's change makes a new version and leaves the old one as it was", async () => {
  const first = await seedStrategy(db);
  expect((await saveStrategy(db, { ...first, active: false })).version).toBe(1);
  const parameters = { ...first.parameters, symbols: [ticker("TSLA")] };
  expect((await saveStrategy(db, { ...first, parameters })).version).toBe(2);
  expect(await getStrategy(db, first.id)).toMatchObject({ version: 2, parameters });
  const versions = await listStrategyVersions(db, first.id);
  expect(versions.map((row) => row.parameters)).toEqual([parameters, first.parameters]);
  const other = await seedStrategy(db);
  await expect(saveStrategy(db, { ...other, name: first.name })).rejects.toMatchObject({
    code: "strategy_name_taken",
  });
});

test("symbols are listed by priority, and no symbol twice", async () => {
  const add = (symbol: string, priority: number) =>
    addWorkflowSymbol(db, { id: randomUUID(), symbol: ticker(symbol), priority });
  const spx = await add("SPX", 1);
  await add("AAPL", 5);
  await expect(add("SPX", 9)).rejects.toMatchObject({ code: "symbol_exists", facts: { field: "symbol" } });
  await changeWorkflowSymbol(db, spx.id, { enabled: false, settings: { note: "index" } });
  expect((await listWorkflowSymbols(db, { enabled: true })).map((row) => row.symbol)).toEqual(["AAPL"]);
  await removeWorkflowSymbol(db, spx.id);
  await expect(removeWorkflowSymbol(db, spx.id)).rejects.toMatchObject({ code: "workflow_symbol_not_found" });
});
