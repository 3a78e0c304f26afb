// Who may import whom (design section 4), read from the sources themselves.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const FOLDERS = ["store", "prompts", "tools", "agents", "graph", "server", "evals", "tests"] as const;

/** What each folder may import besides itself and packages. */
const ALLOWED: Record<(typeof FOLDERS)[number], readonly string[]> = {
  store: ["store/model"],
  prompts: ["store/model"],
  tools: ["store/model"],
  agents: ["prompts", "tools", "store/model"],
  graph: ["agents", "tools", "store", "prompts"],
  server: ["store", "prompts", "tools", "agents", "graph"],
  evals: ["store", "prompts", "tools", "agents", "graph", "server"],
  tests: FOLDERS,
};

type Import = { file: string; target: string };

const sources = FOLDERS.flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => `${folder}/${file.replaceAll(path.sep, "/")}`),
);

function importsOf(file: string): Import[] {
  const text = readFileSync(path.join(root, file), "utf8");
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1] ?? "");
  return specifiers.map((specifier) => {
    if (specifier.startsWith("#")) return { file, target: specifier.slice(1) };
    if (specifier.startsWith("."))
      return { file, target: path.posix.join(path.posix.dirname(file), specifier) };
    return { file, target: `npm:${specifier}` };
  });
}

const imports = sources.flatMap(importsOf);
const own = imports.filter(({ target }) => !target.startsWith("npm:"));
const inside = (target: string, folder: string) => target === folder || target.startsWith(`${folder}/`);
const list = (rows: readonly Import[]) => rows.map(({ file, target }) => `${file} -> ${target}`);

describe("architecture", () => {
  test.each(FOLDERS)("%s imports only what the design allows", (folder) => {
    const broken = own.filter(
      ({ file, target }) =>
        inside(file, folder) &&
        !inside(target, folder) &&
        !ALLOWED[folder].some((allowed) => inside(target, allowed)),
    );
    expect(list(broken)).toEqual([]);
  });

  test("the domain model imports only itself, zod, the decimal library and uuid", () => {
    const broken = imports.filter(
      ({ file, target }) =>
        inside(file, "store/model") &&
        !inside(target, "store/model") &&
        !/^npm:(zod|decimal\.js|uuid)$/.test(target),
    );
    expect(list(broken)).toEqual([]);
  });

  test("agents never reach the broker's orders", () => {
    expect(
      list(own.filter(({ file, target }) => inside(file, "agents") && inside(target, "tools/ibkr"))),
    ).toEqual([]);
  });

  test("views see the domain model only", () => {
    const broken = own.filter(
      ({ file, target }) =>
        inside(file, "server/views") && !inside(target, "server/views") && !inside(target, "store/model"),
    );
    expect(list(broken)).toEqual([]);
  });

  test("folders import each other by package.json imports, not by relative paths", () => {
    const broken = sources.flatMap((file) =>
      [...readFileSync(path.join(root, file), "utf8").matchAll(/from "(\.[^"]+)"/g)]
        .map((match) => ({ file, target: path.posix.join(path.posix.dirname(file), match[1] ?? "") }))
        .filter(({ target }) => target.split("/")[0] !== file.split("/")[0]),
    );
    expect(list(broken.filter(({ target }) => !inside(target, "server/bin")))).toEqual([]);
  });

  test("nothing below server reads the clock, the environment or randomness", () => {
    const forbidden =
      /\bDate\.now\(|\bnew Date\(\)|\bprocess\.env\b|\bMath\.random\(|\brandomUUID\(|\brandomBytes\(/;
    const exempt = new Set(["tools/charts/fonts.ts"]); // fontconfig is told its file by the environment alone
    const below = sources.filter(
      (file) => !["server", "evals", "tests"].includes(file.split("/")[0] ?? "") && !exempt.has(file),
    );
    const broken = below.flatMap((file) =>
      readFileSync(path.join(root, file), "utf8")
        .split("\n")
        .flatMap((line, index) =>
          forbidden.test(line.replace(/\/\/.*|^\s*\*.*/, "")) ? [`${file}:${index + 1}: ${line.trim()}`] : [],
        ),
    );
    expect(broken).toEqual([]);
  });

  test("only the start of the program reads the environment", () => {
    const readers = sources.filter(
      (file) =>
        file.startsWith("server/") && /\bprocess\.env\b/.test(readFileSync(path.join(root, file), "utf8")),
    );
    expect(readers.filter((file) => file !== "server/cli/main.ts")).toEqual([]);
  });

  test("no module is named after nothing", () => {
    const banned = /(^|[/.-])(utils?|helpers?|misc|manager|data)(\.|\/|-|$)/;
    const exempt = /risk-manager|risk_manager|market-data|market_data|data-folder/;
    expect(sources.filter((file) => banned.test(file.replace(exempt, "")))).toEqual([]);
  });

  test("folders keep to fifteen source files", () => {
    const count = new Map<string, number>();
    for (const file of sources.filter((name) => !name.startsWith("tests/"))) {
      const folder = path.posix.dirname(file);
      count.set(folder, (count.get(folder) ?? 0) + 1);
    }
    expect([...count].filter(([, files]) => files > 15)).toEqual([]);
  });

  test("modules open with a comment on their purpose", () => {
    const silent = sources
      .filter((file) => !file.startsWith("tests/"))
      .filter(
        (file) =>
          !/^(\/\/|\/\*\*?|\{?\/\*)/.test(readFileSync(path.join(root, file), "utf8").replace(/^#!.*\n/, "")),
      );
    expect(silent).toEqual([]);
  });
});
