// Makes what a model wrote fit for storing, and finds the JSON object in it. Pure.

/** none: no object in sight; broken: one begins, but does not parse (cut off, or malformed). */
export type FoundJson = { kind: "value"; value: unknown } | { kind: "broken" } | { kind: "none" };

// NUL and halves of surrogate pairs: no database takes them as text.
const UNSTORABLE = /[\0\p{Surrogate}]/gu;

/** The text with U+FFFD for characters that cannot be stored. */
export function storable(text: string): string {
  return text.replace(UNSTORABLE, "\uFFFD");
}

const THOUGHTS = /<think>[\s\S]*?<\/think>/g;
const FENCED = /```(?:json)?\s*([\s\S]*?)```/;

/** Looks at the whole text, then at a fenced block, then at everything between the first and the last brace. */
export function findJson(text: string): FoundJson {
  const said = text.replace(THOUGHTS, "").trim();
  const start = said.indexOf("{");
  if (start === -1) return { kind: "none" };
  const end = said.lastIndexOf("}");
  const candidates = [said, FENCED.exec(said)?.[1], end > start ? said.slice(start, end + 1) : undefined];
  for (const candidate of candidates) {
    const value = candidate === undefined ? undefined : parseObject(candidate);
    if (value !== undefined) return { kind: "value", value };
  }
  return { kind: "broken" };
}

function parseObject(text: string): object | undefined {
  try {
    // Escapes such as \u0000 become characters only here.
    const value: unknown = JSON.parse(text, (_, item) => (typeof item === "string" ? storable(item) : item));
    return value !== null && typeof value === "object" && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
