// Until when a question waits on IBKR, whose business time is the machine's: the end of the session that an order given now
// would go into, over early closes, holidays, weekends and the change of the clocks.
import { describe, expect, test } from "vitest";
import { expiryOf } from "#graph/approvals/expiry.ts";
import { DEFAULT_DESK_SETTINGS, type DeskDeps } from "#graph/desk.ts";
import type { Gateway } from "#graph/gateway.ts";
import { marketPhase } from "#graph/orders/judging/market-phase.ts";

function expiry(now: string, hours: number | null = null, kind: Gateway["kind"] = "ibkr") {
  // These keys are all that it reads.
  const deps = {
    settings: { ...DEFAULT_DESK_SETTINGS, approvalExpiryHours: hours },
    clock: { now: () => new Date(now) },
  } as unknown as DeskDeps;
  const { session } = marketPhase(new Date(now));
  return { session, ...expiryOf(deps, { kind } as Gateway, session) };
}

describe("a question on IBKR waits by the machine's clock", () => {
  test.each([
    ["in session, until its close", "2025-06-02T15:00:00Z", "2025-06-02", "2025-06-02T20:00:00.000Z"],
    ["at its last second", "2025-06-02T19:59:59Z", "2025-06-02", "2025-06-02T20:00:00.000Z"],
    [
      "from the close on, until the next one",
      "2025-06-02T20:00:00Z",
      "2025-06-03",
      "2025-06-03T20:00:00.000Z",
    ],
    [
      "before the open, until that day's close",
      "2025-06-03T08:00:00Z",
      "2025-06-03",
      "2025-06-03T20:00:00.000Z",
    ],
    [
      "over a weekend, until Monday's close",
      "2025-06-07T12:00:00Z",
      "2025-06-09",
      "2025-06-09T20:00:00.000Z",
    ],
    [
      "from Friday's close on, until Monday's",
      "2025-06-06T20:30:00Z",
      "2025-06-09",
      "2025-06-09T20:00:00.000Z",
    ],
    [
      "on a holiday, until the next session's close",
      "2025-07-04T15:00:00Z",
      "2025-07-07",
      "2025-07-07T20:00:00.000Z",
    ],
    [
      "on Thanksgiving, until Friday's early close",
      "2025-11-27T15:00:00Z",
      "2025-11-28",
      "2025-11-28T18:00:00.000Z",
    ],
    [
      "on an early close's morning, until 13:00",
      "2025-11-28T15:00:00Z",
      "2025-11-28",
      "2025-11-28T18:00:00.000Z",
    ],
    ["after an early close, until Monday", "2025-11-28T18:00:00Z", "2025-12-01", "2025-12-01T21:00:00.000Z"],
    [
      "over the spring change, an hour earlier in UTC",
      "2025-03-07T22:00:00Z",
      "2025-03-10",
      "2025-03-10T20:00:00.000Z",
    ],
    [
      "over the autumn change, an hour later in UTC",
      "2025-10-31T21:00:00Z",
      "2025-11-03",
      "2025-11-03T21:00:00.000Z",
    ],
  ])("%s", (_words, now, session, expiresAt) => {
    expect(expiry(now)).toEqual({ session, expiresAt, expiresOn: "machine" });
  });

  test("for hours instead, where the desk is set to that: also over a close", () => {
    expect(expiry("2025-06-02T19:00:00Z", 4)).toEqual({
      session: "2025-06-02",
      expiresAt: "2025-06-02T23:00:00.000Z",
      expiresOn: "machine",
    });
  });

  test("and on a simulator by its market's", () => {
    expect(expiry("2025-06-02T15:00:00Z", null, "simulator").expiresOn).toBe("market");
  });
});
