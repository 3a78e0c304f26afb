// The exchange calendar against real bars and known days.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SessionDate } from "#store/model/ids.ts";
import * as calendar from "#tools/calendar.ts";

const day = (text: string) => text as SessionDate;

function datesOf(csv: string): string[] {
  return csv
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.slice(0, 10));
}

function expectSameSessions(dates: readonly string[]): void {
  expect(calendar.sessionsBetween(day(dates[0] ?? ""), day(dates.at(-1) ?? ""))).toEqual(dates);
}

describe("calendar: sessions", () => {
  test("agrees with every session of the S&P 500 from 2000 to 2020", () => {
    const file = createRequire(import.meta.url)
      .resolve("vega-datasets")
      .replace(/build\/.*|src\/.*/, "data/sp500-2000.csv");
    expectSameSessions(datesOf(readFileSync(file, "utf8")));
  });

  const shared = new URL("../../../shared/ohlcv/TSLA.csv", import.meta.url);
  test.skipIf(!existsSync(shared))(
    "agrees with every session of TSLA from 2015 to 2026 (needs ../shared)",
    () => {
      expectSameSessions(datesOf(readFileSync(shared, "utf8")));
    },
  );

  test("is shut on weekends, holidays and special closures", () => {
    for (const date of ["2024-12-25", "2024-03-29", "2025-01-09", "2022-06-20", "2026-11-26", "2026-11-21"]) {
      expect(calendar.isSession(day(date)), date).toBe(false);
    }
    expect(calendar.isSession(day("2021-12-31"))).toBe(true);
  });

  test("refuses dates outside its years", () => {
    expect(() => calendar.isSession(day("1990-01-02"))).toThrow(/outside the exchange calendar/);
  });
});

describe("calendar: instants", () => {
  test("opens at 09:30 and closes at 16:00 New York in winter and in summer", () => {
    expect(calendar.sessionOpen(day("2026-01-05")).toISOString()).toBe("2026-01-05T14:30:00.000Z");
    expect(calendar.sessionClose(day("2026-07-06")).toISOString()).toBe("2026-07-06T20:00:00.000Z");
  });

  test("closes early on the day after Thanksgiving, on Christmas Eve and before Independence Day", () => {
    for (const date of ["2026-11-27", "2026-12-24", "2025-07-03"])
      expect(calendar.isEarlyClose(day(date)), date).toBe(true);
    expect(calendar.sessionClose(day("2026-11-27")).toISOString()).toBe("2026-11-27T18:00:00.000Z");
  });

  test("knows the exchange date around midnight and around both clock changes", () => {
    expect(calendar.exchangeDate(new Date("2026-01-06T04:59:59Z"))).toBe("2026-01-05");
    expect(calendar.exchangeDate(new Date("2026-07-06T03:59:59Z"))).toBe("2026-07-05");
    expect(calendar.exchangeDate(new Date("2026-07-06T04:00:00Z"))).toBe("2026-07-06");
  });

  test("agrees with the platform's zone data at any instant from 1998 to 2035", () => {
    const format = new Intl.DateTimeFormat("en-CA", { timeZone: "America/New_York", dateStyle: "short" });
    const instants = fc.date({
      min: new Date("1998-02-01Z"),
      max: new Date("2035-12-01Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instants, (at) => calendar.exchangeDate(at) === format.format(at)),
      { numRuns: 2000 },
    );
  });

  test("names the last finished and the open session", () => {
    expect(calendar.lastFinishedSession(new Date("2026-11-20T20:59:00Z"))).toBe("2026-11-19");
    expect(calendar.lastFinishedSession(new Date("2026-11-20T21:00:00Z"))).toBe("2026-11-20");
    expect(calendar.openSession(new Date("2026-11-20T15:00:00Z"))).toBe("2026-11-20");
    expect(calendar.openSession(new Date("2026-11-21T15:00:00Z"))).toBeNull();
  });

  test("gives the sessions of a week with a holiday", () => {
    expect(calendar.weekSessions(day("2026-01-21"))).toEqual({ first: "2026-01-20", last: "2026-01-23" });
    expect(calendar.weekOf(day("2026-01-23"))).toBe("2026-01-19");
  });
});
