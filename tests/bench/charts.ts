// Measures charts and indicators on real bars (AAPL, npm). Called by the bench; prints nothing itself.
import { performance } from "node:perf_hooks";
import type { Ticker } from "#store/model/ids.ts";
import { appleBars } from "#tests/tools/indicators/bars.ts";
import { type ChartInput, chartSpec, renderChart } from "#tools/charts/index.ts";
import { computedValues, computeIndicators, INDICATOR_PARAMETERS as P } from "#tools/indicators/index.ts";
import { atr, bollinger, ema, macd, rsi, sma } from "#tools/indicators/library.ts";
import { supertrend } from "#tools/indicators/supertrend.ts";
import type { BenchRow } from "./row.ts";

const WARM_UP = 10;

/**
 * First and warm chart, wall and CPU, PNG bytes, and resident memory over `charts` further charts (600 show whether it
 * stays flat). Fonts must be prepared. The first chart is only the first if none was drawn before in this process.
 */
export async function benchCharts({ charts = 60 }: { charts?: number } = {}): Promise<BenchRow[]> {
  const bars = appleBars().slice(0, 504);
  const input: ChartInput = {
    symbol: "AAPL" as Ticker,
    timeframe: "daily",
    table: computeIndicators(bars),
    barsShown: 200,
    size: "model",
  };
  const first = await timed(() => renderChart(input));
  for (let index = 0; index < WARM_UP; index++) await renderChart(input);
  const one = await each(charts, () => renderChart(input));
  const residentBefore = process.memoryUsage.rss();
  const start = performance.now();
  await Promise.all(Array.from({ length: charts }, () => renderChart(input)));
  const together = (performance.now() - start) / charts;
  const web = await renderChart({ ...input, size: "web", barsShown: 250 });
  const rows: Omit<BenchRow, "suite">[] = [
    { name: "chart first", value: first, unit: "ms" },
    { name: "chart warm", value: one.wall, unit: "ms", target: { atMost: 45 } },
    { name: "chart warm, CPU", value: one.cpu, unit: "ms" },
    { name: "chart warm, many at once", value: together, unit: "ms" },
    { name: "chart PNG 1024×768", value: (await renderChart(input)).png.length / 1024, unit: "KB" },
    { name: "chart PNG 1200×1000", value: web.png.length / 1024, unit: "KB" },
    { name: "chart page specification", value: JSON.stringify(chartSpec(input)).length / 1024, unit: "KB" },
    {
      name: `memory growth over ${charts} charts`,
      value: (process.memoryUsage.rss() - residentBefore) / 2 ** 20,
      unit: "MB",
    },
  ];
  return rows.map((row) => ({ suite: "charts", ...row }));
}

/** Nanoseconds per bar of each indicator at 250 bars, and of the whole table and value block at 504. */
export async function benchIndicators(): Promise<BenchRow[]> {
  const bars = appleBars().slice(0, 504);
  const table = computeIndicators(bars.slice(0, 250));
  const { close } = table;
  const whole = computeIndicators(bars);
  const of = { symbol: "AAPL" as Ticker, timeframe: "daily", currency: "USD", table: whole } as const;
  const indicators: [name: string, count: number, run: () => unknown][] = [
    ["SMA 20", 250, () => sma(close, P.smaFast)],
    ["EMA 20", 250, () => ema(close, P.ema)],
    ["MACD", 250, () => macd(close, P.macd)],
    ["RSI 14", 250, () => rsi(close, P.rsi)],
    ["Bollinger", 250, () => bollinger(close, P.bollinger)],
    ["ATR 14", 250, () => atr(table, P.atr)],
    ["SuperTrend", 250, () => supertrend(table, P.supertrend)],
    ["all indicators, from decimal strings", 504, () => computeIndicators(bars)],
    ["values for the prompt", 504, () => computedValues(of)],
  ];
  const rows: BenchRow[] = [];
  for (const [name, count, run] of indicators) {
    await each(50, run);
    const { wall } = await each(300, run);
    rows.push({ suite: "indicators", name, value: (wall * 1e6) / count, unit: "ns/bar" });
  }
  return rows;
}

async function timed(run: () => unknown): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** Mean milliseconds of one run, wall and CPU of all threads. */
async function each(times: number, run: () => unknown): Promise<{ wall: number; cpu: number }> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  for (let index = 0; index < times; index++) await run();
  const wall = (performance.now() - start) / times;
  const used = process.cpuUsage(cpu);
  return { wall, cpu: (used.user + used.system) / 1000 / times };
}
