// A prompt that a person has written: checked against its stage before it can be stored, every fault with its line. Pure.
import { InputError } from "#store/model/errors.ts";
import type { AgentStage } from "#store/model/run.ts";
import { STAGE_INPUTS } from "./stage-inputs.ts";
import { type PromptTemplate, parsePromptTemplate, placeholdersByLine, sectionsOf } from "./template.ts";

export const LONGEST_PROMPT = 60_000;

/** `field` is "template"; the line counts from 1, null where no line is to blame. */
export type PromptFault = { field: "template"; line: number | null; message: string };

/** Control characters but tab, and lone surrogates: no model needs them and the database refuses some. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;
const VERSION_LINE = /^version:.*$/m;

/** The same text under another number; what a person typed there does not count. */
export function withVersion(text: string, version: number): string {
  const template = text.replaceAll("\r\n", "\n").replace(/^\uFEFF/, "");
  const end = template.indexOf("\n---\n", 3);
  if (!template.startsWith("---\n") || end < 0) return template;
  const [head, rest] = [template.slice(0, end), template.slice(end)];
  if (VERSION_LINE.test(head)) return head.replace(VERSION_LINE, `version: ${version}`) + rest;
  return `${head}\nversion: ${version}${rest}`;
}

/** Whether two texts differ in nothing but their number and trailing space. */
export function sayTheSame(one: string, other: string): boolean {
  return withVersion(one, 1).trim() === withVersion(other, 1).trim();
}

/**
 * The text as a template of this stage, under the number that the desk gives.
 * @throws InputError `prompt_malformed`, its fact `errors` naming the line of every fault
 */
export function writePrompt(text: string, of: { stage: AgentStage; version: number }): PromptTemplate {
  const template = withVersion(text, of.version);
  if (template.length > LONGEST_PROMPT)
    throw malformed([fault(null, `at most ${LONGEST_PROMPT} characters; this has ${template.length}`)]);
  const lines = template.split("\n");
  const unprintable = lines.findIndex((line) => UNPRINTABLE.test(line.replaceAll("\t", " ")));
  if (unprintable >= 0) throw malformed([fault(unprintable + 1, "a control character or half of one")]);
  const parsed = readOrBlame(template, lines, of.stage);
  const faults = stageFaults(parsed, lines, of.stage);
  if (faults.length > 0) throw malformed(faults);
  return parsed;
}

/** Placeholder faults are told with those of the stage; all others as the reader of templates tells them. */
function readOrBlame(template: string, lines: readonly string[], stage: AgentStage): PromptTemplate {
  try {
    return parsePromptTemplate(template);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { undeclared, unused, line } = error.facts;
    if (!Array.isArray(undeclared) || !Array.isArray(unused))
      throw malformed([fault(typeof line === "number" ? line : null, error.message)]);
    const supplied = STAGE_INPUTS[stage];
    throw malformed([
      ...undeclared.map((name: string) => fault(useOf(name, template), unknownUse(name, supplied))),
      ...unused.map((name: string) =>
        fault(
          declarationOf(name, lines),
          `${name} is declared and nowhere used; write {{${name}}}, or take it out`,
        ),
      ),
    ]);
  }
}

function unknownUse(name: string, supplied: Readonly<Record<string, string>>): string {
  const kind = supplied[name];
  return kind === undefined
    ? `{{${name}}} is filled by nobody; this stage is given ${Object.keys(supplied).join(", ")}`
    : `{{${name}}} is not declared; add "${name}: ${kind}" to the inputs`;
}

function stageFaults(parsed: PromptTemplate, lines: readonly string[], stage: AgentStage): PromptFault[] {
  const supplied = STAGE_INPUTS[stage];
  const declared = Object.entries(parsed.inputs);
  const { system, task } = sectionsOf(parsed.template);
  return [
    ...(parsed.stage === stage
      ? []
      : [fault(lineOf(lines, /^stage:/), `this is a prompt of stage ${parsed.stage}, not of ${stage}`)]),
    ...declared.flatMap(([name, kind]) => {
      const wanted = supplied[name];
      const line = declarationOf(name, lines);
      if (wanted === undefined)
        return [
          fault(line, `${name} is filled by nobody; this stage is given ${Object.keys(supplied).join(", ")}`),
        ];
      return wanted === kind ? [] : [fault(line, `${name} is given as ${wanted}, not as ${kind}`)];
    }),
    ...Object.entries(supplied)
      .filter(([name]) => !(name in parsed.inputs))
      .map(([name, kind]) =>
        fault(
          lineOf(lines, /^inputs:/),
          `${name} is missing: add "${name}: ${kind}" to the inputs and {{${name}}} to the text`,
        ),
      ),
    ...(system === "" ? [fault(lineOf(lines, /^# System$/), "the system part is empty")] : []),
    ...(task === "" ? [fault(lineOf(lines, /^# Task$/), "the task is empty")] : []),
  ];
}

function useOf(name: string, template: string): number | null {
  return placeholdersByLine(template).find((use) => use.name === name)?.line ?? null;
}

function declarationOf(name: string, lines: readonly string[]): number | null {
  return lineOf(lines, new RegExp(`^\\s+["']?${name}["']?\\s*:`));
}

function lineOf(lines: readonly string[], pattern: RegExp): number | null {
  const index = lines.findIndex((line) => pattern.test(line));
  return index < 0 ? null : index + 1;
}

function fault(line: number | null, message: string): PromptFault {
  return { field: "template", line, message };
}

function malformed(faults: readonly PromptFault[]): InputError {
  const ordered = faults.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const told = ordered.map(({ line, message }) => (line === null ? message : `line ${line}: ${message}`));
  const errors = told.map((message) => ({ field: "template", message }));
  return new InputError("prompt_malformed", told.join("\n"), {
    facts: { field: "template", errors, faults: ordered },
  });
}
