// What a rule is, and the few ways it can answer. Pure.
import type { RuleOutcome } from "#store/model/risk.ts";
import type { ReasonCode } from "./codes.ts";
import type { Facts } from "./facts.ts";

/** A yes-or-no rule. `opening`: it judges only orders that enlarge exposure; a closing order skips it. */
export type GateRule = {
  readonly id: string;
  readonly opening?: true;
  readonly check: (facts: Facts) => Answer;
};

/** What a rule found, before its name is put to it. */
export type Answer =
  | { readonly kind: "pass" | "skip"; readonly input: string; readonly limit: string }
  | { readonly kind: "deny"; readonly code: ReasonCode; readonly input: string; readonly limit: string };

export function pass(input: string, limit: string): Answer {
  return { kind: "pass", input, limit };
}

export function deny(code: ReasonCode, input: string, limit: string): Answer {
  return { kind: "deny", code, input, limit };
}

export function skip(why: string): Answer {
  return { kind: "skip", input: why, limit: "" };
}

export function outcomeOf(rule: string, answer: Answer): RuleOutcome {
  return {
    rule,
    outcome: answer.kind,
    code: answer.kind === "deny" ? answer.code : null,
    input: answer.input,
    limit: answer.limit,
    taken: null,
  };
}

/** Seconds from `earlier` to `later` (ISO instants); NaN for text that is no instant, which no comparison accepts. */
export function secondsBetween(earlier: string, later: string): number {
  return (Date.parse(later) - Date.parse(earlier)) / 1000;
}
