// Prices and quantities on the instrument's grid: for the rules, for what a person types, and for what leaves. Pure.
import type { Instrument, PriceIncrement } from "#store/model/instrument.ts";
import { type DecimalString, dec } from "#store/model/money.ts";
import { type Fixed, fixed, ONE, text, toStep, type Wide, widen } from "./fixed.ts";

type Step = { readonly lowerEdge: Fixed; readonly increment: Fixed };
/** Instruments are few and verdicts many: each list is parsed once. */
const grids = new WeakMap<readonly PriceIncrement[], readonly Step[]>();
const quantities = new WeakMap<Instrument, Fixed>();

/** The nearest price of the grid at or beyond a price of 24 places, in the direction given. */
export function roundPrice(instrument: Instrument, price: Wide, direction: "up" | "down"): Fixed {
  return toStep(price, stepAt(instrument.priceIncrements, price) * ONE, direction) / ONE;
}

/** The same for a price as text or number; zero where it lies below the smallest step. */
export function priceOnGrid(instrument: Instrument, price: string, direction: "up" | "down"): DecimalString {
  return text(roundPrice(instrument, exact(price), direction));
}

/** The step that holds at this price. */
export function incrementAt(increments: readonly PriceIncrement[], price: string): DecimalString {
  return text(stepAt(increments, exact(price)));
}

/** Whether a price lies on the grid. */
export function isOnGrid(increments: readonly PriceIncrement[], price: string): boolean {
  const wide = exact(price);
  return wide % (stepAt(increments, wide) * ONE) === 0n;
}

export function quantityIncrement(instrument: Instrument): Fixed {
  let step = quantities.get(instrument);
  if (step === undefined) {
    step = fixed(instrument.quantityIncrement);
    quantities.set(instrument, step);
  }
  return step;
}

/** Prices of more than twelve places are cut: no grid is finer. */
function exact(price: string): Wide {
  return widen(fixed(dec(price).toDecimalPlaces(12, 1).toFixed()));
}

function stepAt(increments: readonly PriceIncrement[], price: Wide): Fixed {
  let grid = grids.get(increments);
  if (grid === undefined) {
    grid = increments.map((step) => ({
      lowerEdge: fixed(step.lowerEdge),
      increment: fixed(step.increment),
    }));
    grids.set(increments, grid);
  }
  let increment = grid[0]?.increment ?? ONE / 100n;
  for (const step of grid) if (price >= step.lowerEdge * ONE) increment = step.increment;
  return increment;
}
