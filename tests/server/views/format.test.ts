// Numbers, money and times as pages show them.
import { describe, expect, test } from "vitest";
import {
  cost,
  decimal,
  duration,
  exchangeDate,
  exchangeTime,
  percent,
  price,
  quantity,
  signed,
  utcTime,
} from "#server/views/parts/format.ts";

describe("times", () => {
  test("are told in exchange time on both sides of the clock change", () => {
    expect(exchangeTime("2025-03-07T21:05:00.000Z")).toBe("7 Mar 2025, 16:05 ET");
    expect(exchangeTime("2025-03-10T20:05:00.000Z")).toBe("10 Mar 2025, 16:05 ET");
    expect(utcTime("2025-03-10T20:05:00.000Z")).toBe("2025-03-10 20:05 UTC");
  });

  test("late in the evening belong to the exchange's day, not to UTC's", () => {
    expect(exchangeDate("2025-07-01T02:00:00.000Z")).toBe("2025-06-30");
  });
});

describe("numbers", () => {
  test("are grouped, rounded and carry a true minus", () => {
    expect(decimal("1234567.895")).toBe("1,234,567.90");
    expect(decimal("-12.5")).toBe("−12.50");
    expect(decimal("-0.001")).toBe("0.00");
    expect(decimal(null)).toBe("–");
  });

  test("below one are prices with four places", () => {
    expect(price("0.1234")).toBe("0.1234");
    expect(price("43.7")).toBe("43.70");
  });

  test("of gains carry their sign", () => {
    expect([signed("3"), signed("-3"), signed("0")]).toEqual(["+3.00", "−3.00", "0.00"]);
  });

  test("of shares have no needless zeros, fractions are percentages", () => {
    expect(quantity("1500.500")).toBe("1,500.5");
    expect(percent("0.0694")).toBe("6.9 %");
  });

  test("beyond a float's exactness stay exact", () => {
    expect(decimal("9007199254740993.01")).toBe("9,007,199,254,740,993.01");
  });
});

test("durations and costs are told in the unit a person would use", () => {
  expect([duration(840), duration(3200), duration(245_000), duration(null)]).toEqual([
    "840 ms",
    "3.2 s",
    "4 min 05 s",
    "–",
  ]);
  expect([cost("0"), cost("0.0123"), cost("4.5"), cost(null)]).toEqual([
    "$0",
    "$0.0123",
    "$4.50",
    "no price known",
  ]);
});
