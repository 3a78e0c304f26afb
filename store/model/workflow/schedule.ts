// When a strategy runs by itself: a cron expression in the exchange's time zone. Pure; instants are found in server/jobs.
import { z } from "zod";

export const EXCHANGE_TIME_ZONE = "America/New_York";

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const FIELDS = [
  { name: "minute", low: 0, high: 59, words: [], base: 0 },
  { name: "hour", low: 0, high: 23, words: [], base: 0 },
  { name: "day of the month", low: 1, high: 31, words: [], base: 0 },
  { name: "month", low: 1, high: 12, words: MONTHS, base: 1 },
  { name: "day of the week", low: 0, high: 7, words: WEEKDAYS, base: 0 },
] as const;
type Field = (typeof FIELDS)[number];

const PART = /^(?:\*|([A-Z]{3}|\d{1,2})(?:-([A-Z]{3}|\d{1,2}))?)(?:\/(\d{1,2}))?$/;

/** What is wrong with a cron expression of five fields, in words; null when nothing is. */
export function cronFault(expression: string): string | null {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== FIELDS.length)
    return "five fields, separated by spaces: minute, hour, day of the month, month, day of the week";
  for (const [index, field] of FIELDS.entries()) {
    const bad = (fields[index] ?? "")
      .toUpperCase()
      .split(",")
      .find((part) => !isPart(field, part));
    if (bad !== undefined)
      return `the ${field.name} is ${field.low} to ${field.high}, *, a range, a list or a step, not "${bad}"`;
  }
  return null;
}

function isPart(field: Field, part: string): boolean {
  const match = PART.exec(part);
  if (match === null) return false;
  const [, first, second, step] = match;
  // A step needs something to step over: "*" or a range.
  const steps = step === undefined || (Number(step) >= 1 && Number(step) <= field.high);
  if (!steps || (step !== undefined && first !== undefined && second === undefined)) return false;
  const from = first === undefined ? field.low : numberOf(field, first);
  const to = second === undefined ? from : numberOf(field, second);
  return from !== null && to !== null && from <= to;
}

function numberOf(field: Field, word: string): number | null {
  const named = (field.words as readonly string[]).indexOf(word);
  const value = named >= 0 ? named + field.base : /^\d+$/.test(word) ? Number(word) : Number.NaN;
  return value >= field.low && value <= field.high ? value : null;
}

/** `cron`: minute, hour, day of the month, month, day of the week, such as "45 15 * * 1-5". */
export const Schedule = z.strictObject({
  cron: z
    .string()
    .trim()
    .max(120)
    .overwrite((text) => text.replace(/\s+/g, " ").toUpperCase())
    .superRefine((text, context) => {
      const fault = cronFault(text);
      if (fault !== null) context.addIssue({ code: "custom", message: fault });
    }),
  timeZone: z.literal(EXCHANGE_TIME_ZONE).default(EXCHANGE_TIME_ZONE),
});
export type Schedule = z.infer<typeof Schedule>;

/** What became of an instant: a run, nothing because the market or the desk did not allow one, or a start that failed. */
export const FIRING_RESULTS = ["started", "skipped", "failed"] as const;
export const FiringResult = z.enum(FIRING_RESULTS);
export type FiringResult = z.infer<typeof FiringResult>;
