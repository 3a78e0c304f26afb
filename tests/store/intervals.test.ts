// Intervals against published figures, and what holds for any sample.
import fc from "fast-check";
import { expect, test } from "vitest";
import { FEWEST_CASES, meanOf, shareOf, studentQuantile } from "#store/results/intervals.ts";

test("a share has Wilson's interval", () => {
  // Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
  const told = ([count, of]: readonly [number, number]) => {
    const { low, high } = shareOf(count, of);
    return [low?.toFixed(4), high?.toFixed(4)];
  };
  expect(told([81, 263])).toEqual(["0.2553", "0.3662"]);
  expect(told([15, 148])).toEqual(["0.0624", "0.1605"]);
  expect(told([0, 20])).toEqual(["0.0000", "0.1611"]);
  expect(told([1, 29])).toEqual(["0.0061", "0.1718"]);
  expect(shareOf(0, 0)).toMatchObject({ share: null, low: null, enough: false });
});

test("a mean has Student's interval", () => {
  expect([1, 4, 10].map((degrees) => studentQuantile(degrees))).toEqual([12.7062, 2.7764, 2.2281]);
  // Tables of t: 2.2010 (11), 2.0860 (20), 2.0423 (30), 1.9840 (100).
  expect([11, 20, 30, 100].map((degrees) => studentQuantile(degrees).toFixed(3))).toEqual([
    "2.201",
    "2.086",
    "2.042",
    "1.984",
  ]);
  const { mean, low, high } = meanOf([1, 2, 3, 4, 5]);
  expect([mean, low?.toFixed(4), high?.toFixed(4)]).toEqual([3, "1.0368", "4.9632"]);
  expect(meanOf([0.7])).toMatchObject({ mean: 0.7, low: null, high: null });
  expect(meanOf([])).toMatchObject({ mean: null });
});

test("an interval holds its own figure, lies within what is possible and narrows with more cases", () => {
  fc.assert(
    fc.property(fc.nat(500), fc.integer({ min: 1, max: 500 }), (some, of) => {
      const count = Math.min(some, of);
      const { share, low, high, enough } = shareOf(count, of);
      if (share === null || low === null || high === null) throw new Error("no interval");
      expect(low).toBeGreaterThanOrEqual(0);
      expect(low).toBeLessThanOrEqual(share);
      expect(high).toBeGreaterThanOrEqual(share);
      expect(high).toBeLessThanOrEqual(1);
      const wider = shareOf(count * 4, of * 4);
      expect((wider.high ?? 1) - (wider.low ?? 0)).toBeLessThan(high - low);
      expect(enough).toBe(of >= FEWEST_CASES);
    }),
  );
});
