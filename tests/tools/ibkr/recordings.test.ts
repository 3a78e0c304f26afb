// Real gateway answers go through the client's parsers and come out as domain values.
import { describe, expect, test } from "vitest";
import type { AccountId, Conid, Ticker } from "#store/model/ids.ts";
import { ledgerOf, positionsOf, summaryOf } from "#tools/ibkr/account/figures.ts";
import { LedgerAnswer, PositionRow, SummaryAnswer } from "#tools/ibkr/account/shapes.ts";
import { candidatesOf, onlyUsListing } from "#tools/ibkr/instruments/candidates.ts";
import { instrumentOf } from "#tools/ibkr/instruments/instrument.ts";
import { ContractInfo, StockLookup } from "#tools/ibkr/instruments/shapes.ts";
import { priceOf } from "#tools/ibkr/market/quote.ts";
import { HistoryAnswer, SnapshotAnswer } from "#tools/ibkr/market/shapes.ts";
import { orderAnswer } from "#tools/ibkr/orders/answers.ts";
import { sortPlaced } from "#tools/ibkr/orders/placed.ts";
import { bracketOf } from "#tools/ibkr/orders/reading.ts";
import {
  fillOf,
  LiveOrders,
  LiveRow,
  liveOrder,
  StatusAnswer,
  statusOrder,
  TradeRow,
} from "#tools/ibkr/orders/rows.ts";
import { AuthStatus, BrokerageAccounts, Tickle } from "#tools/ibkr/session/shapes.ts";
import { bodyOf } from "#tools/ibkr/wire/answers.ts";
import { recorded, recordedEarly, recordingsExist, WHY_SKIPPED } from "./recordings.ts";

const answered = (name: string) =>
  orderAnswer(bodyOf({ status: 200, text: JSON.stringify(recorded(name)), location: null }));
const lives = (name: string) => (LiveOrders.parse(recorded(name)).orders ?? []).map(liveOrder);

describe.skipIf(!recordingsExist)(`recorded answers (${WHY_SKIPPED})`, () => {
  test("reads auth status, tickle and accounts of both years", () => {
    expect(AuthStatus.parse(recordedEarly("auth_status"))).toMatchObject({ authenticated: true });
    expect(AuthStatus.parse(recorded("Session/GET-auth-status"))).toMatchObject({ established: true });
    expect(Tickle.parse(recordedEarly("tickle")).iserver?.authStatus?.authenticated).toBe(true);
    expect(Tickle.parse(recorded("Session/POST-tickle")).iserver?.authStatus?.connected).toBe(true);
    expect(BrokerageAccounts.parse(recorded("Accounts/GET-iserver-accounts")).accounts).toEqual(["U1234567"]);
  });

  test("finds the one US listing among AAPL's and refuses tickers without one", () => {
    const lookup = StockLookup.parse(recordedEarly("stocks"));
    const listing = (symbol: string) =>
      onlyUsListing(candidatesOf(lookup, symbol as Ticker, "ibkr"), symbol as Ticker).conid;
    expect(listing("AAPL")).toBe(265598);
    expect(listing("META")).toBe(107113386);
    expect(() => listing("CDN")).toThrow(expect.objectContaining({ code: "instrument_foreign" }));
    expect(() => listing("ZZZZ")).toThrow(expect.objectContaining({ code: "instrument_not_found" }));
  });

  test("reads contract info with rules as an instrument", () => {
    const info = ContractInfo.parse(recorded("Contracts/GET-contract-info-and-rules"));
    expect(instrumentOf(info, { gatewayKind: "ibkr" })).toMatchObject({
      conid: 265598,
      symbol: "AAPL",
      currency: "USD",
      priceIncrements: [{ lowerEdge: "0", increment: "0.01" }],
      quantityIncrement: "1",
    });
  });

  test("reads history of both years and a tidied snapshot", () => {
    const histories = recordedEarly<Record<string, unknown>>("history");
    for (const answer of Object.values(histories)) {
      expect(HistoryAnswer.parse(answer).data.length).toBeGreaterThan(0);
    }
    expect(HistoryAnswer.parse(recorded("MarketData/GET-history"))).toMatchObject({ volumeFactor: 40 });
    const [entry] = SnapshotAnswer.parse(recorded("MarketData/GET-snapshot"));
    expect(priceOf(String(entry?.["31"]), "last")).toMatchObject({ price: "655.89", priorClose: false });
  });

  test("reads live orders: a bracket with its children, an OCA pair, an expiry, a fill", () => {
    const orders = lives("Orders/live-orders-bracket-and-oca");
    const [parent, target, stop] = orders;
    if (parent === undefined) throw new Error("the recording has a parent");
    expect(parent).toMatchObject({
      clientOrderId: "conduit-bracket-001",
      status: "ACCEPTED",
      limitPrice: "1",
    });
    expect(bracketOf(orders, parent.brokerOrderId)).toEqual({ parent, stop, target, others: [] });
    expect(stop).toMatchObject({ type: "STOP", stopPrice: "0.5", clientOrderId: null });
    expect(lives("Orders/live-orders-cancelled-by-system")[0]).toMatchObject({
      status: "EXPIRED",
      reason: "Cancelled by System: order expired",
    });
    expect(lives("Orders/live-orders-filled-market")[0]).toMatchObject({
      status: "FILLED",
      averageFillPrice: "647.09",
      timeInForce: null,
    });
    expect(LiveRow.array().parse(recordedEarly("live_orders")).map(liveOrder)).toHaveLength(4);
  });

  test("reads order status, whose sides are letters and whose size is what remains", () => {
    const all = recordedEarly<Record<string, unknown>>("order_status");
    expect(statusOrder(StatusAnswer.parse(all["1210386759"]))).toMatchObject({
      side: "BUY",
      type: "LIMIT",
      quantity: "1",
      remainingQuantity: "1",
      filledQuantity: "0",
      limitPrice: "457",
      status: "ACCEPTED",
    });
  });

  test("reads trades with their commission and client order id", () => {
    const rows = TradeRow.array().parse(recorded("Orders/trades-populated"));
    expect(rows.map((row) => fillOf(row, "USD"))[0]).toMatchObject({
      executionRef: "00025b49.6a56b360.01.01",
      side: "SELL",
      quantity: "1",
      price: "751.69",
      commission: "1.02",
      clientOrderId: "fill-sell-c1-172806",
      at: "2026-07-09T17:28:31.000Z",
    });
  });

  test("tells the answers to a submission apart", () => {
    expect(answered("Orders/POST-place-order-confirmation")).toMatchObject({
      kind: "answered",
      placed: [],
      questions: [{ messageIds: ["o354"] }],
    });
    expect(answered("Orders/POST-place-order-submitted")).toMatchObject({ kind: "answered", questions: [] });
    const partial = answered("Orders/place-bracket-partial-reject");
    if (partial.kind !== "answered") throw new Error("rows were expected");
    expect(sortPlaced(partial.placed, [])).toMatchObject({
      orders: [],
      failed: [{ vendorStatus: "Failed", brokerOrderId: null }, { vendorStatus: "Inactive" }],
    });
  });

  test("reads positions cold and enriched alike, summary and ledger", () => {
    const account = "U1234567" as AccountId;
    const cold = positionsOf(PositionRow.array().parse(recorded("Portfolio/positions-cold-sparse")), account);
    const rich = positionsOf(
      PositionRow.array().parse(recorded("Portfolio/positions-second-read-enriched-trimmed")),
      account,
    );
    expect(cold).toEqual(rich);
    expect(cold[0]).toMatchObject({ conid: 320227571 as Conid, symbol: "QQQ", quantity: "5" });
    expect(summaryOf(SummaryAnswer.parse(recorded("Portfolio/summary-full")), account)).toMatchObject({
      netLiquidation: "1005182.375",
      currency: "USD",
    });
    const ledger = ledgerOf(LedgerAnswer.parse(recordedEarly("ledger")));
    expect(ledger.map((line) => line.currency)).toContain("BASE");
    expect(ledgerOf(LedgerAnswer.parse(recorded("Portfolio/GET-portfolio-ledger"))).length).toBeGreaterThan(
      0,
    );
  });
});
