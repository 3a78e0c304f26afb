// Trades out of fills: what closed what, and at what profit. Worked out by hand; then held to a balance of cash.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Instant, OrderId } from "#store/model/ids.ts";
import { dec, toDecimalString } from "#store/model/money.ts";
import { matchTrades, type TradeFill, type TradeOutcome } from "#store/model/trade.ts";
import { sumsOf } from "#store/results/performance.ts";

const id = (name: string) => name as OrderId;
let minute = 0;

function fill(text: string, change: Partial<TradeFill> & { leg: TradeFill["leg"] }): TradeFill {
  const [side, quantity, price, commission] = text.split(" ");
  minute += 1;
  return {
    executionRef: `fill-${minute}`,
    orderId: id("order"),
    parentOrderId: null,
    external: false,
    decided: true,
    side: side === "BUY" ? "BUY" : "SELL",
    quantity: toDecimalString(quantity ?? "0"),
    price: toDecimalString(price ?? "0"),
    commission: commission === undefined ? null : toDecimalString(commission),
    at: new Date(Date.UTC(2025, 0, 2, 15, minute)).toISOString() as Instant,
    ...change,
  };
}

const entry = (text: string, name = "entry") => fill(text, { leg: "entry", orderId: id(name) });
const stop = (text: string, of = "entry") => fill(text, { leg: "stop", parentOrderId: id(of) });

describe("a trade", () => {
  test("closed by its stop has lost the distance and the commissions of both sides", () => {
    const [trade] = matchTrades([entry("BUY 100 50 1"), stop("SELL 100 45 1")]);
    expect(trade).toMatchObject({
      exitBy: "stop",
      exitPrice: "45",
      realizedPnl: "-502",
      commissions: "2",
      openQuantity: "0",
    });
    expect(trade?.closedAt).not.toBeNull();
    expect(trade?.parts).toMatchObject([
      { role: "entry", by: null, quantity: "100", price: "50" },
      { role: "exit", by: "stop", quantity: "100", price: "45" },
    ]);
  });

  test("that was sold short wins when it is bought back lower", () => {
    const target = fill("BUY 10 90 1", { leg: "target", parentOrderId: id("entry") });
    const [trade] = matchTrades([entry("SELL 10 100 1"), target]);
    expect(trade).toMatchObject({ side: "SELL", exitBy: "target", realizedPnl: "98" });
  });

  test("closed in part keeps the rest open, with the entry's commission shared out", () => {
    const [trade] = matchTrades([entry("BUY 100 50 2"), stop("SELL 25 40 1")]);
    // 25 × −10 − 1 − a quarter of 2
    expect(trade).toMatchObject({ openQuantity: "75", realizedPnl: "-251.5", closedAt: null });
  });

  test("that a person ends at the broker was closed by hand, and by several when parts differ", () => {
    const hand = fill("SELL 40 52 1", { leg: "exit", external: true, decided: false });
    expect(matchTrades([entry("BUY 40 50 1"), hand])[0]?.exitBy).toBe("hand");
    const flattened = fill("SELL 40 52 1", { leg: "exit", decided: false });
    expect(matchTrades([entry("BUY 40 50 1"), flattened])[0]?.exitBy).toBe("hand");
    const signal = fill("SELL 20 52 1", { leg: "exit" });
    expect(matchTrades([entry("BUY 40 50 1"), signal, stop("SELL 20 45 1")])[0]?.exitBy).toBe("mixed");
  });

  test("is closed by the stop that guards it, though an older one is open", () => {
    const [first, second] = matchTrades([
      entry("BUY 10 50 0", "first"),
      entry("BUY 10 60 0", "second"),
      stop("SELL 10 55 0", "second"),
    ]);
    expect([first?.openQuantity, second?.openQuantity]).toEqual(["10", "0"]);
    expect(second?.realizedPnl).toBe("-50");
  });

  test("of somebody else is not the desk's, and takes its own exit", () => {
    const theirs = fill("BUY 10 40 1", { leg: "entry", external: true });
    const sold = fill("SELL 10 45 1", { leg: "exit", external: true });
    expect(matchTrades([theirs, entry("BUY 5 50 1"), sold])).toMatchObject([{ openQuantity: "5" }]);
  });

  test("says that a commission is still to come", () => {
    expect(matchTrades([entry("BUY 10 50")])[0]).toMatchObject({ commissionPending: true, commissions: "0" });
  });

  test("property: profit and open shares account for every cent that moved", () => {
    const lots = fc.array(
      fc.record({
        quantity: fc.integer({ min: 1, max: 500 }),
        sold: fc.integer({ min: 0, max: 500 }),
        buy: fc.integer({ min: 1, max: 500 }),
        sell: fc.integer({ min: 1, max: 500 }),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(lots, (drawn) => {
        const fills = drawn.flatMap(({ quantity, sold, buy, sell }, index) => {
          const name = `entry ${index}`;
          const exit = Math.min(sold, quantity);
          const bought = entry(`BUY ${quantity} ${buy} 1`, name);
          return exit === 0 ? [bought] : [bought, stop(`SELL ${exit} ${sell} 1`, name)];
        });
        const cash = fills.reduce(
          (sum, one) =>
            sum
              .plus(
                dec(one.price)
                  .times(one.quantity)
                  .times(one.side === "BUY" ? -1 : 1),
              )
              .minus(one.commission ?? 0),
          dec(0),
        );
        // Cash = realised profit − cost of what is open − its share of the entry's commission.
        const told = matchTrades(fills).reduce((sum, trade) => {
          const share = dec(trade.openQuantity).div(trade.quantity);
          return sum
            .plus(trade.realizedPnl)
            .minus(dec(trade.entryPrice).times(trade.openQuantity))
            .minus(share);
        }, dec(0));
        return told.minus(cash).abs().lessThan("0.0001");
      }),
    );
  });
});

test("sums are by key and currency, with wins, R and commissions; a changed trade is added up anew", async () => {
  const outcome = (symbol: string, change: Partial<TradeOutcome>) =>
    ({
      symbol,
      conid: symbol.length,
      currency: "USD",
      closedAt: "2025-01-03T15:00:00.000Z",
      realizedPnl: "10",
      unrealizedPnl: "0",
      commissions: "2",
      r: "1",
      ...change,
    }) as TradeOutcome;
  const open = {
    closedAt: null,
    realizedPnl: toDecimalString(0),
    unrealizedPnl: toDecimalString(7),
    r: null,
  };
  const closed = [
    outcome("AAPL", {}),
    outcome("AAPL", { realizedPnl: toDecimalString(-4), r: toDecimalString("-0.5") }),
  ];
  const other = outcome("INTC", { currency: "EUR" as TradeOutcome["currency"] });
  const { bySymbol: lines } = await sumsOf([...closed, outcome("AAPL", open), other]);
  expect(lines).toMatchObject([
    {
      key: "AAPL",
      currency: "USD",
      trades: 3,
      closed: 2,
      won: 1,
      realizedPnl: "6",
      unrealizedPnl: "7",
      commissions: "6",
      averageR: "0.25",
    },
    { key: "INTC", currency: "EUR", trades: 1 },
  ]);
  const marked = outcome("AAPL", { ...open, unrealizedPnl: toDecimalString(9) });
  const { bySymbol, byPrompt } = await sumsOf([...closed, marked, other]);
  expect(bySymbol[0]).toMatchObject({ trades: 3, realizedPnl: "6", unrealizedPnl: "9" });
  expect(bySymbol[1]).toEqual(lines[1]);
  expect(byPrompt).toMatchObject([
    { key: "none", label: "no stored prompt", currency: "USD", trades: 3 },
    { key: "none", currency: "EUR", trades: 1 },
  ]);
});
