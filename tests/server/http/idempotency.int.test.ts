// Requests that are sent twice: side by side, over two processes on one database, after a crash before and after the work.
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { z } from "zod";
import type { Desk } from "#graph/desk.ts";
import { pruneKeys } from "#store/idempotency.ts";
import { listExecutions } from "#store/runs/executions.ts";
import { testDatabase } from "#tests/support/database.ts";
import { ticker } from "#tests/support/seed.ts";
import { type Web, webFixture } from "./fixture/web.ts";

const database = await testDatabase();
const { db } = database;
// Two processes' worth: each has its own desk, its own memory, its own connections to the feed.
const [one, other] = [await webFixture(database), await webFixture(database)];
const strategy = await one.fixture.strategy({ symbols: [ticker("AAPL")] });

const Started = z.object({ executionId: z.string() });

function start(web: Pick<Web, "api">, key: string): Promise<Response> {
  return web.api("/api/executions", {
    method: "POST",
    json: { strategy: strategy.id },
    headers: { "idempotency-key": key },
  });
}

async function executions(): Promise<number> {
  return (await listExecutions(db, { strategyId: strategy.id, limit: 200 })).rows.length;
}

/** The process that held the claim is gone: nobody renews its lease. */
async function leaseOver(key: string): Promise<void> {
  await db.execute(
    sql`update idempotency_keys set lease_until = now() - interval '1 second' where key = ${key}`,
  );
}

/** A further process whose desk stops for ever at a point of the start, as one that is killed there. */
async function killedAt(
  point: "before the work" | "after the work",
): Promise<{ begin(key: string): Promise<void> }> {
  let reached: () => void = () => undefined;
  const there = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const never = new Promise<never>(() => undefined);
  const startExecution: Desk["startExecution"] = async (...args) => {
    if (point === "after the work") await one.desk.startExecution(...args);
    reached();
    return never;
  };
  const dying = await webFixture(database, { desk: { ...one.desk, startExecution } });
  return {
    async begin(key) {
      void start(dying, key);
      await there;
    },
  };
}

test("of twenty at once over two processes one is carried out, and all get its answer", async () => {
  const before = await executions();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => start(index % 2 === 0 ? one : other, "crowd")),
  );
  const bodies = await Promise.all(answers.map((answer) => answer.text()));
  expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([202]));
  expect(new Set(bodies).size).toBe(1);
  expect(answers.filter((answer) => answer.headers.get("idempotent-replayed") === "true")).toHaveLength(19);
  expect(await executions()).toBe(before + 1);
});

test.each(["before the work", "after the work"] as const)(
  "killed %s: whoever asks again, in another process, gets one execution and never a second",
  async (point) => {
    const key = `killed ${point}`.replaceAll(" ", "-");
    const before = await executions();
    await (await killedAt(point)).begin(key);
    await leaseOver(key);
    const again = await start(other, key);
    expect(again.status).toBe(202);
    const { executionId } = Started.parse(await again.json());
    expect(Started.parse(await (await start(one, key)).json()).executionId).toBe(executionId);
    expect(await executions()).toBe(before + 1);
  },
);

test("a second request while the first is in hand is told to ask again, and then gets the answer", async () => {
  let finish: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let begun: () => void = () => undefined;
  const working = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const slow = await webFixture(database, {
    market: {
      next: async () => {
        begun();
        await held;
        return new Date("2018-01-02T21:00:00Z");
      },
      end: () => null,
    },
  });
  const move = (web: Web) =>
    web.api("/api/market/next", {
      method: "POST",
      json: { sessions: 1 },
      headers: { "idempotency-key": "move" },
    });
  const first = move(slow);
  await working;
  const second = await move(one);
  expect(second.status).toBe(409);
  expect(second.headers.get("retry-after")).toBe("2");
  expect(await second.json()).toMatchObject({ code: "request_in_hand" });
  finish();
  const answer = await (await first).json();
  expect(await (await move(one)).json()).toEqual(answer);
});

test("where it is not known whether a broken-off request took effect, the caller is told so and nothing is repeated", async () => {
  let moved = 0;
  const market = {
    next: async () => {
      moved += 1;
      return new Promise<never>(() => undefined);
    },
    end: () => null,
  };
  const dying = await webFixture(database, { market });
  const move = (web: Web) =>
    web.api("/api/market/next", {
      method: "POST",
      json: { sessions: 2 },
      headers: { "idempotency-key": "lost" },
    });
  void move(dying);
  await expect.poll(() => moved).toBe(1);
  await leaseOver("lost");
  const again = await move(dying);
  expect(again.status).toBe(409);
  expect(await again.json()).toMatchObject({ code: "outcome_unknown" });
  expect(moved).toBe(1);
});

test("what failed is not replayed as a success; what was refused may be tried again", async () => {
  const broken = await webFixture(database, {
    desk: {
      ...one.desk,
      startExecution: async () => {
        throw new Error("cut");
      },
    },
  });
  expect((await start(broken, "failed")).status).toBe(500);
  expect((await start(one, "failed")).status).toBe(202);
  const refused = await one.api("/api/executions", {
    method: "POST",
    json: { strategy: "no such strategy" },
    headers: { "idempotency-key": "refused" },
  });
  expect(refused.status).toBe(404);
  expect((await start(one, "refused")).status).toBe(202);
});

test("a key is one route's and one body's, is judged before anything is done, and is forgotten after a day", async () => {
  await start(one, "mine");
  const elsewhere = await one.api("/api/trading-state/resume", {
    method: "POST",
    json: { reason: "x" },
    headers: { "idempotency-key": "mine" },
  });
  expect(elsewhere.status).toBe(200);
  const odd = await start(one, "k".repeat(201));
  expect([odd.status, await odd.json()]).toMatchObject([422, { errors: [{ field: "idempotency-key" }] }]);
  await db.execute(
    sql`update idempotency_keys set created_at = now() - interval '25 hours', lease_until = now() - interval '25 hours' where key = 'mine'`,
  );
  expect(await pruneKeys(db)).toBe(2);
  const before = await executions();
  expect((await start(one, "mine")).status).toBe(202);
  expect(await executions()).toBe(before + 1);
});
