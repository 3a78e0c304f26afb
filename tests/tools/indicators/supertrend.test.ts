import { expect, test } from "vitest";
import { supertrend } from "#tools/indicators/supertrend.ts";

const ONE = { period: 1, multiplier: 1 };

test("follows the hand-made example through both turns", () => {
  // With period 1 the average is the true range itself: 2, 2, 2.5, 2, 3.
  const found = supertrend(
    { high: [11, 12, 14, 13, 11], low: [9, 10, 12, 11, 9], close: [10, 11.5, 13, 12, 10] },
    ONE,
  );
  expect(found.direction).toEqual([-1, -1, 1, 1, -1]);
  // Upper band 12, held at 12, then the lower band 13 − 2.5 twice, then the upper band 10 + 3.
  expect(found.line).toEqual([12, 12, 10.5, 10.5, 13]);
});

test("a close exactly on the band turns nothing", () => {
  const up = supertrend({ high: [11, 12.5], low: [9, 10.5], close: [10, 12] }, ONE);
  expect(up.line).toEqual([12, 12]);
  expect(up.direction).toEqual([-1, -1]);
});

test("has no value before its average is ready, and starts down", () => {
  const rising = Array.from({ length: 12 }, (_, index) => 10 + index);
  const found = supertrend({ high: rising, low: rising, close: rising }, { period: 10, multiplier: 3 });
  expect(found.line.slice(0, 9)).toEqual(new Array(9).fill(null));
  expect(found.direction.slice(9)[0]).toBe(-1);
});
