// The trade's levels and where they are drawn: states from orders, labels that never cover each other.
import { expect, test } from "vitest";
import { levelsOf, overlayOf, type TradeFacts } from "#server/reports/trade/picture.ts";
import { apart, geometryOf, WIDE } from "#server/views/trade/geometry.ts";
import type { TradePicture } from "#server/views/trade/model.ts";

const decision = { signal: "BUY", currentPrice: "100", stopPrice: "95", targetPrice: "115" };
const facts: TradeFacts = {
  symbol: "AAPL",
  decision,
  plan: null,
  orders: [],
  exits: [],
  undecided: false,
};
const order = (leg: "entry" | "stop" | "target", change: object): TradeFacts["orders"][number] => ({
  leg,
  status: "ACCEPTED",
  limitPrice: null,
  stopPrice: null,
  averageFillPrice: null,
  fills: [],
  ...change,
});

test("levels are the decision's until rules have sized them, and the orders' once there are orders", () => {
  const prices = (of: TradeFacts) => levelsOf(of).map(({ kind, price, state }) => [kind, price, state]);
  expect(prices(facts)).toEqual([
    ["entry", "100", "proposed"],
    ["stop", "95", "proposed"],
    ["target", "115", "proposed"],
  ]);
  const plan = { effect: "open", limitPrice: "101", stopPrice: "96", targetPrice: "116" };
  expect(prices({ ...facts, plan: plan as never })[0]).toEqual(["entry", "101", "proposed"]);
  const orders = [
    order("entry", { status: "FILLED", limitPrice: "101", averageFillPrice: "100.5" }),
    order("stop", { stopPrice: "96" }),
    order("target", { status: "CANCELED", limitPrice: "116" }),
  ];
  expect(prices({ ...facts, plan: plan as never, orders })).toEqual([
    ["entry", "100.5", "filled"],
    ["stop", "96", "working"],
    ["target", "116", "ended"],
  ]);
});

test("to hold, to abstain or to close draws no level that was never meant", () => {
  expect(levelsOf({ ...facts, decision: { ...decision, signal: "HOLD" } })).toEqual([]);
  expect(levelsOf({ ...facts, decision: null })).toEqual([]);
  const closing = { effect: "close", limitPrice: "101", stopPrice: "96", targetPrice: "116" };
  expect(levelsOf({ ...facts, plan: closing as never }).map(({ kind }) => kind)).toEqual(["entry"]);
});

const bar = (date: string, close: number) => ({
  date,
  open: close,
  high: close + 1,
  low: close - 1,
  close,
  volume: 1,
});
const picture: TradePicture = {
  timeframe: "daily",
  symbol: "AAPL",
  currency: "USD",
  seen: [bar("2018-03-01", 100), bar("2018-03-02", 101)],
  since: [bar("2018-03-05", 102)],
  levels: [{ kind: "target", price: "140", state: "working", word: "accepted" }],
  fills: [
    {
      executionRef: "1",
      orderId: null,
      at: "2018-03-06T15:00:00.000Z",
      barDate: "2018-03-06",
      side: "BUY",
      quantity: "5",
      price: "101.5",
      leg: "entry",
    },
  ],
  notice: null,
};

test("everything lies inside the drawing, what came after the decision right of the rule", () => {
  const at = geometryOf(picture, WIDE);
  if (at === null) throw new Error("nothing to draw");
  expect(at.later).toEqual(["2018-03-05", "2018-03-06"]);
  expect(at.x(at.slotOf("2018-03-02"))).toBeLessThan(at.rule);
  expect(at.x(at.slotOf("2018-03-05"))).toBeGreaterThan(at.rule);
  for (const price of [140, 99, 103]) {
    expect(at.y(price)).toBeGreaterThanOrEqual(at.top);
    expect(at.y(price)).toBeLessThanOrEqual(at.bottom);
  }
  expect(geometryOf({ ...picture, seen: [] }, WIDE)).toBeNull();
});

test("labels keep their order, apart from each other and inside", () => {
  const placed = apart([{ y: 50 }, { y: 51 }, { y: 3 }, { y: 299 }, { y: 298 }], [10, 300]).map(({ y }) => y);
  for (const [index, y] of placed.entries())
    if (index > 0) expect(y - (placed[index - 1] ?? 0)).toBeGreaterThan(13);
  expect(Math.min(...placed)).toBeGreaterThanOrEqual(10);
  expect(Math.max(...placed)).toBeLessThanOrEqual(300);
});

test("the interactive chart is given the same levels, fills and bars", () => {
  expect(overlayOf(picture)).toMatchObject({
    lines: [{ kind: "target", price: 140, state: "working", text: "Target 140.00, accepted" }],
    fills: [{ date: "2018-03-06", side: "BUY", price: 101.5, leg: "entry", text: "BUY 5 at 101.50" }],
    since: [{ date: "2018-03-05", close: 102 }],
  });
});
