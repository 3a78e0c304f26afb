// What an order that was never sent would have become: by the bars that followed, and by nothing later.
import { expect, test } from "vitest";
import type { Bar } from "#store/model/bar.ts";
import { follow } from "#store/model/counterfactual.ts";
import type { SessionDate } from "#store/model/ids.ts";
import { toDecimalString } from "#store/model/money.ts";

const DAYS = ["2025-01-02", "2025-01-03", "2025-01-06"] as SessionDate[];
const FIRST = "2025-01-02" as SessionDate;

/** Open, high, low and close of the sessions from 2025-01-02 on. */
function bars(...rows: (readonly [number, number, number, number])[]): Bar[] {
  return rows.map(([open, high, low, close], index) => ({
    date: DAYS[index] ?? FIRST,
    open: toDecimalString(open),
    high: toDecimalString(high),
    low: toDecimalString(low),
    close: toDecimalString(close),
    volume: toDecimalString(1000),
  }));
}

const plan = {
  side: "BUY" as const,
  quantity: toDecimalString(10),
  limitPrice: toDecimalString(100),
  stopPrice: toDecimalString(95),
  targetPrice: toDecimalString(110),
  referencePrice: toDecimalString(100),
};
const short = { ...plan, side: "SELL" as const, stopPrice: plan.targetPrice, targetPrice: plan.stopPrice };
const quiet = [100, 101, 99, 100] as const;

test.each([
  ["waits while no bar of its session is known", plan, [], "not_yet", null],
  ["is not filled where the limit was never touched", plan, [[105, 106, 101, 105]], "not_filled", null],
  ["is still open at the last close", plan, [quiet, [100, 104, 98, 103]], "open", "30"],
  ["fills at the limit when the day comes down to it", plan, [[105, 106, 99, 104]], "open", "40"],
  ["stops at the stop", plan, [quiet, [99, 100, 94, 96]], "stop", "-50"],
  ["stops at the open when the price gaps below", plan, [quiet, [90, 92, 88, 91]], "stop", "-100"],
  ["reaches its target", plan, [quiet, [101, 111, 100, 109]], "target", "100"],
  ["counts the stop where both lie in one bar", plan, [quiet, [100, 112, 94, 108]], "stop", "-50"],
  ["takes no target from the bar in whose middle it was filled", plan, [[105, 112, 99, 104]], "open", "40"],
  ["is mirrored for a sale", short, [quiet, [99, 100, 94, 96]], "target", "50"],
] as const)("a proposal %s", (_words, proposed, rows, end, pnl) => {
  expect(follow(proposed, FIRST, bars(...rows))).toMatchObject({ end, pnl });
});

test("a proposal is not followed into a session that it was not meant for", () => {
  expect(follow(plan, "2025-01-01" as SessionDate, bars(quiet))).toMatchObject({ end: "not_yet", pnl: null });
});
