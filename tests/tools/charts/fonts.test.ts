import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const probe = fileURLToPath(new URL("./glyph-probe.ts", import.meta.url));
const temporary = () => mkdtempSync(path.join(os.tmpdir(), "countersign-glyphs-"));

/** What a process draws for texts of equal length whose letters differ: one digest each. */
async function glyphs(own: "own" | "none"): Promise<Record<string, string>> {
  const folder = temporary();
  const empty = path.join(folder, "no-fonts.conf");
  writeFileSync(
    empty,
    `<fontconfig><dir>${folder}/nothing</dir><cachedir>${folder}/empty</cachedir></fontconfig>`,
  );
  const { stdout } = await run(
    process.execPath,
    ["--import", "tsx", probe, own, path.join(folder, "fonts")],
    {
      env: { PATH: process.env.PATH, FONTCONFIG_FILE: empty },
      timeout: 100_000,
    },
  );
  return JSON.parse(stdout) as Record<string, string>;
}

test("with the system's fonts hidden, charts have letters and not boxes", async () => {
  const [boxes, letters] = await Promise.all([glyphs("none"), glyphs("own")]);
  // Without any font every letter is the same box: the probe can tell.
  expect(new Set(Object.values(boxes)).size).toBe(1);
  const ofWeight = (weight: string) => Object.entries(letters).filter(([name]) => name.startsWith(weight));
  for (const weight of ["normal", "bold"]) {
    expect(new Set(ofWeight(weight).map(([, digest]) => digest)).size).toBe(8);
  }
  expect(letters["bold A"]).not.toBe(letters["normal A"]);
});
