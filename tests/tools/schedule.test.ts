// Instants of a schedule in New York time, and which of them the market leaves out.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cronFault, Schedule } from "#store/model/workflow/schedule.ts";
import { exchangeTimeText, lookAt, marketClosedAt, nextInstants } from "#tools/schedule.ts";

const at = (text: string) => new Date(text);
const EVERY_QUARTER_TO_FOUR = "45 15 * * 1-5";

test("an instant keeps its New York time over the change of clocks", () => {
  const next = nextInstants(EVERY_QUARTER_TO_FOUR, at("2026-03-06T00:00:00Z"), 2);
  expect(next.map((instant) => instant.toISOString())).toEqual([
    "2026-03-06T20:45:00.000Z",
    "2026-03-09T19:45:00.000Z",
  ]);
  expect(next.map(exchangeTimeText)).toEqual(["2026-03-06 15:45", "2026-03-09 15:45"]);
});

test("a day that never comes has no instant", () => {
  expect(nextInstants("0 0 30 2 *", at("2026-01-01T00:00:00Z"), 1)).toEqual([]);
});

describe("the market leaves out", () => {
  test.each([
    ["a holiday", "2015-11-26T20:45:00Z", "market_closed"],
    ["a Saturday", "2015-11-28T20:45:00Z", "market_closed"],
    ["the afternoon of an early close", "2015-11-27T20:45:00Z", "early_close"],
    ["the minute of an early close", "2015-11-27T18:00:00Z", "early_close"],
  ])("%s", (_what, instant, code) => {
    expect(marketClosedAt(at(instant))?.code).toBe(code);
  });

  test.each([
    ["a session", "2015-11-25T20:45:00Z"],
    ["the morning of an early close", "2015-11-27T17:59:00Z"],
    ["an evening after a session, as the schedule means it", "2015-11-25T22:00:00Z"],
    ["the same evening after an early close", "2015-11-27T22:00:00Z"],
    ["before the open", "2015-11-25T13:00:00Z"],
  ])("but not %s", (_what, instant) => {
    expect(marketClosedAt(at(instant))).toBeNull();
  });
});

describe("a look", () => {
  test("takes the newest of several missed instants and counts the others", () => {
    // Monday 23rd to Friday 27th November 2015, Thanksgiving on the 26th, early close on the 27th.
    const look = lookAt(EVERY_QUARTER_TO_FOUR, {
      after: at("2015-11-20T21:00:00Z"),
      upTo: at("2015-11-27T22:00:00Z"),
    });
    expect(look).toMatchObject({ run: at("2015-11-25T20:45:00Z"), missed: 2 });
    expect(look.leftOut.map(({ code, instant }) => `${code} ${exchangeTimeText(instant)}`)).toEqual([
      "market_closed 2015-11-26 15:45",
      "early_close 2015-11-27 15:45",
    ]);
  });

  test("keeps what was left out before the run, too", () => {
    const span = { after: at("2015-11-25T21:00:00Z"), upTo: at("2015-11-30T21:00:00Z") };
    const look = lookAt(EVERY_QUARTER_TO_FOUR, span);
    expect(look.run?.toISOString()).toBe("2015-11-30T20:45:00.000Z");
    expect(look.leftOut.map(({ code }) => code)).toEqual(["market_closed", "early_close"]);
  });

  test("tells of a closed day once, however often the expression comes", () => {
    const look = lookAt("*/5 * * * *", {
      after: at("2015-11-28T05:00:00Z"),
      upTo: at("2015-11-28T15:00:00Z"),
    });
    expect(look).toMatchObject({ run: null, leftOut: [{ code: "market_closed", missed: 119 }] });
  });

  test("over twenty years looks back no further than it must", () => {
    const span = { after: at("1999-01-01T00:00:00Z"), upTo: at("2019-06-12T15:00:30Z") };
    expect(lookAt("* * * * *", span).run?.toISOString()).toBe("2019-06-12T15:00:00.000Z");
    expect(lookAt("0 12 29 2 *", span).run?.toISOString()).toBe("2016-02-29T17:00:00.000Z");
  });

  test("cut in two finds the run that it finds whole", () => {
    const hour = fc.integer({ min: 0, max: 24 * 60 });
    fc.assert(
      fc.property(hour, hour, (first, second) => {
        const start = at("2015-11-23T00:00:00Z");
        const later = (hours: number) => new Date(start.getTime() + hours * 3_600_000 * 0.3);
        const [middle, end] = [later(Math.min(first, second)), later(Math.max(first, second))];
        const whole = lookAt("30 10,15 * * *", { after: start, upTo: end }).run;
        const last = lookAt("30 10,15 * * *", { after: middle, upTo: end }).run;
        const earlier = lookAt("30 10,15 * * *", { after: start, upTo: middle }).run;
        expect((last ?? earlier)?.toISOString()).toBe(whole?.toISOString());
      }),
      { numRuns: 15 },
    );
  });
});

test("an expression is written in five fields, in any case and spacing, and stored in one way", () => {
  expect(Schedule.parse({ cron: " 45  15 * jan,Feb mon-fri " })).toEqual({
    cron: "45 15 * JAN,FEB MON-FRI",
    timeZone: "America/New_York",
  });
  expect(Schedule.safeParse({ cron: "0 10 * * 1", timeZone: "Europe/Berlin" }).success).toBe(false);
});

test.each([
  "",
  "* * * *",
  "* * * * * *",
  "60 * * * *",
  "5-1 * * * *",
  "*/0 * * * *",
  "1/5 * * * *",
  "*/60 * * * *",
  "@daily",
  "0 0 L * *",
  "0 10 * * MON#2",
])("%j is no expression, and why is said", (text) => {
  expect(cronFault(text)).toMatch(/five fields|is \d+ to \d+/);
});

test("whatever is taken for an expression can be looked at", () => {
  const any = fc.integer({ min: 0, max: 70 });
  const number = fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 1, max: 7 }) }, any).map(String);
  const word = fc.oneof(
    { weight: 8, arbitrary: number },
    fc.constantFrom("MON", "sun", "FRI", "jan", "DEC", "x"),
  );
  const range = fc.tuple(word, word).map(([from, to]) => `${from}-${to}`);
  const stepped = fc
    .tuple(fc.oneof(fc.constant("*"), range, word), number)
    .map(([of, step]) => `${of}/${step}`);
  const part = fc.oneof({ weight: 4, arbitrary: fc.constant("*") }, word, range, stepped);
  const field = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(","));
  let taken = 0;
  fc.assert(
    fc.property(fc.tuple(field, field, field, field, field), (fields) => {
      const cron = fields.join(" ");
      if (cronFault(cron) !== null) return;
      taken += 1;
      expect(() => nextInstants(Schedule.parse({ cron }).cron, at("2026-01-01T00:00:00Z"), 1)).not.toThrow();
    }),
    { numRuns: 3000 },
  );
  expect(taken).toBeGreaterThan(100);
});
