// Fills a template. Pure and strict: a missing or unknown input is an error, and every input is data that cannot
// leave its place: blocks are JSON without a single < > & or backtick, so no content can close a fence or a tag.
import { InputError } from "#store/model/errors.ts";
import { type PromptInputKind, type PromptTemplate, sectionsOf } from "./template.ts";

export type PromptInputs = Readonly<Record<string, unknown>>;
export type RenderedPrompt = { system: string; user: string };

const WORD = /^[\p{L}\p{N} .,%/:+()_$€£-]{1,80}$/u;
const ESCAPES: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "`": "\\u0060",
};

/** JSON text of a value in which `<`, `>`, `&` and backticks are written as JSON escapes; parses back to the value. */
export function blockJson(value: unknown): string {
  const text = JSON.stringify(value, null, 1);
  if (text === undefined) throw new InputError("prompt_input", "a block input must be a JSON value");
  return text.replace(/[<>&`]/g, (character) => ESCAPES[character] ?? character);
}

/** One data block as it stands in a prompt; the offline analyst reads it back with `readBlocks`. */
export function dataBlock(name: string, value: unknown): string {
  return `<values name="${name}">\n\`\`\`json\n${blockJson(value)}\n\`\`\`\n</values>`;
}

const BLOCK = /<values name="([a-z][a-z0-9_]*)">\n```json\n([^`<>]*)\n```\n<\/values>/g;

/** All data blocks of a rendered text by name, parsed. Later blocks of the same name win. */
export function readBlocks(text: string): Record<string, unknown> {
  const blocks: Record<string, unknown> = {};
  for (const match of text.matchAll(BLOCK)) {
    const name = match[1];
    if (name !== undefined) blocks[name] = JSON.parse(match[2] ?? "null");
  }
  return blocks;
}

/**
 * The two messages of a prompt.
 * @throws InputError `prompt_input` naming every missing, unknown or unfit input.
 */
export function renderPrompt(template: PromptTemplate, inputs: PromptInputs): RenderedPrompt {
  const faults = [
    ...Object.keys(template.inputs)
      .filter((name) => inputs[name] === undefined)
      .map((name) => `missing: ${name}`),
    ...Object.keys(inputs)
      .filter((name) => !(name in template.inputs))
      .map((name) => `unknown: ${name}`),
  ];
  if (faults.length > 0) throw inputError(template, faults);
  const texts = new Map<string, string>();
  for (const [name, kind] of Object.entries(template.inputs)) {
    texts.set(name, renderInput(template, { name, kind, value: inputs[name] }));
  }
  // One pass: text that came in with an input is never looked at for placeholders again.
  const fill = (text: string) => text.replace(/\{\{([^{}]*)\}\}/g, (_, name) => texts.get(name.trim()) ?? "");
  const { system, task } = sectionsOf(template.template);
  return { system: fill(system), user: fill(task) };
}

function renderInput(
  template: PromptTemplate,
  input: { name: string; kind: PromptInputKind; value: unknown },
): string {
  const { name, kind, value } = input;
  if (kind === "block") return dataBlock(name, value);
  if (typeof value !== "string" && typeof value !== "number")
    throw inputError(template, [`not a text: ${name}`]);
  const text = String(value);
  if (kind === "word") {
    if (!WORD.test(text))
      throw inputError(template, [`not one plain line of at most 80 characters: ${name}`]);
    return text;
  }
  return text.replace(/[<>`]/g, (character) => ({ "<": "‹", ">": "›", "`": "'" })[character] ?? character);
}

function inputError(template: PromptTemplate, faults: string[]): InputError {
  return new InputError("prompt_input", `prompt ${template.stage}: ${faults.join("; ")}`, {
    facts: { stage: template.stage, faults },
  });
}
