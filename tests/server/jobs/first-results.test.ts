// What is worked out once after a start: in order, again only what failed, and not before the account is known.
import { expect, test } from "vitest";
import { firstResultsTask } from "#server/jobs/first-results.ts";
import type { AccountId } from "#store/model/ids.ts";

const U1 = "U1" as AccountId;

test("each piece of work is done once, after the account is known and in its order; what failed is tried again", async () => {
  const done: string[] = [];
  let account: AccountId | null = null;
  let broken = true;
  const task = firstResultsTask({
    account: () => account,
    work: [
      async (accountId) => void done.push(`trades of ${accountId}`),
      async () => {
        if (broken) throw new Error("the database is away");
        done.push("prompts");
      },
    ],
  });
  const { signal } = new AbortController();
  await task.run(signal);
  expect(done).toEqual([]);
  account = U1;
  await expect(task.run(signal)).rejects.toThrow("away");
  broken = false;
  await task.run(signal);
  await task.run(signal);
  expect(done).toEqual(["trades of U1", "prompts"]);
});

test("a stop does not wait for work in hand, and begins no other", async () => {
  const stopping = new AbortController();
  let others = 0;
  const task = firstResultsTask({
    account: () => U1,
    work: [() => new Promise(() => undefined), async () => (others += 1)],
  });
  const round = task.run(stopping.signal);
  stopping.abort();
  await round;
  expect(others).toBe(0);
});
