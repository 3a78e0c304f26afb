// Prices and quantities brought to what the instrument allows, always towards the side named. Pure.
import type { Instrument } from "#store/model/instrument.ts";
import { Decimal } from "#store/model/money.ts";

type Step = { readonly lowerEdge: Decimal; readonly increment: Decimal };
const steps = new WeakMap<Instrument, readonly Step[]>();

/** The nearest price of the instrument's grid at or beyond `price` in the direction given. */
export function roundPrice(instrument: Instrument, price: Decimal.Value, direction: "up" | "down"): Decimal {
  const value = new Decimal(price);
  const increment = incrementAt(instrument, value);
  return value.toNearest(increment, direction === "up" ? Decimal.ROUND_CEIL : Decimal.ROUND_FLOOR);
}

/** The largest quantity, a multiple of `increment`, whose cost at `per` stays within `budget`; never negative. */
export function largestQuantity(budget: Decimal, per: Decimal, increment: Decimal): Decimal {
  if (budget.lessThanOrEqualTo(0) || per.lessThanOrEqualTo(0)) return new Decimal(0);
  return budget.divToInt(per.times(increment)).times(increment);
}

function incrementAt(instrument: Instrument, price: Decimal): Decimal {
  let grid = steps.get(instrument);
  if (grid === undefined) {
    grid = instrument.priceIncrements.map((step) => ({
      lowerEdge: new Decimal(step.lowerEdge),
      increment: new Decimal(step.increment),
    }));
    steps.set(instrument, grid);
  }
  let increment = grid[0]?.increment ?? new Decimal("0.01");
  for (const step of grid) if (price.greaterThanOrEqualTo(step.lowerEdge)) increment = step.increment;
  return increment;
}
