// Real AAPL bars of the shipped npm dataset as material for agents. Effect: reads one file of node_modules.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parse } from "csv-parse/sync";
import type { ChartMaterial, ReportMaterial } from "#agents/inputs.ts";
import type { Bar, Timeframe } from "#store/model/bar.ts";
import type { AnalystReport } from "#store/model/decision.ts";
import type { SessionDate, Ticker } from "#store/model/ids.ts";
import { toDecimalString } from "#store/model/money.ts";
import { describeChart } from "#tools/charts/index.ts";
import { computedValues, computeIndicators } from "#tools/indicators/index.ts";

const FIELDS = ["open", "high", "low", "close", "volume"] as const;

/** Daily bars of a CSV with columns date, open, high, low, close, volume in any case. */
export function readBars(path: string): Bar[] {
  const rows: Record<string, string>[] = parse(readFileSync(path), {
    columns: (names: string[]) => names.map((name) => name.toLowerCase()),
  });
  return rows.map((row) => {
    const numbers = FIELDS.map((field) => [field, toDecimalString(row[field] ?? "")] as const);
    return { date: row.date as SessionDate, ...Object.fromEntries(numbers) } as Bar;
  });
}

/** AAPL, 2013-05-13 to 2018-05-11. */
export const aaplBars: readonly Bar[] = readBars(
  createRequire(import.meta.url).resolve("@observablehq/sample-datasets/aapl.csv"),
);

/** Bars of calendar weeks, dated by their first session; the last week is dropped unless a later bar proves it over. */
export function weeksOf(daily: readonly Bar[]): Bar[] {
  const weeks = new Map<number, Bar[]>();
  for (const bar of daily) {
    const week = Math.floor((Date.parse(bar.date) / 86_400_000 + 3) / 7);
    weeks.set(week, [...(weeks.get(week) ?? []), bar]);
  }
  return [...weeks.values()].slice(0, -1).map((bars) => {
    const [first, last] = [bars[0], bars.at(-1)];
    if (first === undefined || last === undefined) throw new Error("a week without bars");
    const of = (field: "high" | "low" | "volume") => bars.map((bar) => Number(bar[field]));
    return {
      date: first.date,
      open: first.open,
      high: toDecimalString(Math.max(...of("high"))),
      low: toDecimalString(Math.min(...of("low"))),
      close: last.close,
      volume: toDecimalString(of("volume").reduce((a, b) => a + b, 0)),
    };
  });
}

/** Chart material of one timeframe as known after the close of `asOf`; `png` is any bytes. */
export function chartAt(of: {
  bars: readonly Bar[];
  asOf: string;
  timeframe: Timeframe;
  symbol?: string;
  png?: Uint8Array | null;
}): ChartMaterial {
  const known = of.bars.filter((bar) => bar.date <= of.asOf);
  const bars = (of.timeframe === "weekly" ? weeksOf(known) : known).slice(-504);
  const table = computeIndicators(bars);
  const symbol = (of.symbol ?? "AAPL") as Ticker;
  return {
    values: computedValues({ symbol, timeframe: of.timeframe, currency: "USD", table }),
    bars,
    description: describeChart(of.timeframe, 200),
    png: of.png ?? null,
  };
}

export function reportMaterial(chart: ChartMaterial, report: AnalystReport): ReportMaterial {
  return { values: chart.values, bars: chart.bars, report };
}
