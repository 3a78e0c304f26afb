// The gateway is asked for what the cache lacks and nothing else; adjusted history is loaded anew.
import { expect, test } from "vitest";
import type { Bar } from "#store/model/bar.ts";
import { SessionDate } from "#store/model/ids.ts";
import { toDecimalString } from "#store/model/money.ts";
import { sessionsBetween } from "#tools/calendar.ts";
import { coverageOf, joinBars, OVERLAP_BARS } from "#tools/market/coverage.ts";
import { barsFingerprint } from "#tools/market/fingerprint.ts";

const date = (text: string) => SessionDate.parse(text);
const price = (value: number | string) => toDecimalString(value);

function bars(first: string, last: string, close = 100): Bar[] {
  const [open, high, low] = [price(close), price(close + 1), price(close - 1)];
  return sessionsBetween(date(first), date(last)).map((day) => ({
    date: day,
    open,
    high,
    low,
    close: open,
    volume: price(5),
  }));
}

const timeframe = "daily" as const;
const cached = bars("2025-01-02", "2025-06-20");
const wanted = cached.length;
const of = { timeframe, bars: cached, wanted, upTo: date("2025-06-20"), exhausted: false };

test("asks for nothing when the cache reaches the last session", () => {
  expect(coverageOf(of)).toEqual({ kind: "complete" });
});
test("asks for the missing sessions and a few known ones", () => {
  expect(coverageOf({ ...of, upTo: date("2025-06-27") })).toEqual({ kind: "tail", count: 5 + OVERLAP_BARS });
});
test("asks for the whole depth when the cache is empty, or too short", () => {
  expect(coverageOf({ ...of, bars: [] })).toEqual({ kind: "all", count: wanted });
  expect(coverageOf({ ...of, wanted: wanted + 50 })).toEqual({ kind: "all", count: wanted + 50 });
});
test("does not ask again for a past that a young instrument does not have", () => {
  expect(coverageOf({ ...of, wanted: wanted + 50, exhausted: true })).toEqual({ kind: "complete" });
});
test("joins a tail that agrees with the cache and keeps the depth", () => {
  const joined = joinBars(cached, bars("2025-06-16", "2025-06-27"), wanted);
  expect(joined?.at(-1)?.date).toBe("2025-06-27");
  expect(joined).toHaveLength(wanted);
});
test("refuses to join when the past was adjusted, or when the tail does not meet the cache", () => {
  expect(joinBars(cached, bars("2025-06-16", "2025-06-27", 50), wanted)).toBeNull();
  expect(joinBars(cached, bars("2025-06-23", "2025-06-27"), wanted)).toBeNull();
});
test("gives equal numbers equal fingerprints, however they are written", () => {
  const rewritten = cached.map((bar) => ({ ...bar, close: `${bar.close}.00` as Bar["close"] }));
  expect(barsFingerprint(rewritten)).toBe(barsFingerprint(cached));
  expect(barsFingerprint(cached.slice(1))).not.toBe(barsFingerprint(cached));
});
