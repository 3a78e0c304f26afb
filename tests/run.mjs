// `npm test`, `npm run screenshots`, `npm run bench`, `bench:http` and `bench:faults`: installs what is missing, then runs the checks one after the other. Plain JavaScript.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ensureInstalled, requireNode } from "../server/bin/install.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const bin = (name) => path.join(root, "node_modules", ".bin", name);

const SUITES = {
  test: [
    ["types", bin("tsc"), ["--noEmit"]],
    ["lint and format", bin("biome"), ["ci", "--colors=off", "."]],
    ["tests", bin("vitest"), ["run"]],
  ],
  screenshots: [["screenshots", bin("vitest"), ["run", "tests/browser/pages"]]],
  bench: [["bench", process.execPath, ["--import", "tsx", "tests/bench/main.ts"]]],
  http: [["http", process.execPath, ["--import", "tsx", "tests/bench/http/main.ts"]]],
  faults: [["faults", process.execPath, ["--import", "tsx", "tests/faults/soak/main.ts"]]],
};

requireNode();
ensureInstalled(root);
const [first = "", ...others] = process.argv.slice(2);
const name = first in SUITES ? first : "test";
const forwarded = first in SUITES ? others : process.argv.slice(2);
for (const [title, command, args] of SUITES[name]) {
  const extra = ["tests", "bench", "faults", "http"].includes(title) ? forwarded : [];
  process.stdout.write(`── ${title}\n`);
  const folder = process.env.SCREENSHOT_DIR ?? path.join(root, "screenshots");
  const env = { ...process.env, ...(title === "screenshots" ? { SCREENSHOT_DIR: folder } : {}) };
  const result = spawnSync(command, [...args, ...extra], { cwd: root, stdio: "inherit", env });
  if (result.status !== 0) process.exit(result.status ?? 1);
}
