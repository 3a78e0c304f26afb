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

/** The number that `toFixed` writes; never -0. */
export function roundTo(value: number, decimals: number): number {
  return Number(value.toFixed(decimals)) + 0;
}
