// The pure pieces: sessions, lockout, problems, form fields, the graph as a page shows it.
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createLockout } from "#server/http/auth/lockout.ts";
import { createSessions } from "#server/http/auth/sessions.ts";
import { decimalText, symbolList } from "#server/http/pages/fields.ts";
import { nodeModels } from "#server/http/pages/runs/node-models.ts";
import { CONDITION_HINTS, LIMIT_GROUPS } from "#server/http/pages/strategies/limit-fields.ts";
import { problemOf } from "#server/http/problems.ts";
import { typeText } from "#server/http/reference.ts";
import {
  ConflictError,
  InputError,
  InvariantError,
  NotFoundError,
  UnavailableError,
  VendorError,
} from "#store/model/errors.ts";
import type { Instant, SymbolRunId } from "#store/model/ids.ts";
import { ApprovalConditions, RiskLimits } from "#store/model/strategy.ts";
import type { NodeEventRow } from "#store/runs/node-events.ts";

function clockAt(start: number) {
  let now = start;
  return {
    now: () => new Date(now),
    monotonic: () => now,
    skip: (ms: number) => {
      now += ms;
    },
  };
}

describe("sessions", () => {
  const ended = { has: () => false, add: async () => undefined };
  const options = { token: "a-token-for-tests-only", clock: clockAt(1_000_000), ended };

  test("of one token are worth nothing under another", () => {
    const value = createSessions(options).begin("one");
    expect(createSessions(options).verify(value)?.family).toBe("one");
    expect(createSessions({ ...options, token: "another-token-for-tests" }).verify(value)).toBeNull();
  });

  test("end after seven days however often they are renewed", () => {
    const clock = clockAt(0);
    const sessions = createSessions({ ...options, clock });
    let value = sessions.begin("one");
    for (let hours = 0; hours < 7 * 24; hours += 6) {
      const session = sessions.verify(value);
      if (session === null) throw new Error(`ended early, after ${hours} hours`);
      value = sessions.renew(session) ?? value;
      clock.skip(6 * 3_600_000);
    }
    expect(sessions.verify(value)).toBeNull();
  });

  test("give a new cookie each half hour, and the replaced one dies soon after", () => {
    const clock = clockAt(0);
    const sessions = createSessions({ ...options, clock });
    const first = sessions.begin("one");
    const session = sessions.verify(first);
    if (session === null) throw new Error("no session");
    expect(sessions.renew(session)).toBeNull();
    clock.skip(31 * 60_000);
    // Two requests at once each get one: both are good.
    const renewed = sessions.renew(session) ?? "";
    clock.skip(1_000);
    const alsoRenewed = sessions.renew(session) ?? "";
    expect(sessions.verify(first)).not.toBeNull();
    clock.skip(6 * 60_000);
    expect(sessions.verify(first)).toBeNull();
    expect(sessions.verify(renewed)?.family).toBe("one");
    expect(sessions.verify(alsoRenewed)?.family).toBe("one");
  });

  test("have form tokens of their own", () => {
    const sessions = createSessions(options);
    const [one, other] = ["one", "other"].map((family) => sessions.verify(sessions.begin(family)));
    if (one == null || other == null) throw new Error("no session");
    expect(sessions.isFormToken(one, sessions.formToken(one))).toBe(true);
    expect(sessions.isFormToken(one, sessions.formToken(other))).toBe(false);
    expect(sessions.isFormToken(one, "")).toBe(false);
  });
});

test("a lockout lasts longer each time and is forgotten after a success", () => {
  const clock = clockAt(0);
  const lockout = createLockout({ clock, maxFailures: 2, lockoutMs: 1_000 });
  const fail = () => [1, 2].map(() => lockout.failed("client"));
  fail();
  expect(lockout.remaining("client")).toBe(1_000);
  clock.skip(1_000);
  fail();
  expect(lockout.remaining("client")).toBe(2_000);
  expect(lockout.remaining("another")).toBe(0);
  lockout.succeeded("client");
  expect(lockout.remaining("client")).toBe(0);
});

describe("problems", () => {
  test.each([
    [new InputError("symbol_unknown", "no such symbol", { facts: { field: "symbol" } }), 422],
    [new NotFoundError("x_not_found", "no x"), 404],
    [new ConflictError("answered", "too late"), 409],
    [new UnavailableError("down", "down"), 503],
    [new VendorError("odd", "odd"), 502],
  ])("of %s have their own status and keep their code", (error, status) => {
    expect(problemOf(error)).toMatchObject({ status, code: error.code, detail: error.message });
  });

  test("of bugs keep their message to themselves", () => {
    for (const error of [new InvariantError("password is x"), new Error("password is x"), "password is x"]) {
      expect(JSON.stringify(problemOf(error))).not.toContain("password");
      expect(problemOf(error).status).toBe(500);
    }
  });

  test("of input name the field", () => {
    const error = new InputError("bad", "not so", { facts: { field: "asOf" } });
    expect(problemOf(error).errors).toEqual([{ field: "asOf", message: "not so" }]);
    const parsed = z.object({ list: z.array(z.number()) }).safeParse({ list: [1, "2"] });
    expect(problemOf(parsed.error).errors?.[0]?.field).toBe("list.1");
  });
});

describe("form fields", () => {
  test("take symbols as people type them, each once", () => {
    expect(symbolList(" aapl, MSFT;nvda  aapl ")).toEqual(["AAPL", "MSFT", "NVDA"]);
    expect(decimalText(" 1 250.50 ")).toBe("1250.50");
  });

  test("hold every risk limit and every condition exactly once", () => {
    const named = LIMIT_GROUPS.flatMap((group) => Object.keys(group.fields));
    expect(named.toSorted()).toEqual(Object.keys(RiskLimits.shape).toSorted());
    expect(Object.keys(CONDITION_HINTS).toSorted()).toEqual(Object.keys(ApprovalConditions.shape).toSorted());
  });
});

describe("the graph of a run", () => {
  const event = (change: Partial<NodeEventRow>): NodeEventRow => ({
    id: 1,
    symbolRunId: "5916ca13-75cf-4499-83e3-ff6e543bd100" as SymbolRunId,
    node: "charts",
    visit: 0,
    attempt: 1,
    kind: "started",
    output: null,
    error: null,
    durationMs: null,
    at: "2025-06-30T20:00:00.000Z" as Instant,
    ...change,
  });
  const chartsOf = (events: NodeEventRow[], status: "running" | "done" | "failed") =>
    nodeModels(events, status).find((node) => node.node === "charts");

  test("tells what runs, what ended, what is ahead and what was not needed", () => {
    expect(chartsOf([event({})], "running")?.state).toBe("running");
    expect(chartsOf([], "running")?.state).toBe("ahead");
    expect(chartsOf([], "done")?.state).toBe("unreached");
    const skipped = event({ kind: "finished", output: { skipped: "the workflow has no weekly chart" } });
    expect(chartsOf([skipped], "running")).toMatchObject({
      state: "skipped",
      skipped: "the workflow has no weekly chart",
    });
    expect(chartsOf([event({}), event({ id: 2, kind: "finished", durationMs: 7 })], "done")).toMatchObject({
      state: "finished",
      durationMs: 7,
    });
  });

  test("counts the attempts that a crash has cost", () => {
    const crashed = [event({}), event({ id: 2, attempt: 2 }), event({ id: 3, attempt: 2, kind: "finished" })];
    expect(chartsOf(crashed, "done")).toMatchObject({ visits: 1, attempts: 2 });
  });
});

test("the reference page writes schemas as types", () => {
  expect(typeText({ type: ["string", "null"], format: "uuid" })).toBe("string <uuid> | null");
  expect(typeText({ enum: ["BUY", "SELL"] })).toBe('"BUY" | "SELL"');
  expect(typeText({ type: "array", items: { $ref: "#/components/schemas/Order" } })).toBe("Order[]");
  expect(typeText({ type: "object", properties: { a: { type: "number" } }, required: [] })).toBe(
    "{\n  a?: number\n}",
  );
});
