// Numbers as charts write them. Pure.

/** 82.73M, 1.20B, 950K: four significant digits at most. */
export function volumeText(shares: number): string {
  for (const [size, unit] of [
    [1e9, "B"],
    [1e6, "M"],
    [1e3, "K"],
  ] as const) {
    if (shares >= size) return `${(shares / size).toFixed(shares >= 100 * size ? 1 : 2)}${unit}`;
  }
  return shares.toFixed(0);
}

/** +3.32%, −0.50% with the sign in front. */
export function percentText(percent: number): string {
  return `${percent < 0 ? "-" : "+"}${Math.abs(percent).toFixed(2)}%`;
}
