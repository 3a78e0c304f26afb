import sharp from "sharp";
import { describe, expect, test } from "vitest";
import type { Instant } from "#store/model/ids.ts";
import { INDICATORS } from "#store/model/workflow/definition.ts";
import { COLOURS } from "#tools/charts/definition.ts";
import {
  ChartDescription,
  chartDescriptionText,
  chartSpec,
  chartSvg,
  describeChart,
  marketDataDocument,
  renderChart,
} from "#tools/charts/index.ts";
import { appleBars } from "../indicators/bars.ts";
import { apple, chartOf } from "./inputs.ts";

const names = (description: ChartDescription) =>
  description.panels.flatMap(({ series }) => series.map(({ name }) => name));

test("names panels and series from top to bottom", () => {
  const description = describeChart("daily", 200);
  expect(ChartDescription.parse(description)).toEqual(description);
  expect(description.panels.map(({ title }) => title)).toEqual([
    "Price",
    "Volume",
    "MACD (12, 26, 9)",
    "RSI (14)",
  ]);
  expect(names(description)).toEqual(
    expect.arrayContaining([
      "SMA 20",
      "SMA 50",
      "SMA 200",
      "Bollinger (20, 2)",
      "SuperTrend (10, 3) up",
      "RSI 14",
    ]),
  );
});

test("leaves out what the picture cannot show", () => {
  const young = chartOf(appleBars().slice(0, 60));
  const description = describeChart("daily", 200, { table: young.table });
  expect(description.barsShown).toBe(60);
  expect(names(description)).not.toContain("SMA 200");
  expect(description.panels[0]?.lastValues).not.toContain("SMA200");
  expect(names(describeChart("daily", 200, { table: apple.table }))).toContain("SMA 200");
});

describe("the picture", () => {
  test("has each described colour and each described last value", async () => {
    const svg = await chartSvg(apple);
    const description = describeChart("daily", 200, { table: apple.table });
    for (const { series, lastValues } of description.panels) {
      for (const { colour } of series) {
        for (const name of colour.split(" or ")) expect(svg).toContain(COLOURS[name as keyof typeof COLOURS]);
      }
      for (const label of lastValues) expect(svg).toContain(`>${label} `);
    }
  });

  test("of a young instrument has no SMA 200, neither line nor legend nor tag", async () => {
    const svg = await chartSvg(chartOf(appleBars().slice(0, 60)));
    expect(svg).not.toMatch(/SMA ?200/);
  });
});

test("as text it says how many bars and names every panel once", () => {
  const text = chartDescriptionText(describeChart("weekly", 200));
  expect(text).toMatch(/^200 finished weekly bars/);
  expect(text.match(/Panel "/g)).toHaveLength(4);
});

describe("a choice of indicators", () => {
  const chosen = { ...apple, indicators: ["sma", "macd"] } as const;

  test("is what the picture, its words, its rows and its numbers have, and nothing else", async () => {
    const svg = await chartSvg(chosen);
    expect(svg).toMatch(/>SMA200 /);
    expect(svg).toMatch(/>Hist /);
    expect(svg).not.toMatch(/SuperTrend|Bollinger|>ST|>BB|>RSI|>Vol /);
    const description = describeChart("daily", 200, { table: apple.table, indicators: chosen.indicators });
    expect(description.panels.map(({ title }) => title)).toEqual(["Price", "MACD (12, 26, 9)"]);
    expect(names(description)).toEqual([
      "Candles",
      "SMA 20",
      "SMA 50",
      "SMA 200",
      "Last close",
      "Zero line",
      "Histogram",
      "MACD",
      "Signal",
    ]);
    const spec = chartSpec({ ...chosen, size: "web" });
    expect(spec.vconcat.map(({ name }) => name)).toEqual(["price", "macd"]);
    const [row] = spec.datasets.rows as Record<string, number | null>[];
    expect(row).toMatchObject({
      c: expect.any(Number),
      sma20: expect.any(Number),
      rsi: null,
      stUp: null,
      v: null,
    });
    const { columns } = marketDataDocument({
      ...{ symbol: apple.symbol, timeframe: "daily", currency: "USD", table: apple.table, barsShown: 200 },
      ...{ asOf: "2015-05-06T20:00:00Z" as Instant, indicators: chosen.indicators },
      source: { gateway: "simulator", session: "main", delaySeconds: 0 },
    });
    expect(columns).toEqual(expect.arrayContaining(["close", "sma200", "macdHistogram", "atr14"]));
    expect(columns).not.toContain("rsi14");
  });

  test("of everything draws the same bytes as none named, whatever was drawn in between", async () => {
    const whole = await renderChart(apple);
    const few = await renderChart(chosen);
    expect((await renderChart({ ...apple, indicators: INDICATORS })).png.equals(whole.png)).toBe(true);
    expect((await renderChart(chosen)).png.equals(few.png)).toBe(true);
    expect(few.png.equals(whole.png)).toBe(false);
  });

  test.each([[["volume"]], [["rsi"]], [["bollinger", "supertrend"]]] as const)(
    "of %j compiles and is as large as any",
    async (indicators) => {
      const { png } = await renderChart({ ...apple, indicators });
      expect(await sharp(png).metadata()).toMatchObject({ width: 1024, height: 768 });
    },
  );
});
