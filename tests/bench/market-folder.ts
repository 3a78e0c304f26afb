// A folder of many symbols for the bench, from real bars only: copies of a few real files, each under many names.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

// From the project's root, where the bench is started: compiled, this file lies elsewhere.
const SHARED = path.resolve("../shared/ohlcv");
/** Rows kept of each file: enough for 520 weeks of the shared files. */
const ROWS = 2_700;

type Source = { text: string; asOf: string };

function sources(): Source[] {
  if (existsSync(SHARED)) {
    return ["TSLA", "NVDA", "AAPL", "SPY"].map((symbol) => ({
      text: readFileSync(path.join(SHARED, `${symbol}.csv`), "utf8"),
      asOf: "2025-06-30",
    }));
  }
  const file = createRequire(import.meta.url).resolve("@observablehq/sample-datasets/aapl.csv");
  return [{ text: readFileSync(file, "utf8"), asOf: "2017-12-15" }];
}

/** Writes `count` files named S0001, S0002, …; returns their names and the session to begin at. */
export function writeMarketFolder(folder: string, count: number): { symbols: string[]; start: string } {
  mkdirSync(folder, { recursive: true });
  const files = sources();
  const symbols = Array.from({ length: count }, (_, index) => `S${String(index + 1).padStart(4, "0")}`);
  for (const [index, symbol] of symbols.entries()) {
    const { text } = files[index % files.length] ?? { text: "" };
    const [head = "", ...rows] = text.trim().split("\n");
    writeFileSync(path.join(folder, `${symbol}.csv`), `${[head, ...rows.slice(-ROWS)].join("\n")}\n`);
  }
  return { symbols, start: files[0]?.asOf ?? "" };
}
