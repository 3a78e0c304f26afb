// docs/cli.md against the program itself: every command, every option, every exit code, and examples that parse.
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { ExitCode } from "#server/cli/exit-codes.ts";
import { buildProgram } from "#server/cli/program.ts";

const document = readFileSync(path.resolve(import.meta.dirname, "../../../docs/cli.md"), "utf8");
const EVERYWHERE = ["--json", "--config"];

function program(): Command {
  return buildProgram({
    variables: {},
    directory: "/",
    signal: new AbortController().signal,
    exitCode: ExitCode.ok,
  });
}

/** The text under a command's heading. */
function section(name: string): string {
  return document.split(/^## /m).find((part) => part.startsWith(`${name}\n`)) ?? "";
}

const commands = program().commands;
const examples = [...document.matchAll(/^countersign (.+)$/gm)].map((match) => match[1] ?? "");

/** The words of an example as a shell would give them. */
const words = (line: string) =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? "");

describe("docs/cli.md", () => {
  test.each(commands.map((command) => [command.name(), command] as const))(
    "explains %s with all its options and an example",
    (name, command) => {
      const text = section(name);
      expect(text).not.toBe("");
      const long = command.options.map((option) => option.long ?? "");
      for (const option of long.filter((one) => !EVERYWHERE.includes(one)))
        expect(text).toContain(`\`${option}`);
      expect(long).toEqual(expect.arrayContaining(EVERYWHERE));
      expect(text).toMatch(new RegExp(`^countersign ${name}`, "m"));
    },
  );

  test("explains no command and no option that is not there", () => {
    const names = commands.map((command) => command.name());
    const headings = [...document.matchAll(/^## (.+)$/gm)].map((match) => match[1] ?? "");
    expect(headings.filter((heading) => heading !== "Exit codes").sort()).toEqual([...names].sort());
    const known = new Set(commands.flatMap((command) => command.options.map((option) => option.long)));
    const told = [...document.matchAll(/`(--[a-z-]+)/g)].map((match) => match[1]);
    expect(told.filter((option) => !known.has(option))).toEqual([]);
  });

  test("lists every exit code", () => {
    const listed = [...document.matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1]));
    expect(listed).toEqual(Object.values(ExitCode));
  });

  test.each(examples)("gives an example that the program takes: %s", async (line) => {
    const parsed = program();
    let called = false;
    for (const command of parsed.commands)
      command.action(() => {
        called = true;
      });
    await parsed.parseAsync(words(line), { from: "user" });
    expect(called).toBe(true);
  });
});
