// The trade over a stored chart: what the agents saw stays, the rest is added and marked.
import * as vega from "vega";
import { compile } from "vega-lite";
import { expect, test } from "vitest";
import type { SessionDate } from "#store/model/ids.ts";
import { type ChartOverlay, chartSpec, withOverlay } from "#tools/charts/index.ts";
import { appleBars } from "../indicators/bars.ts";
import { apple, chartOf } from "./inputs.ts";

const web = { ...apple, size: "web" } as const;
/** As the page gets it: through the object store, as JSON. */
const stored = (input: Parameters<typeof chartSpec>[0]): unknown =>
  JSON.parse(JSON.stringify(chartSpec(input)));
const date = (text: string) => text as SessionDate;

async function drawn(spec: unknown): Promise<{ svg: string; warnings: unknown[] }> {
  const warnings: unknown[] = [];
  const logger = vega.logger(vega.Warn, undefined, (_method, _level, input) => warnings.push(input));
  // A copy: Vega writes into the rows it is given.
  const copy = structuredClone(spec) as Parameters<typeof compile>[0];
  const compiled = compile(copy, { logger });
  const view = new vega.View(vega.parse(compiled.spec), { renderer: "none", logger });
  return { svg: await view.toSVG(), warnings };
}
const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]+)</g)].map(([, text]) => text ?? "");

const last = apple.table.dates.at(-1) ?? date("");
const bar = (day: string, close: number) => ({
  date: date(day),
  open: close - 1,
  high: close + 2,
  low: close - 2,
  close,
  volume: 1_000_000,
});
const overlay: ChartOverlay = {
  lines: [
    { kind: "stop", price: 90, state: "working", text: "Stop 90.00, working" },
    { kind: "target", price: 170, state: "proposed", text: "Target 170.00, proposed" },
  ],
  fills: [
    { date: date("2099-01-05"), side: "BUY", price: 120, leg: "entry", text: "BUY 10 at 120.00" },
    { date: date("2099-01-06"), side: "SELL", price: 118, leg: "stop", text: "stop: SELL 10 at 118.00" },
    { date: date("2013-01-02"), side: "BUY", price: 100, leg: "entry", text: "before the chart" },
  ],
  since: [bar("2099-01-05", 121), bar(last, 5)],
};

test("adds levels, fills and the bars since, marked off from what the agents saw", async () => {
  const spec = withOverlay(stored(web), overlay);
  const { svg, warnings } = await drawn(spec);
  expect(warnings).toEqual([]);
  const said = texts(svg);
  for (const text of ["Stop 90.00, working", "Target 170.00, proposed", "BUY 10 at 120.00", "decided here"]) {
    expect(said).toContain(text);
  }
  // A bar of a date that was seen is not drawn a second time, and a fill before the chart is left out.
  expect(said).not.toContain("before the chart");
  const rows = (spec.datasets as { rows: { i: number; d: string; c: number | null }[] }).rows;
  const seen = chartSpec(web).datasets.rows as object[];
  expect(rows.slice(0, seen.length)).toEqual(JSON.parse(JSON.stringify(seen)));
  expect(rows.slice(seen.length).map(({ d, c }) => [d, c])).toEqual([
    ["2099-01-05", 121],
    ["2099-01-06", null],
  ]);
  expect(svg).toContain("stroke-dasharray");
});

test("leaves the stored chart as it is where there is nothing to add", () => {
  expect(withOverlay(stored(web), { lines: [], fills: [], since: [] })).toEqual(stored(web));
});

test("values beside the panels keep to their lines when the axes grow", async () => {
  const spec = withOverlay(stored(web), { ...overlay, fills: [], since: [] });
  const { params, datasets } = spec as {
    params: { name: string; value: [number, number] }[];
    datasets: { priceTags: { text: string; from: number }[] };
  };
  const [low, high] = params.find(({ name }) => name === "priceDomain")?.value ?? [0, 0];
  // The name of the highest level stands above it.
  expect([low < 90, high > 172]).toEqual([true, true]);
  const panel = (spec.vconcat as { height: number }[])[0];
  const close = apple.table.close.at(-1) ?? 0;
  const tag = datasets.priceTags.find(({ text }) => text.startsWith("Close"));
  expect(tag?.from).toBeCloseTo(((high - close) / (high - low)) * (panel?.height ?? 0), 1);
});

test("a young instrument's chart uses its free places before it grows", () => {
  const young = chartOf(appleBars().slice(0, 25), { size: "web", barsShown: 250 });
  const widths = (spec: unknown) =>
    (spec as { vconcat: { width: number }[] }).vconcat.map(({ width }) => width);
  expect(widths(withOverlay(stored(young), overlay))).toEqual(widths(stored(young)));
});

test("refuses what is not a chart of this program", () => {
  expect(() => withOverlay({ vconcat: [] }, overlay)).toThrow();
});
