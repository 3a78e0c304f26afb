// What a page of decisions came to: trades from their fills, and what those nobody sent would have become. Effects: database,
// the broker's clock.

import type { Counterfactual } from "#store/model/counterfactual.ts";
import type { ApprovalId, DecisionId } from "#store/model/ids.ts";
import type { TradeOutcome } from "#store/model/trade.ts";
import { counterfactuals } from "#store/results/counterfactuals.ts";
import type { DecisionFigures } from "#store/results/decision-list.ts";
import { outcomesOfEntries } from "#store/results/prompt-results.ts";
import { lastFinishedSession } from "#tools/calendar.ts";
import type { WebDeps } from "../../deps.ts";

const CLOCK_MS = 2_000;

export type DecisionEnds = {
  trades: ReadonlyMap<DecisionId, TradeOutcome>;
  /** Never traded; empty while the broker's clock cannot be read. */
  unsent: ReadonlyMap<DecisionId, Counterfactual>;
};

export async function endsOf(deps: WebDeps, rows: readonly DecisionFigures[]): Promise<DecisionEnds> {
  const { db } = deps.database;
  const filled = rows.flatMap(({ outcome, accountId, conid, orderId }) =>
    outcome === "filled" && accountId !== null && conid !== null && orderId !== null
      ? [{ accountId, conid, entryOrderId: orderId }]
      : [],
  );
  const [found, unsent] = await Promise.all([outcomesOfEntries(db, filled), unsentOf(deps, rows)]);
  return { trades: new Map([...found.values()].map((trade) => [trade.decisionId, trade])), unsent };
}

async function unsentOf(
  deps: WebDeps,
  rows: readonly DecisionFigures[],
): Promise<ReadonlyMap<DecisionId, Counterfactual>> {
  const approvals: ApprovalId[] = rows.flatMap(({ outcome, approvalId }) =>
    (outcome === "rejected" || outcome === "expired") && approvalId !== null ? [approvalId] : [],
  );
  if (approvals.length === 0) return new Map();
  const now = await deps.broker.now(AbortSignal.timeout(CLOCK_MS)).catch(() => null);
  if (now === null) return new Map();
  const upTo = lastFinishedSession(now);
  const book = await counterfactuals(deps.database.db, { approvals, upTo, limit: approvals.length });
  return new Map(book.map((line) => [line.decisionId, line]));
}
