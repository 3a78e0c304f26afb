// A snapshot in which every rule passes, and ways to change one thing in it.

import { Quote } from "#store/model/bar.ts";
import { TradeDecision } from "#store/model/decision.ts";
import type { Instant } from "#store/model/ids.ts";
import { Instrument } from "#store/model/instrument.ts";
import { dec, toDecimalString } from "#store/model/money.ts";
import { AccountSummary, Position } from "#store/model/order.ts";
import type { RiskVerdict } from "#store/model/risk.ts";
import { RiskLimits } from "#store/model/strategy.ts";
import type { MarketPhase, OpenOrder, RiskInput } from "#tools/risk/input.ts";

export const NOW = "2026-02-02T21:30:00.000Z" as Instant;
export const CONID = 265598;
export const OTHER = 8314;
export const THIRD = 4815747;
export const ACCOUNT = "DU1000001";

export const instrument = Instrument.parse({
  conid: CONID,
  symbol: "AAPL",
  name: "APPLE INC",
  securityType: "STK",
  currency: "USD",
  exchange: "NASDAQ",
  indexReplay: false,
  priceIncrements: [{ lowerEdge: "0", increment: "0.01" }],
  quantityIncrement: "1",
  orderTypes: ["limit", "market", "stop"],
});

export const closed: MarketPhase = {
  at: "2017-05-10T20:00:05.000Z",
  open: false,
  session: "2017-05-11",
  lastFinished: "2017-05-10",
  weekStart: "2017-05-08",
  earlier: ["2017-05-10", "2017-05-09", "2017-05-08", "2017-05-05"],
} as unknown as MarketPhase;

export const open: MarketPhase = {
  at: "2017-05-11T15:00:00.000Z",
  open: true,
  session: "2017-05-11",
  lastFinished: "2017-05-10",
  weekStart: "2017-05-08",
  earlier: ["2017-05-10", "2017-05-09", "2017-05-08", "2017-05-05"],
} as unknown as MarketPhase;

export function quoteOf(over: Record<string, unknown> = {}): Quote {
  return Quote.parse({
    conid: CONID,
    last: "100",
    bid: "99.99",
    ask: "100",
    quality: "realtime",
    halted: false,
    priorClose: false,
    at: open.at,
    ...over,
  });
}

/** A decision with the figures that its own prices give. */
export function decisionOf(
  signal: "BUY" | "SELL" | "HOLD",
  prices: { price?: string; target?: string | null; stop?: string | null } = {},
  symbol = "AAPL",
): TradeDecision {
  const price = prices.price ?? "100";
  const target = prices.target === undefined ? (signal === "SELL" ? "90" : "110") : prices.target;
  const stop = prices.stop === undefined ? (signal === "SELL" ? "105" : "95") : prices.stop;
  const priced = signal !== "HOLD" && target !== null && stop !== null;
  const reward = priced ? dec(target).minus(price) : null;
  const risk = priced ? dec(price).minus(stop) : null;
  return TradeDecision.parse({
    symbol,
    signal,
    currentPrice: price,
    targetPrice: signal === "HOLD" ? null : target,
    stopPrice: signal === "HOLD" ? null : stop,
    profitMargin: reward === null ? null : toDecimalString(reward.abs().div(price)),
    rCoefficient:
      reward === null || risk === null || risk.isZero() ? null : toDecimalString(reward.div(risk)),
    strategyUsed: "test",
    analysis: "",
  });
}

export function accountOf(over: Record<string, unknown> = {}): AccountSummary {
  return AccountSummary.parse({
    accountId: ACCOUNT,
    currency: "USD",
    netLiquidation: "100000",
    totalCash: "100000",
    availableFunds: "100000",
    buyingPower: "100000",
    grossPositionValue: "0",
    at: NOW,
    ...over,
  });
}

export function positionOf(
  conid: number,
  quantity: string,
  price: string | null = "100",
  symbol = "MSFT",
): Position {
  return Position.parse({
    accountId: ACCOUNT,
    conid,
    symbol: conid === CONID ? "AAPL" : symbol,
    quantity,
    averageCost: "100",
    marketPrice: price,
    marketValue: null,
    realizedPnl: null,
    unrealizedPnl: null,
    currency: "USD",
  });
}

export function openOrderOf(conid: number, over: Partial<Record<keyof OpenOrder, unknown>> = {}): OpenOrder {
  return {
    conid,
    leg: "entry",
    side: "BUY",
    remaining: "10",
    price: "100",
    status: "ACCEPTED",
    external: false,
    ...over,
  } as OpenOrder;
}

export const limits = (over: Record<string, unknown> = {}): RiskLimits =>
  RiskLimits.parse({ entryAllowance: "0", ...over });

/** Market closed, BUY 100 → target 110, stop 95, ATR 2, equity 100,000: R 2, margin 10 %, 200 shares at 1 % risk. */
export function snapshot(over: Partial<Record<keyof RiskInput, unknown>> = {}): RiskInput {
  const base: Record<keyof RiskInput, unknown> = {
    now: NOW,
    mode: "paper",
    tradingState: "ACTIVE",
    limits: limits(),
    decision: decisionOf("BUY"),
    instrument,
    broker: { gateway: "simulator", session: "main", accountId: ACCOUNT },
    market: closed,
    lastBar: {
      date: "2017-05-10",
      close: "100",
      atr: "2",
      source: { gateway: "simulator", session: "main", delaySeconds: 0 },
    },
    quote: null,
    account: { value: accountOf(), at: NOW },
    positions: { value: [], at: NOW },
    openOrders: { value: [], at: NOW },
    reservations: [],
    activity: { value: { entriesToday: 0, results: [] }, at: NOW },
    blocked: null,
    preview: null,
    requested: null,
  };
  return { ...base, ...over } as RiskInput;
}

/** The same with the session open and a quote of 99.99 / 100. */
export function inSession(over: Partial<Record<keyof RiskInput, unknown>> = {}): RiskInput {
  return snapshot({ market: open, quote: quoteOf(), ...over });
}

/** Everything of the verdict on one rule. */
export function ruleOf(verdict: RiskVerdict, rule: string) {
  const found = verdict.rules.find((outcome) => outcome.rule === rule);
  if (found === undefined) throw new Error(`no rule ${rule}`);
  return found;
}
