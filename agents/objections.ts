// What makes an answer unusable although it fits its schema, in words that its author can act on. Pure.
import type { Grounding } from "#store/model/decision.ts";
import type { Ticker } from "#store/model/ids.ts";
import type { Assessment, Objection } from "./model/structured.ts";

/** The wrong company: an answer about another symbol than the one asked about. */
export function wrongSymbol(answered: Ticker, asked: Ticker): Objection | null {
  if (answered === asked) return null;
  return { code: "wrong_symbol", message: `the answer is about ${answered}, the task is about ${asked}` };
}

/** The first of the objections, else the grounding: what every agent says of its answer. */
export function assess(
  objections: readonly (Objection | null)[],
  ground: () => Grounding,
): Assessment<Grounding> {
  const first = objections.find((objection) => objection !== null);
  if (first) return { objection: first };
  const grounding = ground();
  const ungrounded = objectionTo(grounding);
  return ungrounded === null ? { objection: null, checked: grounding } : { objection: ungrounded };
}

/** Null for a grounded answer; else every number that has no stored counterpart. */
function objectionTo(grounding: Grounding): Objection | null {
  if (grounding.grounded) return null;
  const failed = grounding.checks
    .filter((check) => !check.grounded)
    .map(({ where, stated, stored, valueName }) => {
      const instead =
        stored === null ? "no stored value comes near" : `stored ${valueName ?? "value"} is ${stored}`;
      return `${where}: ${stated} (${instead})`;
    });
  return {
    code: "ungrounded",
    message: `these numbers are not among the given values; repeat numbers from the value blocks only:\n${failed.join("\n")}`,
  };
}
