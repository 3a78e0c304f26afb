import fc from "fast-check";
import { expect, test } from "vitest";
import { levelsBeside, swingHighs, swingLows, yearRange } from "#tools/indicators/levels.ts";
import { toColumns } from "#tools/indicators/series.ts";
import { barsOfCloses, randomBars } from "./bars.ts";

const columns = (closes: readonly number[]) => toColumns(barsOfCloses(closes));

test("a swing high towers over its neighbours on both sides", () => {
  expect(swingHighs(columns([1, 2, 5, 2, 1, 3, 2]), 2)).toEqual([{ index: 2, price: 5 }]);
  expect(swingLows(columns([5, 4, 1, 4, 5]), 2)).toEqual([{ index: 2, price: 1 }]);
});

test("of a plateau the first bar counts, and only once", () => {
  expect(swingHighs(columns([1, 2, 5, 5, 2, 1]), 2)).toEqual([{ index: 2, price: 5 }]);
});

test("a swing is not known before the bars that confirm it", () => {
  expect(swingHighs(columns([1, 2, 5, 2]), 2)).toEqual([]);
});

test("a later bar takes no swing away", () => {
  fc.assert(
    fc.property(randomBars({ minLength: 12, maxLength: 60 }), (bars) => {
      const before = swingHighs(toColumns(bars.slice(0, -1)), 3);
      expect(swingHighs(toColumns(bars), 3).slice(0, before.length)).toEqual(before);
    }),
    { numRuns: 50 },
  );
});

test("levels are nearest first, and of two close ones the later stays", () => {
  const swings = [
    { index: 1, price: 110 },
    { index: 2, price: 104 },
    { index: 3, price: 95 },
    { index: 4, price: 104.4 },
  ];
  expect(levelsBeside(swings, { close: 100, gap: 1, side: "above" })).toEqual([104.4, 110]);
  expect(levelsBeside(swings, { close: 100, gap: 1, side: "below" })).toEqual([95]);
});

test("the 52-week range needs bars that reach back so far, and leaves out older ones", () => {
  const days = 400;
  const closes = Array.from({ length: days }, (_, index) => (index === 10 ? 500 : 100 + (index % 7)));
  expect(yearRange(columns(closes))).toEqual({ high: 106, low: 100 });
  expect(yearRange(columns(closes.slice(-364)))).toBeUndefined();
  expect(yearRange(columns(closes.slice(-365)))).toEqual({ high: 106, low: 100 });
});
