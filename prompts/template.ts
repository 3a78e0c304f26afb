// A prompt template: Markdown with front matter that names its stage, version and inputs. Pure.
// Its identity is the hash of its exact text: any change of a letter is another prompt.
import { createHash } from "node:crypto";
import { parse, YAMLParseError } from "yaml";
import { z } from "zod";
import { InputError } from "#store/model/errors.ts";
import type { Sha256 } from "#store/model/llm-call.ts";
import { AgentStage } from "#store/model/run.ts";

/**
 * How an input may appear. `word`: one short line of plain characters, in the sentence. `block`: any JSON value, in a
 * fenced block that no content can leave. `lines`: lines of plain text that our own code wrote, escaped all the same.
 */
export const PromptInputKind = z.enum(["word", "block", "lines"]);
export type PromptInputKind = z.infer<typeof PromptInputKind>;

const FrontMatter = z.strictObject({
  stage: AgentStage,
  version: z.number().int().positive(),
  inputs: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), PromptInputKind),
});

/** A template as loaded or as edited at run time. */
export type PromptTemplate = {
  stage: AgentStage;
  /** The author's number; the hash is what identifies. */
  version: number;
  /** The exact text, front matter included. */
  template: string;
  contentHash: Sha256;
  inputs: Readonly<Record<string, PromptInputKind>>;
};

export type PromptSections = { system: string; task: string };

const DOCUMENT = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/;
const SECTIONS = /^\s*# System\n([\s\S]*?)\n# Task\n([\s\S]*)$/;
const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;

/** Names used as `{{name}}` in a text, each once. */
export function placeholders(text: string): string[] {
  return [...new Set([...text.matchAll(PLACEHOLDER)].map((match) => (match[1] ?? "").trim()))];
}

/** The two parts of a template's body. @throws InputError when a heading is missing. */
export function sectionsOf(template: string): PromptSections {
  const body = DOCUMENT.exec(template)?.[2];
  const parts = body === undefined ? null : SECTIONS.exec(body);
  if (parts === null) {
    throw new InputError("prompt_malformed", 'a prompt needs front matter, "# System" and "# Task"', {
      facts: { field: "template" },
    });
  }
  return { system: (parts[1] ?? "").trim(), task: (parts[2] ?? "").trim() };
}

/** Every `{{name}}` with its line in the whole text, from 1. */
export function placeholdersByLine(template: string): { name: string; line: number }[] {
  return template
    .split("\n")
    .flatMap((text, index) =>
      [...text.matchAll(PLACEHOLDER)].map((match) => ({ name: (match[1] ?? "").trim(), line: index + 1 })),
    );
}

function frontMatter(head: string): unknown {
  try {
    return parse(head, { maxAliasCount: 0, logLevel: "error" });
  } catch (error) {
    // The YAML reader counts from the line after the first "---".
    const line = error instanceof YAMLParseError ? error.linePos?.[0].line : undefined;
    const why =
      error instanceof Error ? (error.message.split("\n")[0] ?? "").replace(/ at line.*/, "") : "unreadable";
    throw new InputError("prompt_malformed", `front matter: ${why}`, {
      cause: error,
      facts: { field: "template", ...(line === undefined ? {} : { line: line + 1 }) },
    });
  }
}

/**
 * Reads one template from its text.
 * @throws InputError `prompt_malformed` when front matter, sections or placeholders do not fit together.
 */
export function parsePromptTemplate(text: string): PromptTemplate {
  const template = text.replaceAll("\r\n", "\n");
  const head = DOCUMENT.exec(template)?.[1];
  if (head === undefined) {
    throw new InputError("prompt_malformed", 'a prompt begins with front matter between two lines of "---"', {
      facts: { field: "template", line: 1 },
    });
  }
  const front = FrontMatter.safeParse(frontMatter(head));
  if (!front.success) {
    throw new InputError("prompt_malformed", `front matter: ${z.prettifyError(front.error)}`, {
      facts: { field: "template" },
    });
  }
  const { system, task } = sectionsOf(template);
  const used = placeholders(`${system}\n${task}`);
  const declared = Object.keys(front.data.inputs);
  const undeclared = used.filter((name) => !declared.includes(name));
  const unused = declared.filter((name) => !used.includes(name));
  if (undeclared.length > 0 || unused.length > 0) {
    throw new InputError(
      "prompt_malformed",
      `inputs not declared: ${undeclared.join(", ") || "none"}; declared but not used: ${unused.join(", ") || "none"}`,
      { facts: { field: "template", undeclared, unused } },
    );
  }
  const contentHash = createHash("sha256").update(template, "utf8").digest("hex");
  return { ...front.data, template, contentHash };
}
