import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fileObjects } from "#store/artifacts/files.ts";
import { objectStoreContract } from "./object-store-contract.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "countersign-objects-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

objectStoreContract("files", () => fileObjects(path.join(folder, "contract"), randomUUID));

test("leaves no partial file behind a failed write", async () => {
  const objects = fileObjects(path.join(folder, "partial"), randomUUID);
  await mkdir(path.join(folder, "partial", "taken", "by-folder"), { recursive: true });
  await expect(objects.put("taken/by-folder", Buffer.from("x"), "text/plain")).rejects.toThrow();
  expect(await readdir(path.join(folder, "partial", "taken"))).toEqual(["by-folder"]);
});

test("says which setting is wrong when the folder cannot be used", async () => {
  const file = path.join(folder, "a-file");
  await writeFile(file, "in the way");
  await expect(fileObjects(path.join(file, "below"), randomUUID).check()).rejects.toMatchObject({
    code: "artifacts_unwritable",
    facts: { field: "DATA_DIR" },
  });
});
