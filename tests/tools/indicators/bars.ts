// Bars for tests of indicators and charts: real ones from npm packages, and generated ones for properties.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import type { Bar } from "#store/model/bar.ts";
import type { SessionDate } from "#store/model/ids.ts";
import { type Decimal, toDecimalString } from "#store/model/money.ts";

type Prices = { open: Decimal.Value; high: Decimal.Value; low: Decimal.Value; close: Decimal.Value };

/** The date `days` calendar days after 2020-01-01. */
export function dateAfter(days: number): SessionDate {
  return new Date(Date.UTC(2020, 0, 1) + days * 86_400_000).toISOString().slice(0, 10) as SessionDate;
}

export function bar(date: SessionDate, prices: Prices, volume: Decimal.Value = 1000): Bar {
  return {
    date,
    open: toDecimalString(prices.open),
    high: toDecimalString(prices.high),
    low: toDecimalString(prices.low),
    close: toDecimalString(prices.close),
    volume: toDecimalString(volume),
  };
}

/** One bar per calendar day whose four prices are `close`. */
export function barsOfCloses(closes: readonly number[]): Bar[] {
  return closes.map((close, index) => bar(dateAfter(index), { open: close, high: close, low: close, close }));
}

/** Daily AAPL 2013 to 2018 as published by Observable (ISC licence). */
export function appleBars(): Bar[] {
  const file = createRequire(import.meta.url).resolve("@observablehq/sample-datasets/aapl.csv");
  const rows = parse(readFileSync(file), { columns: true }) as Record<string, string>[];
  return rows.map(({ Date: date = "", Open = "", High = "", Low = "", Close = "", Volume = "" }) =>
    bar(date as SessionDate, { open: Open, high: High, low: Low, close: Close }, Volume),
  );
}

/** Bars of a random walk in cents, with dojis and bars without any volume. */
export function randomBars(size: { minLength: number; maxLength: number }): fc.Arbitrary<Bar[]> {
  const step = fc.record({
    gap: fc.integer({ min: -40, max: 40 }),
    body: fc.integer({ min: -60, max: 60 }),
    upper: fc.integer({ min: 0, max: 30 }),
    lower: fc.integer({ min: 0, max: 30 }),
    volume: fc.integer({ min: 0, max: 1_000_000 }),
  });
  return fc.array(step, size).map((steps) => {
    let close = 10_000;
    return steps.map(({ gap, body, upper, lower, volume }, index) => {
      const open = Math.max(100, close + gap);
      close = Math.max(100, open + body);
      const prices = {
        open: open / 100,
        high: (Math.max(open, close) + upper) / 100,
        low: (Math.min(open, close) - lower) / 100,
        close: close / 100,
      };
      return bar(dateAfter(index), prices, volume);
    });
  });
}
