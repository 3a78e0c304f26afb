// Chart inputs and fonts for the tests of charts.
import { mkdtempSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import sharp from "sharp";
import type { Bar } from "#store/model/bar.ts";
import type { Ticker } from "#store/model/ids.ts";
import { type ChartInput, prepareFonts } from "#tools/charts/index.ts";
import { computeIndicators } from "#tools/indicators/index.ts";
import { appleBars } from "../indicators/bars.ts";

/** Fonts as the desk sets them up, with their cache in a temporary folder. */
export function useFonts(): void {
  prepareFonts(mkdtempSync(path.join(os.tmpdir(), "countersign-fonts-")));
}

export function chartOf(bars: readonly Bar[], more: Partial<ChartInput> = {}): ChartInput {
  const table = computeIndicators(bars);
  return { symbol: "AAPL" as Ticker, timeframe: "daily", table, barsShown: 200, size: "model", ...more };
}

/** 500 daily bars of AAPL. */
export const apple = chartOf(appleBars().slice(0, 500));

/** Every pixel of a picture. */
export async function pixels(picture: Buffer): Promise<Buffer> {
  return sharp(picture).raw().toBuffer();
}
