import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { generateDrizzleJson, generateMigration } from "drizzle-kit/api";
import { expect, test } from "vitest";
import * as schema from "#store/schema/index.ts";

const folder = path.join(import.meta.dirname, "../../store/migrations/meta");

test("the migrations bring exactly the tables of the schema", async () => {
  const snapshots = (await readdir(folder)).filter((name) => name.endsWith("_snapshot.json")).sort();
  const newest = JSON.parse(await readFile(path.join(folder, snapshots.at(-1) ?? ""), "utf8"));
  const current = generateDrizzleJson(schema, newest.id);
  // When this lists statements: npm run migration.
  expect(await generateMigration(newest, current)).toEqual([]);
});
