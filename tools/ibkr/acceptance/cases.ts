// The acceptance list: what any Client Portal gateway and our client must do together. docs/acceptance.md is made from it.
import type { AcceptanceBench, AcceptanceCase, AcceptanceNeeds } from "./bench.ts";
import { FAULT_CASES } from "./fault-cases.ts";
import { MARKET_CASES } from "./market-cases.ts";
import { ORDER_CASES } from "./order-cases.ts";
import { QUESTION_CASES } from "./question-cases.ts";
import { READING_CASES } from "./reading-cases.ts";
import { SESSION_CASES } from "./session-cases.ts";

export const ACCEPTANCE_CASES: readonly AcceptanceCase[] = [
  ...SESSION_CASES,
  ...MARKET_CASES,
  ...ORDER_CASES,
  ...QUESTION_CASES,
  ...FAULT_CASES,
  ...READING_CASES,
];

export type AcceptanceResult = {
  number: number;
  title: string;
  outcome: "passed" | "failed" | "skipped";
  /** Why it failed or was skipped. */
  why: string | null;
};

/** Runs what is allowed, one case after the other; a case that fails does not stop the next. For `countersign doctor`. */
export async function runAcceptance(
  bench: AcceptanceBench,
  allowed: readonly AcceptanceNeeds[],
  onResult: (result: AcceptanceResult) => void,
): Promise<AcceptanceResult[]> {
  const results: AcceptanceResult[] = [];
  for (const { number, title, needs, run } of ACCEPTANCE_CASES) {
    let result: AcceptanceResult = { number, title, outcome: "passed", why: null };
    if (!allowed.includes(needs)) result = { number, title, outcome: "skipped", why: `it needs "${needs}"` };
    else {
      try {
        bench.signal?.throwIfAborted();
        await run(bench);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        result = { number, title, outcome: "failed", why };
      }
    }
    results.push(result);
    onResult(result);
  }
  return results;
}

/** The table of docs/acceptance.md. */
export function acceptanceTable(): string {
  const rows = ACCEPTANCE_CASES.map(
    ({ number, area, title, needs }) => `| ${number} | ${area} | ${title} | ${needs} |`,
  );
  return ["| # | area | the gateway and our client together … | needs |", "|---|---|---|---|", ...rows].join(
    "\n",
  );
}
