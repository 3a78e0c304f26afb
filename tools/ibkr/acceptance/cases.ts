// The acceptance list: what any Client Portal gateway and our client must do together. docs/acceptance.md is made from it.
import type { AcceptanceArea, AcceptanceBench, AcceptanceCase, AcceptanceNeeds } from "./bench.ts";
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
  area: AcceptanceArea;
  title: string;
  outcome: "passed" | "failed" | "skipped";
  /** Why it failed or was skipped. */
  why: string | null;
};

const SKIPPED: Readonly<Record<AcceptanceNeeds, string>> = {
  reads: "it was not asked for",
  trades: "it would trade",
  simulator: "it needs a hand on the gateway",
};

/** Runs what is allowed, one case after the other; a case that fails does not stop the next. For `countersign doctor`. */
export async function runAcceptance(
  bench: AcceptanceBench,
  allowed: readonly AcceptanceNeeds[],
  onResult: (result: AcceptanceResult) => void,
): Promise<AcceptanceResult[]> {
  const results: AcceptanceResult[] = [];
  for (const { number, area, title, needs, run } of ACCEPTANCE_CASES) {
    const named = { number, area, title };
    let result: AcceptanceResult = { ...named, outcome: "passed", why: null };
    if (!allowed.includes(needs)) result = { ...named, outcome: "skipped", why: SKIPPED[needs] };
    else {
      try {
        bench.signal?.throwIfAborted();
        await run(bench);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        result = { ...named, outcome: "failed", why };
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
