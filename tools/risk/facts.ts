// The snapshot as exact numbers, computed once for all rules; a fact that cannot be known is null. Pure.
import type { DecimalString } from "#store/model/money.ts";
import type { OrderSide } from "#store/model/order.ts";
import type { OrderEffect } from "#store/model/risk.ts";
import type { RiskLimits } from "#store/model/strategy.ts";
import { type Exposure, exposureOf } from "./exposure.ts";
import { type Fixed, fixed, max, ONE, widen, ZERO } from "./fixed.ts";
import type { RiskInput } from "./input.ts";
import { quantityIncrement, roundPrice } from "./rounding.ts";

export type ParsedLimits = {
  readonly [Key in keyof RiskLimits]: RiskLimits[Key] extends DecimalString ? Fixed : RiskLimits[Key];
};

export type Reference = { readonly price: Fixed; readonly kind: "quote" | "last_close" };

/** Prices rounded to the instrument on the safe side; quantities in shares; money in the account's currency. */
export type Facts = {
  readonly input: RiskInput;
  readonly limits: ParsedLimits;
  /** Null for HOLD. */
  readonly side: OrderSide | null;
  /** +1 for BUY (and HOLD), −1 for SELL: what mirrors every comparison. */
  readonly sign: 1n | -1n;
  readonly effect: OrderEffect;
  /** The price that R and profit margin are taken from: the decision's, or the limit a person asked for. */
  readonly price: Fixed;
  readonly stop: Fixed | null;
  readonly target: Fixed | null;
  /** The dearest price the entry may fill at (BUY; cheapest for SELL): the limit, or for MARKET the reference and allowance. */
  readonly entry: Fixed | null;
  readonly reference: Reference | null;
  /** Value per share for exposure: the dearer of entry and reference. */
  readonly valuation: Fixed | null;
  readonly equity: Fixed | null;
  /** Signed shares held; null when positions are not known. */
  readonly held: Fixed | null;
  readonly exposure: Exposure | null;
  readonly quantityIncrement: Fixed;
};

const parsedLimits = new WeakMap<RiskLimits, ParsedLimits>();

export function factsOf(input: RiskInput): Facts {
  const limits = limitsOf(input.limits);
  const { decision, instrument, requested } = input;
  const side = decision.signal === "HOLD" ? null : decision.signal;
  const sign = side === "SELL" ? -1n : 1n;
  const buying = sign === 1n;
  const held = heldOf(input);
  const price = fixed(requested?.limitPrice ?? decision.currentPrice);
  const reference = referenceOf(input);
  const entry = entryOf(input, limits, { sign, price, reference });
  const { stopPrice, targetPrice } = decision;
  return {
    input,
    limits,
    side,
    sign,
    effect: held !== null && held * sign < ZERO ? "close" : "open",
    price,
    stop: stopPrice === null ? null : roundPrice(instrument, widen(fixed(stopPrice)), buying ? "up" : "down"),
    target:
      targetPrice === null ? null : roundPrice(instrument, widen(fixed(targetPrice)), buying ? "down" : "up"),
    entry,
    reference,
    valuation: entry === null || reference === null ? null : max(entry, reference.price),
    equity: input.account === null ? null : fixed(input.account.value.netLiquidation),
    held,
    exposure: exposureOf(input),
    quantityIncrement: quantityIncrement(instrument),
  };
}

/** Strategy limits are few and verdicts many: each object is parsed once. */
function limitsOf(limits: RiskLimits): ParsedLimits {
  let parsed = parsedLimits.get(limits);
  if (parsed === undefined) {
    parsed = {
      ...limits,
      minRCoefficient: fixed(limits.minRCoefficient),
      minProfitMargin: fixed(limits.minProfitMargin),
      riskPerTrade: fixed(limits.riskPerTrade),
      maxOrderValue: fixed(limits.maxOrderValue),
      maxPositionValue: fixed(limits.maxPositionValue),
      maxGrossExposure: fixed(limits.maxGrossExposure),
      maxNetExposure: fixed(limits.maxNetExposure),
      maxConcentration: fixed(limits.maxConcentration),
      cashReserve: fixed(limits.cashReserve),
      entryAllowance: fixed(limits.entryAllowance),
      maxEntryDistance: fixed(limits.maxEntryDistance),
      minStopAtr: fixed(limits.minStopAtr),
      maxStopDistance: fixed(limits.maxStopDistance),
      maxDailyLoss: fixed(limits.maxDailyLoss),
      maxWeeklyLoss: fixed(limits.maxWeeklyLoss),
      maxSpread: fixed(limits.maxSpread),
    };
    parsedLimits.set(limits, parsed);
  }
  return parsed;
}

function heldOf(input: RiskInput): Fixed | null {
  if (input.positions === null) return null;
  let held = ZERO;
  for (const position of input.positions.value)
    if (position.conid === input.instrument.conid) held += fixed(position.quantity);
  return held;
}

/**
 * While the session is open: the broker's side that we would trade against, else its last price.
 * Between sessions nothing trades, so the honest reference is the last finished bar's close of the run's own series.
 */
function referenceOf(input: RiskInput): Reference | null {
  if (input.market === null) return null;
  if (!input.market.open) {
    return input.lastBar === null ? null : { price: fixed(input.lastBar.close), kind: "last_close" };
  }
  const { quote, decision } = input;
  if (quote === null) return null;
  const touched = decision.signal === "SELL" ? quote.bid : quote.ask;
  const price = touched ?? (quote.priorClose ? null : quote.last);
  return price === null ? null : { price: fixed(price), kind: "quote" };
}

function entryOf(
  input: RiskInput,
  limits: ParsedLimits,
  at: { sign: 1n | -1n; price: Fixed; reference: Reference | null },
): Fixed | null {
  const buying = at.sign === 1n;
  const outwards = ONE + limits.entryAllowance * at.sign;
  const typed = input.requested?.limitPrice != null;
  if (limits.entryOrder === "MARKET" && !typed) {
    if (at.reference === null) return null;
    return roundPrice(input.instrument, at.reference.price * outwards, buying ? "up" : "down");
  }
  // A limit that a person typed is meant as typed.
  return roundPrice(input.instrument, at.price * (typed ? ONE : outwards), buying ? "down" : "up");
}
