// The book of what was not sent: proposals that a person rejected or that expired, followed on the bars since. Effects:
// database reads. Invariant: no bar after the caller's date is looked at, and every row says that it was never traded.
import { sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import { loadBars } from "../market/bars.ts";
import { ApprovalQuestion } from "../model/approval.ts";
import { type Counterfactual, follow } from "../model/counterfactual.ts";
import type { AccountId, Conid, SessionDate, StrategyId } from "../model/ids.ts";
import { type ApprovalRow, getApproval } from "../trading/approvals.ts";

/** Sessions that a proposal is followed for at most. */
const MOST_BARS = 400;

export type CounterfactualQuery = {
  /** Absent: of all accounts. */
  accountId?: AccountId;
  /** Absent: all proposals that were rejected or expired. */
  approvals?: readonly ApprovalRow["id"][];
  /** The newest session that is over at the broker. */
  upTo: SessionDate;
  /** Newest first; default 100. */
  limit?: number;
};

type Proposal = {
  id: ApprovalRow["id"];
  strategyId: StrategyId;
  source: string | null;
  readAt: string | null;
};

/** An answered proposal never changes: what it came to by a session is the same until more bars of its series are read. */
const followedBefore = new WeakMap<Db, Map<string, Counterfactual | null>>();
const MOST_REMEMBERED = 2_000;

/** Newest first. Proposals of a version that did not note its session are left out. */
export async function counterfactuals(db: Db, query: CounterfactualQuery): Promise<Counterfactual[]> {
  const { accountId, approvals: ids } = query;
  const account = accountId === undefined ? sql`` : sql`and execution.account_id = ${accountId}`;
  const named = ids === undefined ? sql`` : sql`and approval.id = any(${sql.param([...ids])}::uuid[])`;
  // Followed on the very series that the run was decided on.
  const result = await db.execute<Proposal & { conid: string }>(sql`
    select approval.id, run.conid, execution.strategy_id as "strategyId", series.source,
      series.read_at as "readAt"
    from approvals approval
      join symbol_runs run on run.id = approval.symbol_run_id
      join executions execution on execution.id = run.execution_id
      left join lateral (select bar_series.source, bar_series.updated_at::text as read_at from artifacts chart
        join bar_series on bar_series.id = chart.series_id
        where chart.symbol_run_id = run.id and chart.kind = 'market_data' and chart.timeframe = 'daily'
        limit 1) series on true
    where approval.status in ('rejected', 'expired') ${account} ${named}
      and run.conid is not null
    order by approval.created_at desc, approval.id desc limit ${query.limit ?? 100}`);
  const known = followedBefore.get(db) ?? new Map<string, Counterfactual | null>();
  followedBefore.set(db, known);
  const book: Counterfactual[] = [];
  for (const proposal of result.rows) {
    const key = `${proposal.id} ${query.upTo} ${proposal.source} ${proposal.readAt}`;
    let line = known.get(key);
    if (line === undefined) {
      const row = await getApproval(db, proposal.id);
      line = await followed(db, query, { ...proposal, row, conid: Number(proposal.conid) as Conid });
      known.set(key, line);
      const oldest = known.keys().next();
      if (known.size > MOST_REMEMBERED && !oldest.done) known.delete(oldest.value);
    }
    if (line !== null) book.push(line);
  }
  return book;
}

async function followed(
  db: Db,
  query: CounterfactualQuery,
  of: Proposal & { row: ApprovalRow; conid: Conid },
): Promise<Counterfactual | null> {
  const { row, conid, strategyId, source } = of;
  const shown = ApprovalQuestion.safeParse(row.shown);
  if (!shown.success || (row.status !== "rejected" && row.status !== "expired")) return null;
  const { session, plan, decisionId, symbol } = shown.data;
  // To have kept a position is no trade of its own.
  if (session === null || plan.effect === "close") return null;
  const { upTo } = query;
  const known = source !== null && session <= upTo;
  const stored = known
    ? await loadBars(db, { source, conid, timeframe: "daily", upTo, limit: MOST_BARS })
    : null;
  return {
    counterfactual: true,
    approvalId: row.id,
    decisionId,
    symbolRunId: row.symbolRunId,
    strategyId,
    symbol,
    side: plan.side,
    quantity: plan.quantity,
    currency: plan.currency,
    why: row.status,
    reason: row.reason,
    answeredAt: row.answeredAt,
    session,
    ...follow(plan, session, stored?.bars ?? []),
  };
}
