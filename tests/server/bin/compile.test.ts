import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../../..");
const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A small program with the folders of the product; esbuild is found where the compiler itself lies. */
function program(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), "countersign-compile-"));
  made.push(folder);
  for (const name of ["agents", "graph", "prompts", "server", "store", "tools", "node_modules"])
    mkdirSync(path.join(folder, name));
  writeFileSync(path.join(folder, "package.json"), '{"type":"module","imports":{"#store/*":"./store/*"}}');
  writeFileSync(path.join(folder, "package-lock.json"), "{}");
  writeFileSync(path.join(folder, "tsconfig.json"), "{}");
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return folder;
}

/** Compiles and runs it in a process of its own, as a start does. */
function run(folder: string) {
  const script = `
    import { compiled } from ${JSON.stringify(pathToFileURL(path.join(root, "server/bin/compile.mjs")).href)};
    process.setSourceMapsEnabled(true);
    await import(await compiled(process.argv[1], "server/main.ts"));`;
  const ended = spawnSync(process.execPath, ["--input-type=module", "-e", script, folder], {
    encoding: "utf8",
  });
  return { out: ended.stdout, err: ended.stderr, status: ended.status };
}

const builds = (folder: string) => readdirSync(path.join(folder, "node_modules/.cache/countersign"));
const MAIN = 'import { word } from "#store/word.ts"; const text: string = word; process.stdout.write(text);';

describe("the compiled program", () => {
  test("is made once per state of the sources, and anew when one of them changes", () => {
    const folder = program({ "server/main.ts": MAIN, "store/word.ts": 'export const word = "one";' });
    expect(run(folder)).toMatchObject({ out: "one", status: 0 });
    expect(run(folder)).toMatchObject({ out: "one", status: 0 });
    expect(builds(folder)).toHaveLength(1);
    writeFileSync(path.join(folder, "store/word.ts"), 'export const word = "two";');
    expect(run(folder)).toMatchObject({ out: "two", status: 0 });
    expect(builds(folder)).toHaveLength(2);
  });

  test("names file and line of a fault, and leaves nothing half made", () => {
    const folder = program({ "server/main.ts": MAIN, "store/word.ts": "export const other = 1;" });
    const { err, status } = run(folder);
    expect(status).toBe(1);
    expect(err).toContain("server/main.ts:1:9");
    expect(builds(folder)).toEqual([]);
    writeFileSync(path.join(folder, "store/word.ts"), 'export const word = "mended";');
    expect(run(folder)).toMatchObject({ out: "mended", status: 0 });
  });

  test("finds the files beside its sources, and tells their lines when it fails", () => {
    const folder = program({
      "server/main.ts":
        'import { readFileSync } from "node:fs";\nprocess.stdout.write(readFileSync(new URL("./text.md", import.meta.url), "utf8"));\nthrow new TypeError("at its line");',
      "server/text.md": "beside",
    });
    const { out, err } = run(folder);
    expect(out).toBe("beside");
    expect(err).toContain("server/main.ts:3");
  });
});
