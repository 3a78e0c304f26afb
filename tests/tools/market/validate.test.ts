// Bars that must not be traded on are refused, each for its own reason.
import { describe, expect, test } from "vitest";
import type { Bar, BarSeries } from "#store/model/bar.ts";
import { MarketDataError } from "#store/model/errors.ts";
import { Conid, SessionDate, Ticker } from "#store/model/ids.ts";
import { type DecimalString, toDecimalString } from "#store/model/money.ts";
import { sessionClose, sessionsBetween, weekSessions } from "#tools/calendar.ts";
import { type BarRequirements, validateBars } from "#tools/market/validate.ts";

const date = (text: string) => SessionDate.parse(text);
const AAPL = { conid: Conid.parse(265598), symbol: Ticker.parse("AAPL") };
const UP_TO = date("2025-06-27"); // a Friday
const text = (value: number) => toDecimalString(value) as DecimalString;

function bar(day: SessionDate, close = 100): Bar {
  return {
    date: day,
    open: text(close),
    high: text(close + 1),
    low: text(close - 1),
    close: text(close),
    volume: text(1000),
  };
}

function daily(first = "2024-06-03", last: string = UP_TO): Bar[] {
  return sessionsBetween(date(first), date(last)).map((day) => bar(day));
}

function weekly(first = "2023-01-03", last: string = UP_TO): Bar[] {
  const firsts = sessionsBetween(date(first), date(last)).map((day) => weekSessions(day)?.first ?? day);
  return [...new Set(firsts)].map((day) => bar(day));
}

function series(bars: Bar[], change: Partial<BarSeries> = {}): BarSeries {
  const source = { gateway: "simulator" as const, session: "main", delaySeconds: 0 };
  const asOf = sessionClose(UP_TO).toISOString() as BarSeries["asOf"];
  return { ...AAPL, timeframe: "daily", asOf, source, bars, forming: null, ...change };
}

function needs(change: Partial<BarRequirements> = {}): BarRequirements {
  const source = { gateway: "simulator" as const, session: "main" };
  const asOf = sessionClose(UP_TO);
  return { ...AAPL, timeframe: "daily", source, asOf, upTo: UP_TO, minimum: 100, maxMissing: 0, ...change };
}

function codeOf(given: BarSeries, wanted: BarRequirements = needs()): string | null {
  try {
    validateBars(given, wanted);
    return null;
  } catch (error) {
    if (error instanceof MarketDataError) return error.code;
    throw error;
  }
}

describe("daily bars", () => {
  test("pass when they reach the last finished session without a gap", () => {
    expect(codeOf(series(daily()))).toBeNull();
  });
  test("of another conid, symbol or session are foreign", () => {
    expect(codeOf(series(daily(), { conid: Conid.parse(1) }))).toBe("bars_foreign");
    const source = { gateway: "simulator" as const, session: "replay-2025-06-27", delaySeconds: 0 };
    expect(codeOf(series(daily(), { source }))).toBe("bars_foreign");
    expect(codeOf(series(daily()), needs({ source: { gateway: "ibkr", session: "main" } }))).toBe(
      "bars_foreign",
    );
  });
  test("with a missing session are refused, and the session is named", () => {
    const bars = daily().filter((one) => one.date !== "2025-03-12");
    expect(() => validateBars(series(bars), needs())).toThrowError(
      expect.objectContaining({ code: "bars_gap", facts: { missing: ["2025-03-12"], count: 1 } }),
    );
  });
  test("are whole across holidays and the closure of 9 January 2025", () => {
    const bars = daily("2024-12-20", "2025-06-27");
    expect(bars.some((one) => one.date === "2025-01-09")).toBe(false);
    expect(codeOf(series(bars))).toBeNull();
  });
  test("on a day when the exchange was shut are refused", () => {
    const bars = [...daily("2024-06-03", "2024-07-03"), bar(date("2024-07-04")), ...daily("2024-07-05")];
    expect(codeOf(series(bars))).toBe("bars_gap");
  });
  test("after the run's instant are refused", () => {
    expect(codeOf(series(daily("2024-06-03", "2025-06-30")))).toBe("bars_after_as_of");
  });
  test("that end before the last finished session are stale, unless that is allowed", () => {
    const bars = daily("2024-06-03", "2025-06-26");
    expect(codeOf(series(bars))).toBe("bars_stale");
    expect(codeOf(series(bars), needs({ maxMissing: 1 }))).toBeNull();
  });
  test("that are too few are refused", () => {
    expect(codeOf(series(daily("2025-06-02")))).toBe("bars_too_few");
    expect(codeOf(series([]))).toBe("bars_too_few");
  });
  test("out of order, doubled or in contradiction with themselves are refused", () => {
    const bars = daily();
    const last = bars.at(-1) ?? bar(UP_TO);
    expect(codeOf(series([...bars].reverse()))).toBe("bars_unordered");
    expect(codeOf(series([...bars, last]))).toBe("bars_unordered");
    expect(codeOf(series([...bars.slice(0, -1), { ...last, low: text(101.5) }]))).toBe("bars_broken");
    expect(codeOf(series([...bars.slice(0, -1), { ...last, low: text(0) }]))).toBe("bars_broken");
  });
  test("that lag are refused while the last session may be incomplete in them", () => {
    const source = { gateway: "simulator" as const, session: "main", delaySeconds: 900 };
    expect(codeOf(series(daily(), { source }))).toBe("bars_delayed");
    const later = new Date(sessionClose(UP_TO).getTime() + 900_000);
    expect(codeOf(series(daily(), { source }), needs({ asOf: later }))).toBeNull();
  });
});

describe("weekly bars", () => {
  const timeframe = "weekly" as const;
  test("pass when they reach the last finished week", () => {
    expect(codeOf(series(weekly(), { timeframe }), needs({ timeframe }))).toBeNull();
  });
  test("of a week that is still forming are refused", () => {
    const upTo = date("2025-06-25");
    const wanted = needs({ timeframe, upTo, asOf: sessionClose(upTo) });
    expect(codeOf(series(weekly("2023-01-03", "2025-06-25"), { timeframe }), wanted)).toBe("bars_forming");
    expect(codeOf(series(weekly("2023-01-03", "2025-06-20"), { timeframe }), wanted)).toBeNull();
  });
  test("count a week as over on Thursday when Friday is a holiday", () => {
    const upTo = date("2025-04-17"); // Good Friday follows
    const wanted = needs({ timeframe, upTo, asOf: sessionClose(upTo) });
    expect(codeOf(series(weekly("2023-01-03", "2025-04-17"), { timeframe }), wanted)).toBeNull();
    expect(codeOf(series(weekly("2023-01-03", "2025-04-11"), { timeframe }), wanted)).toBe("bars_stale");
  });
  test("with a missing week are refused", () => {
    const bars = weekly().filter((one) => one.date !== "2025-03-10");
    expect(codeOf(series(bars, { timeframe }), needs({ timeframe }))).toBe("bars_gap");
  });
});
