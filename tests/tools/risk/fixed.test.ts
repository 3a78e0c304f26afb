// The exact arithmetic of the rules against decimal.js, and the rounding to grids.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dec, toDecimalString } from "#store/model/money.ts";
import {
  figure,
  fixed,
  largestQuantity,
  ONE,
  percent,
  ratio,
  text,
  toStep,
  wideText,
} from "#tools/risk/fixed.ts";

const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: 0, max: 12 }))
  .map(([digits, places]) => toDecimalString(dec(digits.toString()).div(dec(10).pow(places))));
const positive = fc.integer({ min: 1, max: 10_000_000 }).map((n) => toDecimalString(dec(n).div(1000)));

describe("exact numbers", () => {
  test("come out as they went in", () => {
    fc.assert(fc.property(decimal, (value) => text(fixed(value)) === value));
    expect(["-0.5", "0.50", "007", "-0"].map((value) => text(fixed(value)))).toEqual([
      "-0.5",
      "0.5",
      "7",
      "0",
    ]);
  });

  test("multiply as decimals do, cut at twelve places", () => {
    fc.assert(
      fc.property(
        positive,
        positive,
        (a, b) => wideText(fixed(a) * fixed(b)) === toDecimalString(dec(a).times(b)),
      ),
    );
  });

  test("refuse what is no plain decimal", () => {
    for (const wrong of ["", "-", "abc", "1,000", "0.1234567890123"])
      expect(() => fixed(wrong)).toThrow(RangeError);
  });

  test("round to a step on the side named, negatives too", () => {
    const step = fixed("0.05");
    const at = (value: string, side: "up" | "down") => text(toStep(fixed(value), step, side));
    expect([at("1.03", "up"), at("1.03", "down"), at("1.05", "up"), at("1.05", "down")]).toEqual([
      "1.05",
      "1",
      "1.05",
      "1.05",
    ]);
    expect([at("-1.03", "up"), at("-1.03", "down")]).toEqual(["-1", "-1.05"]);
  });

  test("give the largest quantity within a budget: one more would not fit", () => {
    fc.assert(
      fc.property(positive, positive, fc.constantFrom("1", "10", "0.01"), (budget, per, step) => {
        const quantity = largestQuantity(fixed(budget) * ONE, fixed(per), fixed(step));
        expect(quantity * fixed(per) <= fixed(budget) * ONE).toBe(true);
        expect((quantity + fixed(step)) * fixed(per) > fixed(budget) * ONE).toBe(true);
      }),
    );
    expect(largestQuantity(-1n, ONE, ONE)).toBe(0n);
    expect(largestQuantity(ONE, 0n, ONE)).toBe(0n);
  });

  test("read well for people", () => {
    expect([figure(fixed("1234.56789")), ratio(fixed("2"), fixed("3")), percent(fixed("0.015"))]).toEqual([
      "1234.5678",
      "0.6666",
      "1.5 %",
    ]);
    expect([percent(1n, 0n), figure(fixed("-0.25"))]).toEqual(["none", "-0.25"]);
  });
});
