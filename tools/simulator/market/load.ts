// Loads the bars to replay: AAPL and SPX from npm packages, and every CSV of a directory. Reads files.
// A bad file is refused with file and line; the others still load. A file wins over a built-in symbol of its name.
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { InputError } from "#store/model/errors.ts";
import { TICKER_PATTERN } from "#store/model/ids.ts";
import { dailyBars } from "./bars.ts";
import { listingOf } from "./catalog.ts";
import { parseDailyCsv } from "./csv.ts";
import { createMarket, type MarketData, type SimInstrument } from "./market.ts";

const require = createRequire(import.meta.url);

const READ_AHEAD = 16;

type Source = { symbol: string; file: string; source: string; builtIn: boolean };

function builtInSources(): Source[] {
  const vegaDatasets = path.dirname(path.dirname(require.resolve("vega-datasets")));
  return [
    {
      symbol: "AAPL",
      file: require.resolve("@observablehq/sample-datasets/aapl.csv"),
      source: "npm @observablehq/sample-datasets",
      builtIn: true,
    },
    {
      symbol: "SPX",
      file: path.join(vegaDatasets, "data", "sp500-2000.csv"),
      source: "npm vega-datasets",
      builtIn: true,
    },
  ];
}

async function directorySources(directory: string): Promise<{ sources: Source[]; faults: InputError[] }> {
  const names = await readdir(directory).catch((cause: unknown) => {
    throw new InputError("market_data_dir_unreadable", `${directory} cannot be read as a folder`, {
      cause,
      facts: { field: "MARKET_DATA_DIR", file: directory, line: null },
    });
  });
  const sources: Source[] = [];
  const faults: InputError[] = [];
  for (const name of names.sort()) {
    if (path.extname(name).toLowerCase() !== ".csv") continue;
    const symbol = name.slice(0, -4);
    if (TICKER_PATTERN.test(symbol)) {
      sources.push({ symbol, file: path.join(directory, name), source: name, builtIn: false });
    } else {
      const what = `${name}: the file's name is its symbol, such as AAPL.csv or BRK.B.csv`;
      faults.push(
        new InputError("csv_bad_name", what, { facts: { field: "MARKET_DATA_DIR", file: name, line: null } }),
      );
    }
  }
  return { sources, faults };
}

async function load(source: Source): Promise<SimInstrument> {
  const text = await readFile(source.file, "utf8").catch((cause: unknown) => {
    throw new InputError("csv_unreadable", `${source.source}: cannot be read`, {
      cause,
      facts: { field: "MARKET_DATA_DIR", file: source.source, line: null },
    });
  });
  const bars = dailyBars(parseDailyCsv(text, path.basename(source.file)));
  return {
    ...listingOf(source.symbol),
    symbol: source.symbol,
    currency: "USD",
    source: source.source,
    builtIn: source.builtIn,
    bars,
  };
}

/**
 * The market to replay, and what was refused.
 * @throws InputError when the directory itself cannot be read
 */
export async function loadMarketData(
  from: { directory?: string; builtIn?: boolean } = {},
): Promise<{ market: MarketData; faults: InputError[] }> {
  const found = from.directory === undefined ? undefined : await directorySources(from.directory);
  const faults = [...(found?.faults ?? [])];
  const instruments = new Map<string, SimInstrument>();
  const builtIn = from.builtIn === false ? [] : builtInSources();
  const sources = [...builtIn, ...(found?.sources ?? [])];
  // Reading ahead of parsing: a few files at a time, so that a thousand are never open or in memory at once.
  for (let first = 0; first < sources.length; first += READ_AHEAD) {
    const loaded = await Promise.allSettled(sources.slice(first, first + READ_AHEAD).map(load));
    for (const one of loaded) {
      if (one.status === "fulfilled") instruments.set(one.value.symbol, one.value);
      else if (one.reason instanceof InputError) faults.push(one.reason);
      else throw one.reason;
    }
  }
  if (instruments.size === 0) {
    throw new InputError("market_data_empty", "there is no instrument to replay", {
      facts: { field: "MARKET_DATA_DIR", faults: faults.map((fault) => fault.message) },
    });
  }
  return { market: createMarket([...instruments.values()]), faults };
}
