// A seeded sample of the storm; `npm run bench:faults` runs the full number.
import { expect, test } from "vitest";
import { testDatabase } from "../../support/database.ts";
import { orderStorm } from "./storm.ts";

const database = await testDatabase();

test("no order is sent twice, none without a countersign, none lost, and both books agree", {
  timeout: 180_000,
}, async () => {
  const report = await orderStorm(database, { intents: 25, seed: 20261120 });
  expect(report).toMatchObject({ intents: 25, duplicates: [], uncountersigned: [], lost: [], different: [] });
  expect(report.crashes).toBeGreaterThan(4);
  expect(report.faults).toBeGreaterThan(8);
  expect(report.taken).toBeGreaterThan(15);
});
