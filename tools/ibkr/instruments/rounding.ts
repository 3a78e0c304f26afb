// Prices on the contract's increments, rounded to the safe side. Pure.
import { InputError } from "#store/model/errors.ts";
import type { Instrument, PriceIncrement } from "#store/model/instrument.ts";
import { Decimal, type DecimalString, dec, toDecimalString } from "#store/model/money.ts";
import type { OrderSide } from "#store/model/order.ts";

/** The step that holds at this price. */
export function incrementAt(increments: readonly PriceIncrement[], price: Decimal.Value): Decimal {
  let step: PriceIncrement | undefined;
  for (const candidate of increments) if (dec(candidate.lowerEdge).lte(price)) step = candidate;
  const found = step ?? increments[0];
  if (found === undefined)
    throw new InputError("no_price_increment", "The instrument has no price increment.");
  return dec(found.increment);
}

/** On an increment, towards zero (`down`) or away from it (`up`). @throws InputError price_not_positive */
export function roundPrice(
  instrument: Pick<Instrument, "priceIncrements">,
  price: Decimal.Value,
  direction: "up" | "down",
): DecimalString {
  const exact = dec(price);
  const step = incrementAt(instrument.priceIncrements, exact);
  const mode = direction === "down" ? Decimal.ROUND_FLOOR : Decimal.ROUND_CEIL;
  const rounded = exact.div(step).toDecimalPlaces(0, mode).times(step);
  if (rounded.lte(0))
    throw new InputError("price_not_positive", `A price of ${exact.toFixed()} is below the smallest step.`);
  return toDecimalString(rounded);
}

/** A limit never worse than asked: a buy is rounded down, a sell up. */
export function safeLimit(
  instrument: Pick<Instrument, "priceIncrements">,
  side: OrderSide,
  price: Decimal.Value,
): DecimalString {
  return roundPrice(instrument, price, side === "BUY" ? "down" : "up");
}

/** A protecting stop never looser than asked: a sell stop (below a long) is rounded up, a buy stop down. */
export function safeStop(
  instrument: Pick<Instrument, "priceIncrements">,
  side: OrderSide,
  price: Decimal.Value,
): DecimalString {
  return roundPrice(instrument, price, side === "SELL" ? "up" : "down");
}

/** Whether a price lies on the increments already. */
export function isOnIncrement(
  instrument: Pick<Instrument, "priceIncrements">,
  price: Decimal.Value,
): boolean {
  return dec(price).mod(incrementAt(instrument.priceIncrements, price)).isZero();
}

/** Shares, rounded down to the quantity step. */
export function roundQuantity(
  instrument: Pick<Instrument, "quantityIncrement">,
  quantity: Decimal.Value,
): DecimalString {
  const step = dec(instrument.quantityIncrement);
  return toDecimalString(dec(quantity).div(step).toDecimalPlaces(0, Decimal.ROUND_DOWN).times(step));
}
