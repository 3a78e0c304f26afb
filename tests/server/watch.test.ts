// Recurring work: what is told of a failure that lasts.
import { expect, test } from "vitest";
import { startWatch } from "#server/jobs/watch.ts";

test("tells a failure when it begins, when its reason changes, and when it is over", async () => {
  const told: string[] = [];
  let reason: string | null = "no gateway";
  const task = {
    name: "track",
    everyMs: 3_600_000,
    run: async () => {
      if (reason !== null) throw new Error(reason);
    },
  };
  const watch = startWatch([task], (facts, message) => told.push(`${message}: ${String(facts.error)}`));
  for (const next of ["no gateway", "no gateway", "needs login", "needs login", null, null]) {
    reason = next;
    await watch.now("track");
  }
  await watch.stop();
  expect(told).toEqual([
    "a recurring task failed: no gateway",
    "a recurring task failed: needs login",
    "a recurring task works again: undefined",
  ]);
});
