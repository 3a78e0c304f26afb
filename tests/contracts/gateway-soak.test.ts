// A seeded soak of client and simulator with random faults; the full 10,000 calls run in `npm run bench`.
import { expect, test } from "vitest";
import { soak } from "./gateway-soak.ts";

test.each([1, 20_261_120])(
  "accounts for every order of a faulty day (seed %i)",
  { timeout: 240_000 },
  async (seed) => {
    const report = await soak({ calls: 400, seed });
    expect(report).toMatchObject({ unhandled: [], unaccounted: [], duplicates: [], breaches: 0, waiting: 0 });
    expect(Object.keys(report.outcomes).sort()).toEqual(["accepted", "question", "refused", "unknown"]);
  },
);
