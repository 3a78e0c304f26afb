import { describe, expect, test } from "vitest";
import { COLOURS } from "#tools/charts/definition.ts";
import { ChartDescription, chartDescriptionText, chartSvg, describeChart } from "#tools/charts/index.ts";
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
