// Many symbols of which the offline rules say BUY on one day: AAPL's real bars under as many names as a test needs.
import { copyFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

/** A session after whose close the offline rules propose to buy AAPL. */
export const BUY_DAY = "2017-12-15";

export function writeBuySymbols(folder: string, symbols: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  const bars = createRequire(import.meta.url).resolve("@observablehq/sample-datasets/aapl.csv");
  for (const symbol of symbols) copyFileSync(bars, path.join(folder, `${symbol}.csv`));
}
