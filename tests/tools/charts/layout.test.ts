import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHART_SIZES, geometryOf, slotsFor } from "#tools/charts/scene/geometry.ts";
import { spread, TAG_SPACING, type Tag } from "#tools/charts/scene/tags.ts";
import { dateTicks } from "#tools/charts/scene/ticks.ts";
import { dateAfter } from "../indicators/bars.ts";

const tag = (from: number): Tag => ({ text: String(from), colour: "#000000", from, y: from });

describe("tags", () => {
  test("never overlap, keep the order of their values and stay in a panel that has room", () => {
    const positions = fc.array(fc.double({ min: 0, max: 300, noNaN: true }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(positions, (list) => {
        const placed = spread(list.map(tag), 300);
        expect(placed.map(({ from }) => from)).toEqual(list.toSorted((a, b) => a - b));
        for (const [index, { y }] of placed.entries()) {
          expect(y).toBeGreaterThanOrEqual(0);
          expect(y).toBeLessThanOrEqual(300);
          const before = placed[index - 1];
          if (before !== undefined) expect(y - before.y).toBeGreaterThanOrEqual(TAG_SPACING - 0.11);
        }
      }),
    );
  });

  test("stay where they are when they do not touch", () => {
    expect(spread([50, 10, 200].map(tag), 300).map(({ y }) => y)).toEqual([10, 50, 200]);
  });

  test("move apart evenly when they do", () => {
    expect(spread([100, 100].map(tag), 300).map(({ y }) => y)).toEqual([91.5, 108.5]);
  });
});

describe("geometry", () => {
  test("has whole pixels per bar and odd bodies, and fills the picture exactly", () => {
    for (const size of ["model", "web"] as const) {
      for (let slots = 40; slots <= 250; slots += 10) {
        const { step, body, left, plotWidth, right, top, bottom, gap, panelHeights } = geometryOf(
          size,
          slots,
        );
        expect(Number.isInteger(step) && body % 2 === 1 && body <= step).toBe(true);
        expect(left + plotWidth + right).toBe(CHART_SIZES[size].width);
        expect(right).toBeGreaterThanOrEqual(134);
        const panels = Object.values(panelHeights).reduce((sum, height) => sum + height, 0);
        expect(Math.abs(top + panels + 3 * gap + bottom - CHART_SIZES[size].height)).toBeLessThanOrEqual(2);
      }
    }
  });

  test("gives the model at least 4 pixels per bar at 200 bars", () => {
    expect(geometryOf("model", 200)).toMatchObject({ step: 4, body: 3 });
  });

  test("young instruments share a few slot counts", () => {
    expect(slotsFor(5, 200)).toBe(40);
    expect(slotsFor(61, 200)).toBe(80);
    expect(slotsFor(199, 200)).toBe(200);
    expect(slotsFor(700, 200)).toBe(200);
  });
});

describe("date ticks", () => {
  const sessions = (count: number) =>
    Array.from({ length: count * 2 }, (_, day) => dateAfter(day))
      .filter((date) => new Date(date).getUTCDay() % 6 !== 0)
      .slice(0, count);

  test("200 days show months, the first and January with their year", () => {
    expect(dateTicks(sessions(280).slice(80), 4).labels).toEqual([
      "Jun '20",
      "Jul",
      "Aug",
      "Sep",
      "Oct",
      "Nov",
      "Dec",
      "Jan '21",
    ]);
  });

  test("60 days show weeks", () => {
    expect(dateTicks(sessions(60), 13).labels.slice(0, 3)).toEqual(["Jan 6", "Jan 13", "Jan 20"]);
  });

  test("200 weeks show quarters, and the year only once where labels would meet", () => {
    const weeks = Array.from({ length: 200 }, (_, week) => dateAfter(7 * week + 5 + 180));
    expect(dateTicks(weeks, 4).labels.slice(0, 6)).toEqual([
      "Oct",
      "Jan '21",
      "Apr",
      "Jul",
      "Oct",
      "Jan '22",
    ]);
  });

  test("a single bar shows its day", () => {
    expect(dateTicks([dateAfter(0)], 20)).toEqual({ values: [0], labels: ["Jan 1"] });
  });

  test("no bars, no ticks", () => {
    expect(dateTicks([], 4)).toEqual({ values: [], labels: [] });
  });
});
