// JSON Schemas for structured answers from zod, in the dialect that strict servers accept. Pure.
import { z } from "zod";

export type JsonSchema = { [key: string]: unknown };

/** Keywords that strict decoders refuse or ignore; zod still enforces them, and the text of `hint` tells the model. */
const CONSTRAINTS = [
  "minLength",
  "maxLength",
  "pattern",
  "format",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "minItems",
  "maxItems",
] as const;
/** The range that zod adds to every integer says nothing to a model. */
const SAFE_INTEGER = Number.MAX_SAFE_INTEGER;

/**
 * The schema for a strict json_schema or tool call: every property required, nothing additional, no `$schema`, and
 * constraints moved into descriptions. The zod schema must use nullable, never optional.
 */
export function strictSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "output" });
  return tighten(rest);
}

function tighten(node: JsonSchema): JsonSchema {
  const result: JsonSchema = {};
  const hints: string[] = [];
  for (const [key, value] of Object.entries(node)) {
    if ((CONSTRAINTS as readonly string[]).includes(key)) {
      if (typeof value !== "number" || Math.abs(value) < SAFE_INTEGER)
        hints.push(`${words(key)} ${String(value)}`);
    } else if (key === "properties") {
      result[key] = Object.fromEntries(
        Object.entries(asSchema(value)).map(([name, child]) => [name, tighten(asSchema(child))]),
      );
    } else if (key === "items") result[key] = tighten(asSchema(value));
    else if (Array.isArray(value) && key === "anyOf")
      result[key] = value.map((child) => tighten(asSchema(child)));
    else result[key] = value;
  }
  if (hints.length > 0) {
    result.description = [node.description, `(${hints.join(", ")})`].filter(Boolean).join(" ");
  }
  return result;
}

function words(keyword: string): string {
  return keyword.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function asSchema(value: unknown): JsonSchema {
  return value !== null && typeof value === "object" ? (value as JsonSchema) : {};
}
