// Prices brought to the instrument's grid, always towards the side named. Pure.
import type { Instrument } from "#store/model/instrument.ts";
import { type Fixed, fixed, ONE, toStep, type Wide } from "./fixed.ts";

type Step = { readonly lowerEdge: Fixed; readonly increment: Fixed };
type Grid = { readonly steps: readonly Step[]; readonly quantity: Fixed };
const grids = new WeakMap<Instrument, Grid>();

/** The nearest price of the grid at or beyond a price of 24 places, in the direction given. */
export function roundPrice(instrument: Instrument, price: Wide, direction: "up" | "down"): Fixed {
  const { steps } = gridOf(instrument);
  let increment = steps[0]?.increment ?? ONE / 100n;
  for (const step of steps) if (price >= step.lowerEdge * ONE) increment = step.increment;
  return toStep(price, increment * ONE, direction) / ONE;
}

export function quantityIncrement(instrument: Instrument): Fixed {
  return gridOf(instrument).quantity;
}

/** Instruments are few and verdicts many: each object is parsed once. */
function gridOf(instrument: Instrument): Grid {
  let grid = grids.get(instrument);
  if (grid === undefined) {
    grid = {
      steps: instrument.priceIncrements.map((step) => ({
        lowerEdge: fixed(step.lowerEdge),
        increment: fixed(step.increment),
      })),
      quantity: fixed(instrument.quantityIncrement),
    };
    grids.set(instrument, grid);
  }
  return grid;
}
