import { expect, test } from "vitest";
import { openDatabase } from "#store/database.ts";
import { sharedLedger } from "#store/pacing.ts";
import { testDatabase } from "#tests/support/database.ts";

const database = await testDatabase();
type Memory = { count: number; times: number[] };
const empty: Memory = { count: 0, times: [] };
const ledger = (gateway: string) => sharedLedger<Memory>(database, { gateway, empty });
const add = (record: Memory, now: number) => {
  const next = { count: record.count + 1, times: [...record.times, now] };
  return { record: next, result: next.count };
};

test("steps of many processes on one ledger follow each other, none is lost", async () => {
  const other = await openDatabase({ url: database.url });
  const both = [ledger("busy"), sharedLedger<Memory>(other, { gateway: "busy", empty })];
  const results = await Promise.all(Array.from({ length: 40 }, (_, index) => both[index % 2]?.update(add)));
  expect([...results].sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual(
    Array.from({ length: 40 }, (_, i) => i + 1),
  );
  const times = await ledger("busy").update((record) => ({ record, result: record.times }));
  expect(times).toEqual([...times].sort((a, b) => a - b));
  await other.close();
});

test("each gateway address has a memory of its own", async () => {
  await ledger("one").update(add);
  expect(await ledger("two").update(add)).toBe(1);
});

test("a step that throws changes nothing", async () => {
  await ledger("failing").update(add);
  const failing = ledger("failing").update(() => {
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(await ledger("failing").update(add)).toBe(2);
});

test("the ledger's time never runs backwards, even when the database's clock does", async () => {
  await ledger("ahead").update(add);
  await database.pool.query("update pacing_ledgers set at_ms = at_ms + 3600000 where gateway = 'ahead'");
  const before = await database.pool.query("select at_ms from pacing_ledgers where gateway = 'ahead'");
  const now = await ledger("ahead").update((record, at) => ({ record, result: at }));
  expect(now).toBe(before.rows[0].at_ms);
});
