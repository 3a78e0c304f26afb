// `npm test`, `npm run screenshots`, `npm run bench`, `bench:http` and `bench:faults`: installs what is missing, then runs the checks.
// What only reads the sources runs beside the tests and is told when it is done. Plain JavaScript.
import { spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ensureInstalled, requireNode } from "../server/bin/install.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const bin = (name) => path.join(root, "node_modules", ".bin", name);
// What has not changed since the last run is not checked again.
const known = path.join(root, "node_modules", ".cache", "types", "known.tsbuildinfo");

const SUITES = {
  test: {
    main: ["tests", bin("vitest"), ["run"]],
    beside: [
      ["types", bin("tsc"), ["--noEmit", "--incremental", "--tsBuildInfoFile", known]],
      ["lint and format", bin("biome"), ["ci", "--colors=off", "."]],
    ],
  },
  screenshots: { main: ["screenshots", bin("vitest"), ["run", "tests/browser/pages"]], beside: [] },
  bench: { main: ["bench", process.execPath, ["--import", "tsx", "tests/bench/main.ts"]], beside: [] },
  http: { main: ["http", process.execPath, ["--import", "tsx", "tests/bench/http/main.ts"]], beside: [] },
  faults: {
    main: ["faults", process.execPath, ["--import", "tsx", "tests/faults/soak/main.ts"]],
    beside: [],
  },
};

/** Exit code of a program whose output is shown as it comes. */
function shown([title, command, args]) {
  process.stdout.write(`── ${title}\n`);
  const pictures = { SCREENSHOT_DIR: path.join(root, "screenshots"), ...process.env };
  const env = title === "screenshots" ? pictures : process.env;
  const child = spawn(command, args, { cwd: root, stdio: "inherit", env });
  return ended(child);
}

/** Exit code of a program whose output is shown in one piece at its end. */
async function told([title, command, args]) {
  const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  const code = await ended(child);
  process.stdout.write(`── ${title}: ${code === 0 ? "sound" : "FAILED"}\n${code === 0 ? "" : output}`);
  return code;
}

function ended(child) {
  return new Promise((resolve) => {
    child.once("error", (error) => {
      process.stderr.write(`${error.message}\n`);
      resolve(1);
    });
    child.once("close", (code) => resolve(code ?? 1));
  });
}

requireNode();
ensureInstalled(root);
const [first = "", ...others] = process.argv.slice(2);
const { main, beside } = SUITES[first in SUITES ? first : "test"];
const [title, command, args] = main;
const forwarded = first in SUITES ? others : process.argv.slice(2);
// Ctrl-C reaches all of them; each ends by itself, and then this.
process.on("SIGINT", () => undefined);
const checks = beside.map((check) => told(check).then((code) => [check[0], code]));
const results = [
  [title, await shown([title, command, [...args, ...forwarded]])],
  ...(await Promise.all(checks)),
];
const failed = results.filter(([, code]) => code !== 0);
// Far below the fault itself, where it would be overlooked.
if (beside.length > 0 && failed.length > 0)
  process.stdout.write(`── failed: ${failed.map(([name]) => name).join(", ")}\n`);
process.exitCode = failed[0]?.[1] ?? 0;
