// How many decimals a number is shown with: charts and prompts share it, so what an agent repeats compares exactly. Pure.

/**
 * Decimals of every price of one instrument, from its last close: 2 from 10 to 10,000, one less from 10,000 and none from
 * 100,000; below 10 as many as four significant digits need, at most 6 (0.5033 keeps 4).
 */
export function priceDecimals(close: number): number {
  if (close >= 10_000) return close >= 100_000 ? 0 : 1;
  if (close >= 10) return 2;
  return Math.min(6, 3 - Math.floor(Math.log10(close)));
}

/** MACD and ATR are small against the price: one decimal more. */
export function rangeDecimals(close: number): number {
  return priceDecimals(close) + 1;
}

/** Up to here a double's error is far below the distance from a half at which arithmetic is trusted. */
const EXACT = 1e9;
const NEAR_HALF = 1e-6;

/** The number that `toFixed` writes; never -0. Text is made only where the scaled value lies too near a half to tell. */
export function roundTo(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  const scaled = value * factor;
  const below = Math.floor(scaled);
  const rest = scaled - below - 0.5;
  // Both operands of the division are exact here, so its result is the double nearest to the written decimal.
  if (Math.abs(scaled) < EXACT && Math.abs(rest) > NEAR_HALF) {
    return (rest < 0 ? below : below + 1) / factor + 0;
  }
  return Number(value.toFixed(decimals)) + 0;
}
