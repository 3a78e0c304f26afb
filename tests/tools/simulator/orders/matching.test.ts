// How orders meet bars: rules one by one, then properties over random bars and orders.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dec } from "#store/model/money.ts";
import type { DailyBar } from "#tools/simulator/market/bars.ts";
import type { MarketData } from "#tools/simulator/market/market.ts";
import { orderCommission } from "#tools/simulator/orders/matching/fee-model.ts";
import { matchOpening, matchSession } from "#tools/simulator/orders/matching/fill-model.ts";
import { slipped } from "#tools/simulator/orders/matching/slippage.ts";
import type { SettingsOverride } from "#tools/simulator/settings.ts";
import { ACCOUNT, type BarText, instrumentOf, marketOf, type Rig, rig, START } from "../rig.ts";

const bar: DailyBar = { open: 100, high: 110, low: 90, close: 105, volume: 1_000 };
const order = (side: "BUY" | "SELL", limit: number | null, stop: number | null) => ({ side, limit, stop });

describe("one bar", () => {
  test.each([
    ["a market order at the opening", order("BUY", null, null), 100],
    ["a marketable limit at the better opening", order("BUY", 104, null), 100],
    ["a gapped sell stop at the opening", order("SELL", null, 103), 100],
    ["a gapped buy stop at the opening", order("BUY", null, 97), 100],
    ["a gapped stop-limit whose limit still holds", order("SELL", 99, 103), 100],
  ])("fills %s", (_, given, price) => {
    expect(matchOpening(given, bar).match?.price).toBe(price);
  });

  test.each([
    ["a limit away from it", order("BUY", 99, null)],
    ["a stop that it does not reach", order("SELL", null, 95)],
    ["a gapped stop-limit beyond its limit", order("SELL", 101, 103)],
  ])("leaves %s at the opening", (_, given) => {
    expect(matchOpening(given, bar).match).toBeNull();
  });

  test.each([
    ["a touched buy limit at its limit", order("BUY", 90, null), 90],
    ["a touched sell limit at its limit", order("SELL", 110, null), 110],
    ["a touched sell stop at its stop", order("SELL", null, 95), 95],
    ["a touched buy stop at its stop", order("BUY", null, 110), 110],
    ["a touched stop-limit at its trigger", order("SELL", 94, 95), 95],
  ])("fills %s during the session", (_, given, price) => {
    expect(matchSession(given, bar).match?.price).toBe(price);
  });

  test("leaves what it does not touch", () => {
    expect(matchSession(order("BUY", 89.99, null), bar)).toEqual({ triggered: true, match: null });
    expect(matchSession(order("SELL", null, 89.99), bar)).toEqual({ triggered: false, match: null });
    expect(matchSession(order("SELL", 96, 95), bar)).toEqual({ triggered: true, match: null });
  });

  test("slips market and stop orders against the taker, never out of the bar", () => {
    expect(slipped(100, { side: "BUY", bar, bps: 5 })).toBe(100.05);
    expect(slipped(100, { side: "SELL", bar, bps: 5 })).toBe(99.95);
    expect(slipped(110, { side: "BUY", bar, bps: 50 })).toBe(110);
    expect(slipped(100, { side: "BUY", bar, bps: 0 })).toBe(100);
  });
});

describe("commission", () => {
  test.each([
    [10, 1_740, "1"],
    [200, 34_800, "1"],
    [500, 87_000, "2.5"],
    [10, 50, "0.5"],
    [1_000, 10, "0.1"],
  ])("of %i shares worth %i USD is %s", (shares, value, expected) => {
    expect(orderCommission(shares, dec(value)).toFixed()).toBe(expected);
  });
});

/** A simulator over one made-up instrument whose bars follow START. */
async function replay(
  bars: readonly BarText[],
  settings: SettingsOverride = {},
): Promise<Rig & { conid: number }> {
  const instrument = instrumentOf("TSLA", START, [[100, 100, 100, 100, 1_000_000], ...bars]);
  const market: MarketData = marketOf(instrument);
  return { ...(await rig({ market, start: START, settings })), conid: instrument.conid };
}

describe("a bracket", () => {
  const bracket = (conid: number, entry: object) => [
    { conid, side: "BUY", quantity: 100, cOID: "p", ...entry },
    { conid, side: "SELL", quantity: 100, tif: "GTC", orderType: "STP", price: 95, parentId: "p" },
    { conid, side: "SELL", quantity: 100, tif: "GTC", orderType: "LMT", price: 105, parentId: "p" },
  ];
  const states = (of: Rig) => of.simulator.orders().map((one) => [one.status, one.filled]);

  test("works its children on the entry's bar after an entry at the opening; the stop counts first", async () => {
    const both = await replay([[100, 106, 94, 100, 1_000_000]]);
    await both.place(...bracket(both.conid, { orderType: "MKT" }));
    both.simulator.next();
    expect(states(both)).toEqual([
      ["Filled", 100],
      ["Filled", 100],
      ["Cancelled", 0],
    ]);
  });

  test("takes its target on the entry's bar when only that was touched", async () => {
    const target = await replay([[100, 106, 96, 100, 1_000_000]]);
    await target.place(...bracket(target.conid, { orderType: "MKT" }));
    target.simulator.next();
    expect(states(target)).toEqual([
      ["Filled", 100],
      ["Cancelled", 0],
      ["Filled", 100],
    ]);
  });

  test("does not count a target that may have been touched before an entry inside the bar", async () => {
    const inside = await replay([[101, 106, 98, 100, 1_000_000]]);
    await inside.place(...bracket(inside.conid, { orderType: "LMT", price: 99 }));
    inside.simulator.next();
    expect(states(inside)).toEqual([
      ["Filled", 100],
      ["PreSubmitted", 0],
      ["PreSubmitted", 0],
    ]);
  });

  test("counts the stop after an entry inside the bar", async () => {
    const inside = await replay([[101, 106, 94, 100, 1_000_000]]);
    await inside.place(...bracket(inside.conid, { orderType: "LMT", price: 99 }));
    inside.simulator.next();
    expect(states(inside)[1]).toEqual(["Filled", 100]);
    expect(inside.simulator.orders()[1]?.value).toBe("9500");
  });

  test("lets its children wait until the parent is filled whole", async () => {
    const thin = await replay([
      [100, 106, 90, 100, 500],
      [100, 104, 96, 100, 500],
    ]);
    await thin.place(...bracket(thin.conid, { orderType: "MKT", tif: "GTC" }));
    thin.simulator.next();
    expect(states(thin)).toEqual([
      ["Submitted", 50],
      ["PreSubmitted", 0],
      ["PreSubmitted", 0],
    ]);
    thin.simulator.next();
    expect(states(thin)[0]).toEqual(["Filled", 100]);
  });

  test("cancels its children when the parent expires half filled, or sets them to work where that is set", async () => {
    for (const childrenOfPartialParent of ["cancel", "activate"] as const) {
      const thin = await replay([[100, 104, 96, 100, 500]], { orders: { childrenOfPartialParent } });
      await thin.place(...bracket(thin.conid, { orderType: "MKT" }));
      thin.simulator.next();
      const [parent, stop] = thin.simulator.orders();
      expect([parent?.status, parent?.filled]).toEqual(["Cancelled", 50]);
      expect([stop?.status, stop?.quantity]).toEqual(
        childrenOfPartialParent === "cancel" ? ["Cancelled", 100] : ["PreSubmitted", 50],
      );
    }
  });

  test("reduces the target by what the stop filled in part", async () => {
    const thin = await replay([
      [100, 104, 96, 100, 1_000],
      [97, 98, 94, 95, 400],
    ]);
    await thin.place(...bracket(thin.conid, { orderType: "MKT" }));
    thin.simulator.next(2);
    expect(thin.simulator.orders().map((one) => [one.status, one.quantity, one.filled])).toEqual([
      ["Filled", 100, 100],
      ["Submitted", 100, 40],
      ["PreSubmitted", 60, 0],
    ]);
  });
});

describe("orders without a parent", () => {
  test("of one group cancel each other", async () => {
    const group = await replay([[100, 106, 98, 100, 1_000_000]]);
    const ticket = { conid: group.conid, side: "BUY", quantity: 10, tif: "GTC", isSingleGroup: true };
    await group.place(
      { ...ticket, orderType: "LMT", price: 97 },
      { ...ticket, orderType: "STP", price: 105 },
    );
    expect(group.simulator.orders().map((one) => one.ocaGroup)).toEqual([
      expect.stringMatching(/^oco-/),
      group.simulator.orders()[0]?.ocaGroup,
    ]);
    group.simulator.next();
    expect(group.simulator.orders().map((one) => one.status)).toEqual(["Cancelled", "Filled"]);
  });

  test("good till cancelled end with the quarter after the one they were given in", async () => {
    const { place, simulator } = await rig();
    await place({ orderType: "LMT", side: "BUY", price: 140, tif: "GTC" });
    simulator.next(70);
    expect(simulator.view().session).toBe("2018-03-29");
    expect(simulator.orders()[0]).toMatchObject({
      status: "Cancelled",
      reason: "Cancelled by System: order expired",
    });
    await place({ orderType: "LMT", side: "BUY", price: 140, tif: "GTC" });
    simulator.next();
    expect(simulator.orders()[1]?.status).toBe("PreSubmitted");
  });
});

describe("the open session", () => {
  test("fills a market order at once at the last known price, and a limit by the rest of the bar", async () => {
    const { place, simulator, conid } = await replay([[100, 110, 90, 105, 1_000_000]]);
    simulator.open();
    expect((await place({ conid, orderType: "MKT", side: "BUY" })).body[0].order_status).toBe("Filled");
    expect((await place({ conid, orderType: "LMT", side: "BUY", price: 98 })).body[0].order_status).toBe(
      "Submitted",
    );
    simulator.close();
    expect(simulator.orders().map((one) => one.value)).toEqual(["1000", "980"]);
  });
});

const price = fc.integer({ min: 9_000, max: 11_000 }).map((cents) => cents / 100);
const anyBar: fc.Arbitrary<BarText> = fc
  .tuple(price, price, price, price, fc.integer({ min: 0, max: 3_000 }))
  .map(([a, b, c, d, volume]) => [a, Math.max(a, b, c, d), Math.min(a, b, c, d), d, volume]);
const anyTicket = fc
  .record({
    orderType: fc.constantFrom("LMT", "MKT", "STP", "STOP_LIMIT"),
    side: fc.constantFrom("BUY", "SELL"),
    tif: fc.constantFrom("DAY", "GTC"),
    quantity: fc.integer({ min: 1, max: 300 }),
    first: price,
    second: price,
    before: fc.integer({ min: 0, max: 4 }),
    cancelled: fc.boolean(),
  })
  .map(({ first, second, ...rest }) => ({ ...rest, price: first, auxPrice: second }));

describe("over random bars and orders", () => {
  test("no fill leaves its bar or its order's rest, cash and positions are conserved", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyBar, { minLength: 5, maxLength: 5 }),
        fc.array(anyTicket, { minLength: 1, maxLength: 8 }),
        async (bars, tickets) => {
          const of = await replay(bars, {
            cash: 10_000_000,
            pacing: { enforced: false },
            orders: { refusePercent: 10, slippageBps: 3 },
          });
          for (let session = 0; session < 5; session += 1) {
            for (const { before, cancelled, ...ticket } of tickets.filter((one) => one.before === session)) {
              const { body } = await of.place({ conid: of.conid, ...ticket });
              const id = body?.[0]?.order_id;
              if (cancelled && id !== undefined)
                await of.now("DELETE", `/iserver/account/${ACCOUNT}/order/${id}`);
            }
            of.simulator.next();
          }
          await check(of, bars);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("over random bars and brackets", () => {
  const anyEntry = fc.record({
    orderType: fc.constantFrom("LMT", "MKT", "STP"),
    quantity: fc.integer({ min: 1, max: 300 }),
    price,
    stop: price,
    target: price,
    tif: fc.constantFrom("DAY", "GTC"),
  });

  test.each(["cancel", "activate"] as const)(
    "children never sell more than was bought (%s)",
    async (childrenOfPartialParent) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(anyBar, { minLength: 5, maxLength: 5 }),
          anyEntry,
          fc.boolean(),
          async (bars, { stop, target, quantity, ...entry }, inSession) => {
            const of = await replay(bars, {
              cash: 10_000_000,
              orders: { refusePercent: 10, childrenOfPartialParent },
            });
            const child = { conid: of.conid, side: "SELL", quantity, tif: "GTC", parentId: "p" };
            if (inSession) of.simulator.open();
            await of.place(
              { conid: of.conid, side: "BUY", quantity, cOID: "p", ...entry },
              { ...child, orderType: "STP", price: stop },
              { ...child, orderType: "LMT", price: target },
            );
            for (let session = 0; session < 5 && of.simulator.view().more; session += 1) of.simulator.next();
            const [parent, ...children] = of.simulator.orders();
            const sold = children.reduce((sum, one) => sum + one.filled, 0);
            expect(sold).toBeLessThanOrEqual(parent?.filled ?? 0);
            if (childrenOfPartialParent === "cancel" && parent?.status !== "Filled") expect(sold).toBe(0);
            const open = children.filter(
              (one) => one.status === "PreSubmitted" || one.status === "Submitted",
            );
            if (sold > 0 && sold === parent?.filled) expect(open).toEqual([]);
          },
        ),
        { numRuns: 60 },
      );
    },
  );
});

async function check(of: Rig & { conid: number }, bars: readonly BarText[]): Promise<void> {
  await of.now("GET", "/iserver/account/trades?days=7");
  of.clock.advance(10_000);
  const trades = (await of.now("GET", "/iserver/account/trades?days=7")).body as {
    order_id: number;
    price: string;
    size: number;
    side: string;
    commission: string;
    trade_time: string;
  }[];
  const dates = ["20171218", "20171219", "20171220", "20171221", "20171222"];
  let [position, cash] = [dec(0), dec(10_000_000)];
  const perOrder = new Map<number, number>();
  const perDay = new Map<string, number>();
  for (const trade of trades) {
    const date = trade.trade_time.slice(0, 8);
    const [, high, low] = bars[dates.indexOf(date)] ?? [0, 0, 0];
    expect(Number(trade.price)).toBeGreaterThanOrEqual(low);
    expect(Number(trade.price)).toBeLessThanOrEqual(high);
    const sign = trade.side === "B" ? 1 : -1;
    position = position.plus(trade.size * sign);
    cash = cash.minus(dec(trade.price).times(trade.size * sign)).minus(trade.commission);
    perOrder.set(trade.order_id, (perOrder.get(trade.order_id) ?? 0) + trade.size);
    perDay.set(date, (perDay.get(date) ?? 0) + trade.size);
  }
  for (const [date, taken] of perDay) {
    expect(taken).toBeLessThanOrEqual((bars[dates.indexOf(date)]?.[4] ?? 0) * 0.1);
  }
  for (const one of of.simulator.orders()) {
    expect(one.filled).toBeLessThanOrEqual(one.quantity);
    expect(perOrder.get(one.id) ?? 0).toBe(one.filled);
    if (one.tif === "DAY") expect(["Filled", "Cancelled"]).toContain(one.status);
  }
  await of.now("POST", `/portfolio/${ACCOUNT}/positions/invalidate`);
  const row = (await of.now("GET", `/portfolio/${ACCOUNT}/positions/0`)).body[0];
  const { USD } = (await of.now("GET", `/portfolio/${ACCOUNT}/ledger`)).body;
  expect(row?.position ?? 0).toBe(position.toNumber());
  expect(USD.cashbalance).toBeCloseTo(cash.toNumber(), 1);
  const profit = USD.realizedpnl + USD.unrealizedpnl;
  expect(USD.netliquidationvalue).toBeCloseTo(10_000_000 + profit, 1);
  expect(USD.netliquidationvalue).toBeCloseTo(USD.cashbalance + position.toNumber() * (bars[4]?.[3] ?? 0), 1);
}
