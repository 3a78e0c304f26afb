// Every decision with what became of it, newest first: verdict, countersign, entry order. Effects: database reads.
// The outcome is one word, worked out in one place; the filter on it is that word and never a second rule.
import { and, eq, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import type { DecisionRow } from "../agents/decisions.ts";
import type { Db } from "../database.ts";
import type {
  AccountId,
  ApprovalId,
  Conid,
  ExecutionId,
  Instant,
  OrderId,
  PromptVersionId,
  SessionDate,
  StrategyId,
  SymbolRunId,
  Ticker,
} from "../model/ids.ts";
import type { OrderStatus } from "../model/order.ts";
import type { RiskVerdict } from "../model/risk.ts";
import type { ApprovalChannel, ApprovalStatus, SymbolRunStatus } from "../model/run.ts";
import { olderThan, type Page, type PageRequest, pageLimit, toPage } from "../page.ts";
import { found } from "../rows.ts";
import { toInstant } from "../schema/columns.ts";
import { approvals, decisions, executions, orders, riskVerdicts, symbolRuns } from "../schema/index.ts";
import type { ResultKind } from "./prompt-results.ts";

/**
 * `superseded`: a revision took its place. `in_progress`: rules or risk manager are at it. `stopped`: the run failed or
 * abstained after it. `not_sent`: nothing was asked (dry run, advice, policy "never"). `not_filled`: countersigned, and
 * the order ended without a share.
 */
export const DecisionOutcome = z.enum([
  "hold",
  "filled",
  "not_filled",
  "working",
  "waiting",
  "rejected",
  "expired",
  "denied",
  "not_sent",
  "superseded",
  "stopped",
  "in_progress",
]);
export type DecisionOutcome = z.infer<typeof DecisionOutcome>;

export type DecisionQuery = PageRequest & {
  symbol?: Ticker | undefined;
  signal?: DecisionRow["signal"] | undefined;
  outcome?: DecisionOutcome | undefined;
  strategyId?: StrategyId | undefined;
  /** Used by any stage of the run. */
  promptVersionId?: PromptVersionId | undefined;
  kind?: ResultKind | undefined;
  /** Exchange dates of the as-of time, both included. */
  from?: SessionDate | undefined;
  to?: SessionDate | undefined;
};

export type ListedDecision = DecisionRow & {
  executionId: ExecutionId;
  asOf: Instant;
  kind: ResultKind;
  /** The run that its own was forked from; null: no fork, or the source was removed. */
  forkedFrom: SymbolRunId | null;
  strategyId: StrategyId;
  strategy: string;
  /** Of the decision's own prompt; null where none was stored. */
  promptVersionId: PromptVersionId | null;
  promptVersion: string | null;
  runStatus: SymbolRunStatus;
  verdict: RiskVerdict["verdict"] | null;
  codes: string[] | null;
  approvalId: ApprovalId | null;
  approval: ApprovalStatus | null;
  channel: ApprovalChannel | null;
  reason: string | null;
  orderId: OrderId | null;
  orderStatus: OrderStatus | null;
  accountId: AccountId | null;
  conid: Conid | null;
  outcome: DecisionOutcome;
};

const kind = sql<ResultKind>`case when ${executions.dryRun} then 'dry_run' else ${executions.mode} end`;
const asOfDate = sql`(${executions.asOf} at time zone 'America/New_York')::date`;
const isSuperseded = sql`exists (select 1 from decisions later
  where later.symbol_run_id = ${decisions.symbolRunId} and later.visit > ${decisions.visit})`;

// What came after a verdict is not looked for where there is none: that is most decisions.
const verdict = sql`(select ${riskVerdicts.verdict} as verdict, ${riskVerdicts.codes} as codes from ${riskVerdicts}
  where ${riskVerdicts.decisionId} = ${decisions.id}
  order by ${riskVerdicts.createdAt} desc, ${riskVerdicts.sequence} desc limit 1) verdict`;
const approval = sql`(select ${approvals.id} as id, ${approvals.status} as status, ${approvals.channel} as channel,
    ${approvals.reason} as reason
  from ${approvals} join ${riskVerdicts} on ${riskVerdicts.id} = ${approvals.verdictId}
  where verdict.verdict is not null and ${approvals.symbolRunId} = ${decisions.symbolRunId} and ${riskVerdicts.decisionId} = ${decisions.id}
  order by ${approvals.createdAt} desc limit 1) approval`;
const entry = sql`(select ${orders.id} as id, ${orders.status} as status, ${orders.filledQuantity} as filled,
    ${orders.accountId} as account_id, ${orders.conid} as conid
  from ${orders} join ${riskVerdicts} on ${riskVerdicts.id} = ${orders.verdictId}
  where verdict.verdict is not null and ${orders.symbolRunId} = ${decisions.symbolRunId} and ${riskVerdicts.decisionId} = ${decisions.id}
    and ${orders.leg} = 'entry'
  order by ${orders.createdAt} desc limit 1) entry`;

const outcome = sql<DecisionOutcome>`case
  when ${isSuperseded} then 'superseded'
  when ${decisions.signal} = 'HOLD' then 'hold'
  when entry.filled > 0 then 'filled'
  when approval.status in ('rejected', 'expired') then approval.status
  when ${symbolRuns.status} = 'waiting_approval' then 'waiting'
  when ${symbolRuns.status} in ('queued', 'running') then 'in_progress'
  when ${symbolRuns.status} = 'working' then 'working'
  when ${symbolRuns.status} = 'denied' then 'denied'
  when ${symbolRuns.status} in ('abstained', 'failed') then 'stopped'
  when approval.status in ('approved', 'edited') then 'not_filled'
  else 'not_sent' end`;

/** Candidates that are looked at in one go for an outcome, and for one page: a rare one may give a short page with a `next`. */
const CHUNK = 200;
const MOST_LOOKED_AT = 4_000;

/** The words and checks behind a decision: much longer than all the rest, and no list shows them. */
const { analysis, consolidation, grounding } = decisions;

export type DecisionFigures = Omit<ListedDecision, "analysis" | "consolidation" | "grounding">;

/** Newest first, with all that was said and checked. */
export async function listDecisions(db: Db, query: DecisionQuery = {}): Promise<Page<ListedDecision>> {
  const { rows, next } = await listDecisionFigures(db, query);
  if (rows.length === 0) return { rows: [], next };
  const ids = rows.map(({ id }) => id);
  const words = await db
    .select({ id: decisions.id, analysis, consolidation, grounding })
    .from(decisions)
    .where(sql`${decisions.id} = any(${sql.param(ids)}::uuid[])`);
  const wordsOf = new Map(words.map((row) => [row.id, row]));
  return { rows: rows.map((row) => ({ ...row, ...found(wordsOf.get(row.id), "decision", row.id) })), next };
}

/** Newest first. */
export async function listDecisionFigures(db: Db, query: DecisionQuery = {}): Promise<Page<DecisionFigures>> {
  const limit = pageLimit(query);
  if (query.outcome === undefined) {
    const rows = await listed(db, query, limit + 1);
    return toPage(rows, limit, (row) => [row.createdAt, row.id]);
  }
  const kept: DecisionFigures[] = [];
  let cursor = query.cursor ?? null;
  for (let seen = 0; seen < MOST_LOOKED_AT; seen += CHUNK) {
    const page = toPage(await listed(db, { ...query, cursor }, CHUNK + 1), CHUNK, (row) => [
      row.createdAt,
      row.id,
    ]);
    kept.push(...page.rows.filter((row) => row.outcome === query.outcome));
    cursor = page.next;
    if (cursor === null || kept.length > limit) break;
  }
  const cut = toPage(kept, limit, (row) => [row.createdAt, row.id]);
  return { rows: cut.rows, next: cut.next ?? cursor };
}

type Raw = Omit<DecisionFigures, "createdAt" | "asOf" | "conid"> & {
  createdAt: string;
  asOf: string;
  conid: string | null;
};

/**
 * What became of these decisions is looked up only after they have been chosen. The limit is part of the text: as a
 * parameter it may be anything, and then the database plans the statement anew each time, which takes longer than its rows.
 */
async function listed(db: Db, query: DecisionQuery, count: number): Promise<DecisionFigures[]> {
  const chosen = and(
    ...filtersOf(query),
    olderThan(query, { at: decisions.createdAt, id: decisions.id, idType: "uuid" }),
  );
  const result = await db.execute<Raw>(sql`
    select decisions.id, decisions.symbol_run_id as "symbolRunId", decisions.visit, decisions.symbol, decisions.signal,
      decisions.current_price as "currentPrice", decisions.target_price as "targetPrice",
      decisions.stop_price as "stopPrice", decisions.profit_margin as "profitMargin",
      decisions.r_coefficient as "rCoefficient", decisions.strategy_used as "strategyUsed",
      decisions.consolidation_call_id as "consolidationCallId", decisions.llm_call_id as "llmCallId",
      decisions.created_at::text as "createdAt", symbol_runs.execution_id as "executionId",
      executions.as_of::text as "asOf", ${kind} as kind, executions.forked_from as "forkedFrom",
      executions.strategy_id as "strategyId", strategies.name as strategy,
      llm_calls.prompt_version_id as "promptVersionId", prompt_versions.version as "promptVersion",
      symbol_runs.status as "runStatus", verdict.verdict, verdict.codes, approval.id as "approvalId",
      approval.status as approval, approval.channel, approval.reason, entry.id as "orderId",
      entry.status as "orderStatus", entry.account_id as "accountId", symbol_runs.conid, ${outcome} as outcome
    from (select ${decisions}.* from ${decisions}
      ${asksOfRun(query) ? sql`join symbol_runs on symbol_runs.id = ${decisions.symbolRunId} join executions on executions.id = symbol_runs.execution_id` : sql``}
      where ${chosen ?? sql`true`}
      order by ${decisions.createdAt} desc, ${decisions.id} desc limit ${sql.raw(String(count))}) decisions
    join symbol_runs on symbol_runs.id = decisions.symbol_run_id
    join executions on executions.id = symbol_runs.execution_id
    join strategies on strategies.id = executions.strategy_id
    join llm_calls on llm_calls.id = decisions.llm_call_id
    left join prompt_versions on prompt_versions.id = llm_calls.prompt_version_id
    left join lateral ${verdict} on true left join lateral ${approval} on true left join lateral ${entry} on true
    order by decisions.created_at desc, decisions.id desc`);
  return result.rows.map((row) => ({
    ...row,
    createdAt: toInstant(row.createdAt),
    asOf: toInstant(row.asOf),
    conid: row.conid === null ? null : (Number(row.conid) as Conid),
  }));
}

/** Whether the choice looks at the runs and executions of decisions. */
function asksOfRun(query: DecisionQuery): boolean {
  const { strategyId, kind: asked, from, to, outcome: wanted } = query;
  return [strategyId, asked, from, to, wanted].some((one) => one !== undefined);
}

function filtersOf(query: DecisionQuery): (SQL | undefined)[] {
  const { symbol, signal, strategyId, promptVersionId, from, to } = query;
  return [
    symbol === undefined ? undefined : eq(decisions.symbol, symbol),
    signal === undefined ? undefined : eq(decisions.signal, signal),
    strategyId === undefined ? undefined : eq(executions.strategyId, strategyId),
    query.kind === undefined ? undefined : sql`${kind} = ${query.kind}`,
    from === undefined ? undefined : sql`${asOfDate} >= ${from}::date`,
    to === undefined ? undefined : sql`${asOfDate} <= ${to}::date`,
    promptVersionId === undefined
      ? undefined
      : sql`exists (select 1 from llm_calls used
          where used.symbol_run_id = ${decisions.symbolRunId} and used.prompt_version_id = ${promptVersionId})`,
    query.outcome === undefined ? undefined : mayBe(query.outcome),
  ];
}

const trades = sql`${decisions.signal} <> 'HOLD'`;
const approvalIn = (...statuses: ApprovalStatus[]) =>
  sql`exists (select 1 from approvals asked
    where asked.symbol_run_id = ${decisions.symbolRunId} and asked.status in (${listOf(statuses)}))`;
const hasFilled = sql`exists (select 1 from orders sent
  where sent.symbol_run_id = ${decisions.symbolRunId} and sent.leg = 'entry' and sent.filled_quantity > 0)`;
const runIn = (...statuses: SymbolRunStatus[]) => sql`${symbolRuns.status} in (${listOf(statuses)})`;

function listOf(statuses: readonly string[]): SQL {
  return sql.raw(statuses.map((status) => `'${status}'`).join(", "));
}

/** What must hold for an outcome in any case, from columns that are at hand: few candidates turn out otherwise. */
function mayBe(wanted: DecisionOutcome): SQL | undefined {
  switch (wanted) {
    case "hold":
      return sql`not ${trades}`;
    case "filled":
      return sql`${trades} and ${hasFilled}`;
    case "not_filled":
      return sql`${trades} and ${runIn("done")} and ${approvalIn("approved", "edited")} and not ${hasFilled}`;
    case "rejected":
    case "expired":
      return sql`${trades} and ${approvalIn(wanted)}`;
    case "not_sent":
      return sql`${trades} and ${runIn("done")} and not ${approvalIn("approved", "edited", "rejected", "expired")}`;
    case "waiting":
      return runIn("waiting_approval");
    case "working":
      return runIn("working");
    case "in_progress":
      return runIn("queued", "running");
    case "denied":
      return sql`${trades} and ${runIn("denied")}`;
    case "stopped":
      return sql`${trades} and ${runIn("abstained", "failed")}`;
    case "superseded":
      return isSuperseded;
  }
}
