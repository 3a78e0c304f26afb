// The pacing budget: whatever is asked, by however many processes, the gateway never sees a breach.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PacingAsk, PacingBudget } from "#tools/ibkr/pacing/budget.ts";
import { pacingGate } from "#tools/ibkr/pacing/gate.ts";
import { limitsOf, PACING_LIMITS, PENALTY_MS } from "#tools/ibkr/pacing/limits.ts";
import { memoryLedger } from "#tools/ibkr/pacing/memory.ts";
import { virtualTime } from "./virtual-time.ts";

/** History three times: its limit on calls at the same time must be met as often as its rates. */
const PATHS = [
  ["GET", "/iserver/marketdata/history"],
  ["GET", "/iserver/marketdata/history"],
  ["GET", "/iserver/account/orders"],
  ["GET", "/iserver/account/trades"],
  ["GET", "/iserver/marketdata/history"],
  ["GET", "/iserver/marketdata/snapshot"],
  ["POST", "/iserver/account/DU1/orders"],
  ["DELETE", "/iserver/account/DU1/order/5"],
  ["GET", "/portfolio/accounts"],
  ["POST", "/tickle"],
] as const;

type Arrival = { at: number; ends: number; limits: string[] };

/** Breaches as the gateway would count them: too many arrivals in any window, too many at the same time. */
function breaches(arrivals: readonly Arrival[]): string[] {
  return PACING_LIMITS.flatMap((limit) => {
    const mine = arrivals.filter((one) => one.limits.includes(limit.key)).sort((a, b) => a.at - b.at);
    const found: string[] = [];
    for (const [index, first] of mine.entries()) {
      const over = mine[index + limit.count];
      if (over !== undefined && over.at - first.at < limit.windowMs) found.push(`${limit.key} rate`);
      const running = mine.filter((one) => one.at <= first.at && one.ends > first.at).length;
      if (limit.concurrent !== null && running > limit.concurrent) found.push(`${limit.key} concurrency`);
    }
    return found;
  });
}

const call = fc.record({
  process: fc.integer({ min: 0, max: 2 }),
  kind: fc.integer({ min: 0, max: PATHS.length - 1 }),
  priority: fc.constantFrom("order" as const, "read" as const, "background" as const),
  startsAfter: fc.integer({ min: 0, max: 4_000 }),
  /** How long the request travels before the gateway counts it, and how long the answer takes then. */
  travels: fc.integer({ min: 0, max: 900 }),
  answers: fc.integer({ min: 0, max: 3_000 }),
});

describe("pacing", () => {
  test("never breaches a published limit, whatever three processes ask and however slow the network is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 80, size: "max" }), async (calls) => {
        const time = virtualTime();
        const ledger = memoryLedger(time.clock);
        const gates = [0, 1, 2].map((id) => pacingGate({ ledger, processName: `p${id}`, timer: time.timer }));
        const arrivals: Arrival[] = [];
        const work = calls.map(async (one) => {
          const [method, path] = PATHS[one.kind] ?? PATHS[0];
          await time.sleep(one.startsAfter);
          const permit = await gates[one.process]?.acquire({ method, path, priority: one.priority });
          await time.sleep(one.travels);
          const at = time.now();
          arrivals.push({ at, ends: at + one.answers, limits: limitsOf(method, path) });
          await time.sleep(one.answers);
          await permit?.release();
        });
        await time.run();
        await Promise.all(work);
        expect(arrivals).toHaveLength(calls.length);
        expect(breaches(arrivals)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test("lets an order go before reads, and reads before background reads", async () => {
    const { time, gate } = alone();
    const order: string[] = [];
    const ask = async (priority: PacingAsk["priority"]) => {
      const permit = await gate.acquire({ method: "GET", path: "/x", priority });
      order.push(priority);
      await time.sleep(10);
      await permit.release();
    };
    const filling = Array.from({ length: 8 }, () => ask("read"));
    await time.run(time.now() + 5);
    const waiting = [ask("background"), ask("read"), ask("order")];
    await time.run();
    await Promise.all([...filling, ...waiting]);
    expect(order.slice(8)).toEqual(["order", "read", "background"]);
  });

  test("leaves room for an order however many reads are under way", async () => {
    const { time, gate } = alone();
    const reads = Array.from({ length: 30 }, () =>
      gate.acquire({ method: "GET", path: "/x", priority: "read" }),
    );
    await time.run(time.now() + 1);
    await expect(
      gate.acquire({ method: "POST", path: "/o", priority: "order", maxWaitMs: 0 }),
    ).resolves.toBeDefined();
    expect(reads.length).toBe(30);
  });

  test("sends nothing during a penalty, says until when, and goes on by itself", async () => {
    const { time, gate } = alone();
    await gate.penalty(PENALTY_MS);
    const until = time.now() + PENALTY_MS;
    expect(gate.status().penaltyUntil).toBe(until);
    const read = gate.acquire({ method: "GET", path: "/x", priority: "read" }).then(() => time.now());
    const order = gate.acquire({ method: "POST", path: "/o", priority: "order", maxWaitMs: 5_000 });
    await expect(order).rejects.toMatchObject({ code: "gateway_penalty", facts: { sent: false } });
    await time.run();
    expect(await read).toBeGreaterThanOrEqual(until);
    expect(gate.status()).toEqual({ penaltyUntil: null, waiting: 0 });
  });

  test("takes back the slot of a process that died, once its lease is over", async () => {
    const { time, gate } = alone();
    for (let call = 0; call < 5; call += 1)
      await gate.acquire({
        method: "GET",
        path: "/iserver/marketdata/history",
        priority: "read",
        leaseMs: 1_000,
      });
    const started = time.now();
    const next = gate.acquire({ method: "GET", path: "/iserver/marketdata/history", priority: "read" });
    await time.run();
    await next;
    expect(time.now()).toBeGreaterThanOrEqual(started + 1_000);
  });

  test("forgets a call that was given up while it waited", async () => {
    const { time, gate } = alone();
    const first = await gate.acquire({ method: "GET", path: "/iserver/account/orders", priority: "read" });
    const controller = new AbortController();
    const given = gate.acquire({
      method: "GET",
      path: "/iserver/account/orders",
      priority: "read",
      signal: controller.signal,
    });
    const reason = expect(given).rejects.toMatchObject({ code: "call_aborted" });
    controller.abort();
    await reason;
    await first.release();
    expect(gate.status().waiting).toBe(0);
    const next = gate.acquire({ method: "GET", path: "/iserver/account/orders", priority: "read" });
    await time.run();
    await expect(next).resolves.toBeDefined();
  });
});

function alone(): { time: ReturnType<typeof virtualTime>; gate: PacingBudget } {
  const time = virtualTime();
  const gate = pacingGate({ ledger: memoryLedger(time.clock), processName: "p", timer: time.timer });
  return { time, gate };
}
