// Schedules in words: what a trader reads before saving must be what the clock will do.
import fc from "fast-check";
import { expect, test } from "vitest";
import { cronWords } from "#server/views/strategies/cron-words.ts";
import { cronFault } from "#store/model/workflow/schedule.ts";

test.each([
  ["45 15 * * 1-5", "on weekdays at 15:45"],
  ["10 16 * * MON,WED", "on Monday and Wednesday at 16:10"],
  ["0 10 * * 7", "on Sunday at 10:00"],
  ["30 9,12 * * *", "every day at 09:30 and 12:30"],
  ["*/15 9-15 * * 1-5", "on weekdays every 15 minutes from 09:00 to 15:45"],
  ["0 9-16 * * 1-5", "on weekdays at minute 0 of every hour from 09:00 to 16:00"],
  ["0 10 1 * *", "on day 1 of the month at 10:00"],
  ["0 10 1,15 JAN-MAR *", "on day 1 and 15 of the month in January, February and March at 10:00"],
  ["0 10 1 * 1", "on day 1 of the month, and also on Monday at 10:00"],
])("says %s as “%s”", (cron, words) => {
  expect(cronWords(cron)).toBe(words);
});

test("says nothing of an expression that has a fault, and something of every other", () => {
  expect(cronWords("61 * * * *")).toBeNull();
  const part = (low: number, high: number) =>
    fc.oneof(
      fc.constant("*"),
      fc.integer({ min: low, max: high }).map(String),
      fc
        .tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }))
        .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
      fc.integer({ min: 1, max: 20 }).map((step) => `*/${step}`),
    );
  const cron = fc.tuple(part(0, 59), part(0, 23), part(1, 31), part(1, 12), part(0, 7));
  fc.assert(
    fc.property(cron, (fields) => {
      const text = fields.join(" ");
      fc.pre(cronFault(text) === null);
      expect(cronWords(text)).not.toMatch(/undefined|NaN|null| {2}| $|at $|on $/);
    }),
  );
});
