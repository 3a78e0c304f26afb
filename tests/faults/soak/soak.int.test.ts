// A seeded sample of the soak; `npm run bench:faults` runs a thousand order intents and more.
import { expect, test } from "vitest";
import { createTestDatabase } from "#tests/support/database.ts";
import { temporaryFolder } from "#tests/support/desk-process.ts";
import { soak } from "./soak.ts";

test("killed desks and workers and a faulty broker leave no order twice, none unsigned, none lost, no run open", {
  timeout: 600_000,
}, async () => {
  const { url, drop } = await createTestDatabase();
  const folder = temporaryFolder();
  try {
    const report = await soak({ databaseUrl: url, folder: folder.path, intents: 8, seed: 20_261_120 });
    expect(report).toMatchObject({
      duplicates: [],
      uncountersigned: [],
      lost: [],
      different: [],
      unfinished: [],
    });
    expect(report.intents).toBeGreaterThan(4);
    expect(report.kills).toBeGreaterThan(0);
  } finally {
    folder.remove();
    await drop();
  }
});
