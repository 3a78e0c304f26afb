// What must hold for the repository as a whole: pins, lockfile, no secrets, no addresses of a machine.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const isCheckout = existsSync(path.join(root, ".git"));
const tracked = isCheckout
  ? execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).trim().split("\n")
  : [];
const texts = tracked.filter(
  (file) =>
    /\.(ts|tsx|mjs|md|json|yaml|yml|sql|css|sh)$|^\.ci\/run$/.test(file) && file !== "package-lock.json",
);

describe("repository", () => {
  test("pins every dependency exactly", () => {
    const manifest = JSON.parse(read("package.json")) as Record<string, Record<string, string>>;
    const ranges = ["dependencies", "devDependencies", "optionalDependencies"].flatMap((kind) =>
      Object.entries(manifest[kind] ?? {}).filter(
        ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
      ),
    );
    expect(ranges).toEqual([]);
  });

  test("keeps download addresses out of the lockfile", () => {
    expect(read("package-lock.json")).not.toMatch(/"resolved":\s*"http/);
  });

  test.skipIf(!isCheckout)("holds no key, no token and no path of a machine", () => {
    const forbidden =
      /sk-[A-Za-z0-9]{20,}|ghp_[A-Za-z0-9]{20,}|AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY|\/work\/(main|shared)|\/home\/[a-z]/;
    const exempt = "tests/architecture/repository.test.ts";
    expect(
      texts.filter(
        (file) => file !== exempt && existsSync(path.join(root, file)) && forbidden.test(read(file)),
      ),
    ).toEqual([]);
  });
});
