// Whoever may judge and send: nobody before the desk has compared the books since its start, a further worker neither, and
// nobody when that was too long ago. Everybody is told why.
import { beforeEach, describe, expect, test } from "vitest";
import { reconciledFirst } from "#server/compose/reconciled-first.ts";
import { recordReconciliation } from "#store/trading/reconciliation.ts";
import { testDatabase } from "#tests/support/database.ts";

const { db, pool } = await testDatabase();
const now = () => new Date("2026-11-20T15:00:00Z");
beforeEach(async () => {
  await pool.query("delete from settings");
});

/** A desk whose rounds end as told; counts them. */
function deskWith(outcome: () => string | null) {
  let rounds = 0;
  const first = reconciledFirst({
    db,
    now,
    reconcile: async () => {
      rounds += 1;
      await first.told(outcome());
    },
  });
  return { ...first, rounds: () => rounds };
}
const worker = () => reconciledFirst({ db, now });
const refusal = (words: RegExp) => ({
  code: "not_reconciled",
  retryable: true,
  message: expect.stringMatching(words),
  facts: { sent: false },
});

describe("before the books were compared", () => {
  test("a desk compares them when it is first asked, once for all who ask, and then trades", async () => {
    const desk = deskWith(() => null);
    expect(await desk.check()).toMatchObject({
      state: "degraded",
      detail: expect.stringContaining("yet to be"),
    });
    await Promise.all([desk.mayTrade("main"), desk.mayTrade("main")]);
    expect(desk.rounds()).toBe(1);
    expect(await desk.check()).toMatchObject({ name: "reconciliation", state: "ok" });
  });

  test("a desk that cannot does not trade, says why, and does when it can", async () => {
    let failure: string | null = "the gateway does not answer";
    const desk = deskWith(() => failure);
    await expect(desk.mayTrade("main")).rejects.toMatchObject(refusal(/the gateway does not answer/));
    expect(await desk.check()).toMatchObject({
      state: "degraded",
      detail: expect.stringMatching(/nothing is sent: .* the gateway does not answer/),
      provenAt: null,
    });
    failure = null;
    await desk.mayTrade("main");
    expect((await desk.check()).state).toBe("ok");
  });

  test("a database that was away when it was first asked does not keep it from trading later", async () => {
    const desk = deskWith(() => null);
    await pool.query("alter table settings rename to settings_away");
    await expect(desk.mayTrade("main")).rejects.toThrow();
    await pool.query("alter table settings_away rename to settings");
    await desk.mayTrade("main");
    expect(await desk.compared()).toBe(true);
  });

  test("what an earlier desk has found counts for nothing", async () => {
    await recordReconciliation(db, { session: "main", state: "agreed", reason: null });
    const desk = deskWith(() => "nobody is logged in");
    await expect(desk.mayTrade("main")).rejects.toMatchObject(refusal(/nobody is logged in/));
  });

  test("a replay's own simulator needs none of it", async () => {
    await deskWith(() => "down").mayTrade("replay-2018-03-01-0a0b0c0d");
  });
});

describe("a further worker", () => {
  test("trades only after a desk has compared the books, and not while a new one has yet to", async () => {
    await expect(worker().mayTrade("main")).rejects.toMatchObject(refusal(/no desk has compared/));
    const desk = deskWith(() => null);
    await desk.mayTrade("main");
    await worker().mayTrade("main");
    await deskWith(() => null).check();
    await expect(worker().mayTrade("main")).rejects.toMatchObject(refusal(/yet to be compared/));
  });

  test("stops when the desk that compared them is gone too long", async () => {
    await deskWith(() => null).mayTrade("main");
    await pool.query("update settings set updated_at = now() - interval '16 minutes'");
    await expect(worker().mayTrade("main")).rejects.toMatchObject(refusal(/16 minutes ago/));
  });
});
