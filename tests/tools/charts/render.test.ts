import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import type { Bar } from "#store/model/bar.ts";
import { MarketDataError } from "#store/model/errors.ts";
import type { Ticker } from "#store/model/ids.ts";
import { toDecimalString } from "#store/model/money.ts";
import { chartSvg, renderChart } from "#tools/charts/index.ts";
import { joinShapes } from "#tools/charts/raster.ts";
import { appleBars, barsOfCloses } from "../indicators/bars.ts";
import { apple, chartOf, pixels, useFonts } from "./inputs.ts";

beforeAll(useFonts);

const scaled = (bars: readonly Bar[], factor: number): Bar[] =>
  bars.map((bar) => {
    const price = (value: string) => toDecimalString((Number(value) * factor).toFixed(8));
    return {
      ...bar,
      open: price(bar.open),
      high: price(bar.high),
      low: price(bar.low),
      close: price(bar.close),
    };
  });

const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text = ""]) => text);

test("is a PNG of the size that the model is charged least for, and of the page's", async () => {
  const model = await sharp((await renderChart(apple)).png).metadata();
  expect([model.format, model.width, model.height]).toEqual(["png", 1024, 768]);
  const web = await sharp((await renderChart({ ...apple, size: "web", barsShown: 250 })).png).metadata();
  expect([web.format, web.width, web.height]).toEqual(["png", 1200, 1000]);
});

test("same bars give the same bytes, whatever was drawn in between and beside", async () => {
  const first = await renderChart(apple);
  await renderChart(chartOf(appleBars().slice(300, 900), { symbol: "OTHER" as Ticker }));
  const again = await Promise.all(Array.from({ length: 6 }, () => renderChart(apple)));
  for (const { png } of again) expect(png.equals(first.png)).toBe(true);
});

test("one different close gives different bytes", async () => {
  const bars = appleBars().slice(0, 500);
  const last = bars.at(-1) as Bar;
  const changed = [...bars.slice(0, -1), { ...last, close: last.low }];
  expect((await renderChart(chartOf(changed))).png.equals((await renderChart(apple)).png)).toBe(false);
});

test("a longer history before the bars shown gives the same chart", async () => {
  const bars = appleBars();
  const long = await chartSvg(chartOf(bars.slice(0, 900)));
  const short = await chartSvg(chartOf(bars.slice(250, 900)));
  expect(textsOf(short)).toEqual(textsOf(long));
});

describe("draws without failing", () => {
  const bars = appleBars();
  const weekly = bars.filter((_, index) => index % 5 === 0);
  test.each([
    ["one bar", chartOf(bars.slice(0, 1))],
    ["five bars", chartOf(bars.slice(0, 5))],
    ["60 bars, without a SMA 200", chartOf(bars.slice(0, 60))],
    ["a weekly chart", chartOf(weekly, { timeframe: "weekly" })],
    ["dojis only", chartOf(bars.slice(0, 300).map((bar) => ({ ...bar, open: bar.close })))],
    ["a price that never moves", chartOf(barsOfCloses(new Array<number>(260).fill(12.5)))],
    ["no volume", chartOf(bars.slice(0, 260).map((bar) => ({ ...bar, volume: toDecimalString(0) })))],
    ["prices near a million", chartOf(scaled(bars.slice(0, 300), 9000))],
    ["prices below a cent", chartOf(scaled(bars.slice(0, 300), 0.00005))],
  ])("%s", async (_, input) => {
    const svg = await chartSvg(input);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect((await renderChart(input)).png.length).toBeGreaterThan(10_000);
  });
});

test("nothing is drawn without a bar", async () => {
  await expect(renderChart(chartOf([]))).rejects.toThrow(MarketDataError);
});

test("a chart whose run was stopped is not drawn", async () => {
  await expect(renderChart(apple, AbortSignal.abort())).rejects.toThrow(/abort/i);
});

test("joining shapes of one colour does not change a pixel", async () => {
  const svg = await chartSvg(apple);
  const joined = joinShapes(svg);
  expect(joined.length).toBeLessThan(svg.length);
  const [before, after] = await Promise.all([pixels(Buffer.from(svg)), pixels(Buffer.from(joined))]);
  let worst = 0;
  for (const [index, value] of before.entries())
    worst = Math.max(worst, Math.abs(value - (after[index] ?? 0)));
  // Hundredths of a pixel are dropped: edges may differ by a shade.
  expect(worst).toBeLessThanOrEqual(8);
});

test("the title, the axis and the tags say what they should", async () => {
  const texts = textsOf(await chartSvg(apple));
  const expected = [
    "AAPL · Daily · 2014-07-22 → 2015-05-06",
    "Volume",
    "MACD (12, 26, 9)",
    "RSI (14)",
    "Jan '15",
  ];
  expect(texts).toEqual(expect.arrayContaining(expected));
  const tags = texts.filter((text) => /^[A-Z][^,]* -?\d+\.\d+[KMB]?$/.test(text));
  expect(tags.map((text) => text.slice(0, text.lastIndexOf(" "))).toSorted()).toEqual(
    [
      "ST▼",
      "Close",
      "SMA20",
      "SMA50",
      "SMA200",
      "BB up",
      "BB low",
      "Vol",
      "Avg20",
      "MACD",
      "Signal",
      "Hist",
      "RSI",
    ].toSorted(),
  );
});
