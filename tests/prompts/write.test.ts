// Prompts that people write: which are refused and with which line, what the desk numbers itself, how two are compared.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { differenceOf } from "#prompts/difference.ts";
import { loadPromptTemplates } from "#prompts/load.ts";
import { STAGE_INPUTS } from "#prompts/stage-inputs.ts";
import { sayTheSame, withVersion, writePrompt } from "#prompts/write.ts";
import { InputError } from "#store/model/errors.ts";

const templates = await loadPromptTemplates();
const decision = templates.find((template) => template.stage === "decision")?.template ?? "";
const of = { stage: "decision" as const, version: 7 };

function faultsOf(text: string, stage = of): string[] {
  try {
    writePrompt(text, stage);
  } catch (error) {
    if (error instanceof InputError) return error.message.split("\n");
    throw error;
  }
  return [];
}

test("every built-in template is one that a person could have written", () => {
  for (const { stage, template, inputs } of templates) {
    expect(inputs).toEqual(STAGE_INPUTS[stage]);
    expect(writePrompt(template, { stage, version: 2 })).toMatchObject({ stage, version: 2 });
  }
});

test("the desk gives the number, whatever stands there", () => {
  expect(writePrompt(decision.replace("version: 2", "version: 99"), of).version).toBe(7);
  expect(writePrompt(decision.replace("version: 2\n", ""), of).version).toBe(7);
  expect(writePrompt(decision.replaceAll("\n", "\r\n"), of).template).toBe(withVersion(decision, 7));
  expect(sayTheSame(decision, withVersion(decision, 9))).toBe(true);
  expect(sayTheSame(decision, decision.replace("BUY", "SELL"))).toBe(false);
});

describe("a prompt is refused with its line", () => {
  test("for an input that nobody fills, declared or not", () => {
    expect(faultsOf(decision.replace("# Task", "# Task\n{{news}}"))).toEqual([
      expect.stringMatching(/^line 36: \{\{news\}\} is filled by nobody; this stage is given symbol, task/),
    ]);
    const declared = decision
      .replace("inputs:", "inputs:\n  news: block")
      .replace("# Task", "# Task\n{{news}}");
    expect(faultsOf(declared)).toEqual([expect.stringMatching(/^line 5: news is filled by nobody/)]);
  });

  test("for an input that it does not use, declared or not", () => {
    expect(faultsOf(decision.replace("{{limits}}", ""))).toEqual([
      "line 13: limits is declared and nowhere used; write {{limits}}, or take it out",
    ]);
    expect(faultsOf(decision.replace("{{limits}}", "").replace("  limits: block\n", ""))).toEqual([
      'line 4: limits is missing: add "limits: block" to the inputs and {{limits}} to the text',
    ]);
    expect(faultsOf(decision.replace("  limits: block\n", ""))).toEqual([
      expect.stringMatching(/is not declared; add "limits: block" to the inputs/),
    ]);
  });

  test("for another kind, another stage, an empty part, and front matter that cannot be read", () => {
    expect(faultsOf(decision.replace("limits: block", "limits: word"))).toEqual([
      "line 13: limits is given as block, not as word",
    ]);
    expect(faultsOf(decision, { ...of, stage: "risk_review" as never })[0]).toMatch(
      /^line 2: this is a prompt of stage decision/,
    );
    expect(faultsOf(decision.replace(/# System\n[\s\S]*?# Task/, "# System\n\n# Task"))[0]).toMatch(
      /the system part is empty/,
    );
    expect(faultsOf(decision.replace("limits: block", "limits: [block"))[0]).toMatch(
      /^line \d+: front matter/,
    );
    for (const text of ["", "no front matter", "---\nstage: decision\n", decision.replace("# Task", "")])
      expect(faultsOf(text)).toHaveLength(1);
    expect(faultsOf(decision.replace("BUY", "B\0Y"))[0]).toMatch(/^line \d+: a control character/);
    expect(faultsOf(decision + "x".repeat(60_000))[0]).toMatch(/at most 60000 characters/);
  });

  test("whatever was typed: never by anything but an InputError", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), fc.nat(decision.length), (text, at) => {
        faultsOf(decision.slice(0, at) + text + decision.slice(at));
      }),
      { numRuns: 25 },
    );
  });
});

describe("the difference of two texts", () => {
  test("names the words that changed and skips what is far from a change", () => {
    const before = ["a", "b", "c", "d", "e", "one two three", "f", "g", "h", "i", "j"].join("\n");
    const after = before.replace("two", "2").replace("\nj", "");
    const { added, removed, hunks } = differenceOf(before, after);
    expect([added, removed]).toEqual([1, 2]);
    expect(hunks[0]?.skipped).toBe(2);
    const changed = hunks.flatMap((hunk) => hunk.lines).filter((line) => line.kind !== "same");
    expect(changed.map(({ kind, before: left, after: right }) => [kind, left, right])).toEqual([
      ["removed", 6, null],
      ["added", null, 6],
      ["removed", 11, null],
    ]);
    expect(changed[1]?.pieces.filter((piece) => piece.changed)).toEqual([{ text: "2", changed: true }]);
    expect(differenceOf(before, before)).toEqual({ added: 0, removed: 0, hunks: [] });
  });

  test("rebuilds either text from its own lines", () => {
    const text = fc.array(fc.constantFrom("", "a", "b b", "a b c"), { maxLength: 12 });
    fc.assert(
      fc.property(text, text, (one, other) => {
        const { hunks } = differenceOf(one.join("\n"), other.join("\n"));
        const lines = hunks.flatMap((hunk) => hunk.lines);
        for (const side of ["before", "after"] as const) {
          const whole = (side === "before" ? one : other).join("\n").split("\n");
          for (const line of lines) {
            const number = line[side];
            if (number !== null)
              expect(line.pieces.map((piece) => piece.text).join("")).toBe(whole[number - 1]);
          }
        }
      }),
    );
  });
});
