// What holds for any snapshot: no limit is ever exceeded, more risk never buys more, nothing missing passes.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Decimal, dec } from "#store/model/money.ts";
import { RiskLimits } from "#store/model/strategy.ts";
import { decideRisk } from "#tools/risk/decide.ts";
import type { RiskInput } from "#tools/risk/input.ts";
import {
  accountOf,
  CONID,
  closed,
  decisionOf,
  limits,
  NOW,
  openOrderOf,
  positionOf,
  quoteOf,
  snapshot,
} from "./snapshot.ts";

const cents = (low: number, high: number) =>
  fc.integer({ min: low * 100, max: high * 100 }).map((value) => (value / 100).toFixed(2));
const share = (low: number, high: number) =>
  fc.integer({ min: low, max: high }).map((value) => (value / 10_000).toFixed(4));
const at = (value: unknown) => ({ value, at: NOW });

const settings = fc.record({
  minRCoefficient: fc.constant("0.2"),
  minProfitMargin: fc.constant("0.01"),
  riskPerTrade: share(10, 300),
  maxPositionValue: share(100, 10_000),
  maxGrossExposure: share(1000, 20_000),
  maxNetExposure: share(1000, 20_000),
  maxConcentration: share(1000, 20_000),
  maxOrderValue: cents(1000, 200_000),
  cashReserve: share(0, 5000),
  entryAllowance: share(0, 300),
  minStopAtr: fc.constant("0.1"),
  maxStopDistance: fc.constant("1"),
  allowShort: fc.constant(true),
  allowAdd: fc.boolean(),
  maxOpenPositions: fc.constant(1000),
});

const OTHERS = [1001, 1002, 1003, 1004];
const book = fc.array(
  fc.record({
    conid: fc.constantFrom(...OTHERS, CONID),
    quantity: fc.integer({ min: -400, max: 400 }).map(String),
    price: cents(1, 300),
  }),
  { maxLength: 6 },
);

const scenario = fc
  .record({
    settings,
    equity: cents(1000, 500_000),
    buyingPower: cents(0, 500_000),
    book,
    pending: fc.array(
      fc.record({
        conid: fc.constantFrom(...OTHERS),
        side: fc.constantFrom("BUY", "SELL"),
        leg: fc.constantFrom("entry", "stop", "target", "exit"),
        remaining: fc.integer({ min: 1, max: 200 }).map(String),
        price: cents(1, 300),
      }),
      { maxLength: 4 },
    ),
    promised: fc.array(
      fc.record({
        conid: fc.constantFrom(...OTHERS),
        side: fc.constantFrom("BUY", "SELL"),
        notional: cents(1, 50_000),
      }),
      { maxLength: 3 },
    ),
    signal: fc.constantFrom("BUY" as const, "SELL" as const),
    price: cents(10, 300),
    risk: share(50, 2000),
    reward: share(150, 3000),
    asked: fc.option(fc.integer({ min: 0, max: 500 }).map(String)),
  })
  .map((s): RiskInput => {
    const sign = s.signal === "BUY" ? 1 : -1;
    const price = dec(s.price);
    const stop = price.minus(price.times(s.risk).times(sign)).toFixed(2);
    const target = price.plus(price.times(s.reward).times(sign)).toFixed(2);
    return snapshot({
      limits: RiskLimits.parse(s.settings),
      decision: decisionOf(s.signal, { price: s.price, stop, target }),
      lastBar: { ...snapshot().lastBar, close: s.price, atr: "0.01" },
      account: at(accountOf({ netLiquidation: s.equity, buyingPower: s.buyingPower })),
      positions: at(s.book.map((p) => positionOf(p.conid, p.quantity, p.price))),
      openOrders: at(s.pending.map((o) => openOrderOf(o.conid, o as never))),
      reservations: s.promised.map((r) => ({ ...r, quantity: "1" })),
      requested: s.asked === null ? null : { by: "person", maxQuantity: s.asked, limitPrice: null },
    });
  });

/** The book after the order, computed here without any of the engine's code. */
function after(input: RiskInput, notional: Decimal, side: "BUY" | "SELL") {
  const bySymbol = new Map<number, Decimal>();
  let [net, buys, sells] = [dec(0), dec(0), dec(0)];
  const add = (conid: number, value: Decimal) =>
    bySymbol.set(conid, (bySymbol.get(conid) ?? dec(0)).plus(value));
  for (const p of input.positions?.value ?? []) {
    const value = dec(p.quantity).times(p.marketPrice ?? 0);
    net = net.plus(value);
    if (!value.isZero()) add(p.conid, value.abs());
  }
  const enter = (conid: number, to: string, value: Decimal) => {
    add(conid, value);
    if (to === "BUY") buys = buys.plus(value);
    else sells = sells.plus(value);
  };
  for (const o of input.openOrders?.value ?? [])
    if (o.leg === "entry") enter(o.conid, o.side, dec(o.remaining).times(o.price ?? 0));
  for (const r of input.reservations ?? []) enter(r.conid, r.side, dec(r.notional));
  const pendingBefore = buys.plus(sells);
  enter(CONID, side, notional);
  const values = [...bySymbol.values()].sort((a, b) => b.comparedTo(a));
  const sum = (list: Decimal[]) => list.reduce((total, value) => total.plus(value), dec(0));
  return {
    gross: sum(values),
    topThree: sum(values.slice(0, 3)),
    own: bySymbol.get(CONID) ?? dec(0),
    net: side === "BUY" ? net.plus(buys) : net.negated().plus(sells),
    pendingBefore,
  };
}

const quantityOf = (input: RiskInput) => dec(decideRisk(input).plan?.quantity ?? 0);
const runs = { numRuns: 600 };

describe("properties", () => {
  test("no verdict ever exceeds a limit", () => {
    let opened = 0;
    fc.assert(
      fc.property(scenario, (input) => {
        const verdict = decideRisk(input);
        const { plan } = verdict;
        if (plan === null) return verdict.verdict === "denied" && verdict.codes.length > 0;
        expect(dec(plan.quantity).greaterThan(0)).toBe(true);
        expect(dec(plan.quantity).mod(1).isZero()).toBe(true);
        if (input.requested?.maxQuantity != null)
          expect(dec(plan.quantity).lte(input.requested.maxQuantity)).toBe(true);
        const held = (input.positions?.value ?? []).reduce(
          (sum, p) => (p.conid === CONID ? sum.plus(p.quantity) : sum),
          dec(0),
        );
        if (plan.effect === "close") return dec(plan.quantity).lte(held.abs());
        opened += 1;
        const equity = dec(input.account?.value.netLiquidation ?? 0);
        const l = input.limits;
        const notional = dec(plan.notional);
        const book = after(input, notional, plan.side);
        expect(dec(plan.lossAtStop).lte(equity.times(l.riskPerTrade))).toBe(true);
        expect(notional.lte(l.maxOrderValue)).toBe(true);
        expect(book.own.lte(equity.times(l.maxPositionValue))).toBe(true);
        expect(book.gross.lte(equity.times(l.maxGrossExposure))).toBe(true);
        expect(book.net.lte(equity.times(l.maxNetExposure))).toBe(true);
        expect(book.topThree.lte(equity.times(l.maxConcentration))).toBe(true);
        const power = dec(input.account?.value.buyingPower ?? 0);
        expect(notional.plus(book.pendingBefore).plus(equity.times(l.cashReserve)).lte(power)).toBe(true);
        return true;
      }),
      runs,
    );
    expect(opened).toBeGreaterThan(20);
  });

  test("more risk per share never gives more shares", () => {
    const stops = fc.tuple(cents(60, 99), cents(60, 99));
    fc.assert(
      fc.property(stops, settings, ([a, b], over) => {
        const sized = (stop: string) =>
          quantityOf(
            snapshot({
              limits: RiskLimits.parse({ ...over, minRCoefficient: "0.0001" }),
              decision: decisionOf("BUY", { stop }),
            }),
          );
        const [near, far] = dec(a).gte(b) ? [a, b] : [b, a];
        // A stop within the entry's noise is denied, which is less still; so only sized pairs compare.
        const [little, much] = [sized(near), sized(far)];
        return little.isZero() || much.lte(little);
      }),
      runs,
    );
  });

  test("more buying power never gives less", () => {
    fc.assert(
      fc.property(scenario, fc.integer({ min: 1, max: 300 }), (input, percent) => {
        const richer = {
          ...input,
          account: at(
            accountOf({
              ...input.account?.value,
              buyingPower: dec(input.account?.value.buyingPower ?? 0)
                .times(100 + percent)
                .div(100)
                .toFixed(2),
            }),
          ),
        } as RiskInput;
        return quantityOf(richer).gte(quantityOf(input));
      }),
      runs,
    );
  });

  test("the order of positions, orders and promises does not matter", () => {
    fc.assert(
      fc.property(scenario, (input) => {
        const reversed = {
          ...input,
          positions: at([...(input.positions?.value ?? [])].reverse()),
          openOrders: at([...(input.openOrders?.value ?? [])].reverse()),
          reservations: [...(input.reservations ?? [])].reverse(),
        } as RiskInput;
        expect(decideRisk(reversed)).toEqual(decideRisk(input));
      }),
      runs,
    );
  });

  test("how a decimal is written does not matter", () => {
    const padded = (value: unknown): unknown => {
      // A decimal holds twelve places at most, so only shorter ones can be written longer.
      if (typeof value === "string" && /^-?\d+(\.\d{1,11})?$/.test(value))
        return value.includes(".") ? `${value}0` : `${value}.00`;
      if (Array.isArray(value)) return value.map(padded);
      if (value !== null && typeof value === "object")
        return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, padded(inner)]));
      return value;
    };
    const gist = (input: RiskInput) => {
      const { verdict, codes, plan } = decideRisk(input);
      return { verdict, codes, plan };
    };
    fc.assert(
      fc.property(scenario, (input) => {
        expect(gist(padded(input) as RiskInput)).toEqual(gist(input));
      }),
      runs,
    );
  });

  test("a SELL is judged as the mirrored BUY", () => {
    const prices = fc.record({ risk: cents(0, 12), reward: cents(0, 12), equity: cents(1000, 400_000) });
    fc.assert(
      fc.property(prices, settings, ({ risk, reward, equity }, over) => {
        const judge = (signal: "BUY" | "SELL", sign: number) =>
          decideRisk(
            snapshot({
              limits: RiskLimits.parse({ ...over, entryAllowance: "0" }),
              account: at(accountOf({ netLiquidation: equity })),
              decision: decisionOf(signal, {
                stop: dec(100).minus(dec(risk).times(sign)).toFixed(2),
                target: dec(100).plus(dec(reward).times(sign)).toFixed(2),
              }),
            }),
          );
        const [buy, sell] = [judge("BUY", 1), judge("SELL", -1)];
        expect(sell.verdict).toBe(buy.verdict);
        expect(sell.codes).toEqual(buy.codes);
        expect(sell.plan?.quantity).toBe(buy.plan?.quantity);
        expect(sell.plan?.lossAtStop).toBe(buy.plan?.lossAtStop);
      }),
      runs,
    );
  });

  test("any input that is missing or old denies", () => {
    const nothing = [
      "market",
      "lastBar",
      "account",
      "positions",
      "openOrders",
      "reservations",
      "activity",
    ] as const;
    const dated = ["account", "positions", "openOrders", "activity"] as const;
    const lost = fc.oneof(
      fc.constantFrom(...nothing).map((key) => ({ [key]: null })),
      fc
        .tuple(
          fc.constantFrom(...dated),
          fc.constantFrom("2026-02-02T21:00:00.000Z", "2026-02-02T22:00:00.000Z", "never"),
        )
        .map(([key, when]) => ({ [key]: { value: snapshot()[key]?.value, at: when } })),
    );
    fc.assert(
      fc.property(scenario, lost, (input, over) => {
        const verdict = decideRisk({ ...input, ...over } as RiskInput);
        const read = Object.keys(over)[0];
        // A closing order needs no record of results: it only shrinks what is at stake.
        const exempt = read === "activity" && verdict.plan?.effect === "close";
        expect(exempt || verdict.verdict === "denied").toBe(true);
      }),
      runs,
    );
  });

  test("between sessions a quote makes no difference, unless it says that trading is halted", () => {
    fc.assert(
      fc.property(
        cents(1, 300),
        fc.constantFrom("realtime", "delayed", "frozen", "unavailable"),
        (last, quality) => {
          const quoted = snapshot({ market: closed, quote: quoteOf({ last, quality }), limits: limits() });
          expect(decideRisk(quoted)).toEqual(decideRisk(snapshot()));
        },
      ),
      { numRuns: 50 },
    );
  });
});
