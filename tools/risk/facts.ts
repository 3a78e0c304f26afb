// The snapshot as decimals, computed once for all rules; a fact that cannot be known is null. Pure.
import type { Instrument } from "#store/model/instrument.ts";
import { Decimal, type DecimalString } from "#store/model/money.ts";
import type { OrderSide } from "#store/model/order.ts";
import type { OrderEffect } from "#store/model/risk.ts";
import type { RiskLimits } from "#store/model/strategy.ts";
import { type Exposure, exposureOf } from "./exposure.ts";
import type { RiskInput } from "./input.ts";
import { roundPrice } from "./rounding.ts";

export type ParsedLimits = {
  readonly [Key in keyof RiskLimits]: RiskLimits[Key] extends DecimalString ? Decimal : RiskLimits[Key];
};

export type Reference = { readonly price: Decimal; readonly kind: "quote" | "last_close" };

/** Prices rounded to the instrument on the safe side; quantities in shares; money in the account's currency. */
export type Facts = {
  readonly input: RiskInput;
  readonly limits: ParsedLimits;
  /** Null for HOLD. */
  readonly side: OrderSide | null;
  /** +1 for BUY (and HOLD), −1 for SELL: what mirrors every comparison. */
  readonly sign: 1 | -1;
  readonly effect: OrderEffect;
  /** The price that R and profit margin are taken from: the decision's, or the limit a person asked for. */
  readonly price: Decimal;
  readonly stop: Decimal | null;
  readonly target: Decimal | null;
  /** The dearest price the entry may fill at (BUY; cheapest for SELL): the limit, or for MARKET the reference and allowance. */
  readonly entry: Decimal | null;
  readonly reference: Reference | null;
  /** Value per share for exposure: the dearer of entry and reference. */
  readonly valuation: Decimal | null;
  readonly equity: Decimal | null;
  /** Signed shares held; null when positions are not known. */
  readonly held: Decimal | null;
  readonly exposure: Exposure | null;
  readonly quantityIncrement: Decimal;
};

export const ZERO = new Decimal(0);
const ONE = new Decimal(1);
const parsedLimits = new WeakMap<RiskLimits, ParsedLimits>();
const parsedIncrements = new WeakMap<Instrument, Decimal>();

export function factsOf(input: RiskInput): Facts {
  const limits = limitsOf(input.limits);
  const { decision, instrument, requested } = input;
  const side = decision.signal === "HOLD" ? null : decision.signal;
  const sign = side === "SELL" ? -1 : 1;
  const held = heldOf(input);
  const against = held?.times(sign).lessThan(0) ?? false;
  const effect = against ? "close" : "open";
  const stated = new Decimal(decision.currentPrice);
  const price = requested?.limitPrice == null ? stated : new Decimal(requested.limitPrice);
  const reference = referenceOf(input);
  const entry = entryOf(input, limits, { sign, price, reference });
  const buying = sign === 1;
  return {
    input,
    limits,
    side,
    sign,
    effect,
    price,
    stop:
      decision.stopPrice === null ? null : roundPrice(instrument, decision.stopPrice, buying ? "up" : "down"),
    target:
      decision.targetPrice === null
        ? null
        : roundPrice(instrument, decision.targetPrice, buying ? "down" : "up"),
    entry,
    reference,
    valuation: entry === null || reference === null ? null : Decimal.max(entry, reference.price),
    equity: input.account === null ? null : new Decimal(input.account.value.netLiquidation),
    held,
    exposure: exposureOf(input),
    quantityIncrement: incrementOf(instrument),
  };
}

function incrementOf(instrument: Instrument): Decimal {
  let increment = parsedIncrements.get(instrument);
  if (increment === undefined) {
    increment = new Decimal(instrument.quantityIncrement);
    parsedIncrements.set(instrument, increment);
  }
  return increment;
}

/** Strategy limits are few and verdicts many: each object is parsed once. */
function limitsOf(limits: RiskLimits): ParsedLimits {
  let parsed = parsedLimits.get(limits);
  if (parsed === undefined) {
    parsed = {
      ...limits,
      minRCoefficient: new Decimal(limits.minRCoefficient),
      minProfitMargin: new Decimal(limits.minProfitMargin),
      riskPerTrade: new Decimal(limits.riskPerTrade),
      maxOrderValue: new Decimal(limits.maxOrderValue),
      maxPositionValue: new Decimal(limits.maxPositionValue),
      maxGrossExposure: new Decimal(limits.maxGrossExposure),
      maxNetExposure: new Decimal(limits.maxNetExposure),
      maxConcentration: new Decimal(limits.maxConcentration),
      cashReserve: new Decimal(limits.cashReserve),
      entryAllowance: new Decimal(limits.entryAllowance),
      maxEntryDistance: new Decimal(limits.maxEntryDistance),
      minStopAtr: new Decimal(limits.minStopAtr),
      maxStopDistance: new Decimal(limits.maxStopDistance),
      maxDailyLoss: new Decimal(limits.maxDailyLoss),
      maxWeeklyLoss: new Decimal(limits.maxWeeklyLoss),
      maxSpread: new Decimal(limits.maxSpread),
    };
    parsedLimits.set(limits, parsed);
  }
  return parsed;
}

function heldOf(input: RiskInput): Decimal | null {
  if (input.positions === null) return null;
  let held = ZERO;
  for (const position of input.positions.value)
    if (position.conid === input.instrument.conid) held = held.plus(position.quantity);
  return held;
}

/**
 * While the session is open: the broker's side that we would trade against, else its last price.
 * Between sessions nothing trades, so the honest reference is the last finished bar's close of the run's own series.
 */
function referenceOf(input: RiskInput): Reference | null {
  if (input.market === null) return null;
  if (!input.market.open) {
    return input.lastBar === null ? null : { price: new Decimal(input.lastBar.close), kind: "last_close" };
  }
  const { quote, decision } = input;
  if (quote === null) return null;
  const touched = decision.signal === "SELL" ? quote.bid : quote.ask;
  const price = touched ?? (quote.priorClose ? null : quote.last);
  return price === null ? null : { price: new Decimal(price), kind: "quote" };
}

function entryOf(
  input: RiskInput,
  limits: ParsedLimits,
  at: { sign: 1 | -1; price: Decimal; reference: Reference | null },
): Decimal | null {
  const buying = at.sign === 1;
  const outwards = limits.entryAllowance.isZero() ? ONE : ONE.plus(limits.entryAllowance.times(at.sign));
  if (limits.entryOrder === "MARKET" && input.requested?.limitPrice == null) {
    if (at.reference === null) return null;
    return roundPrice(input.instrument, at.reference.price.times(outwards), buying ? "up" : "down");
  }
  // A limit that a person typed is meant as typed.
  const limit = input.requested?.limitPrice == null ? at.price.times(outwards) : at.price;
  return roundPrice(input.instrument, limit, buying ? "down" : "up");
}
