// Every decision with what became of it, newest first: verdict, countersign, entry order. Effects: database reads.
// The outcome is one word, worked out in one place; the filter on it is that word and never a second rule.
import { and, desc, eq, getTableColumns, type SQL, sql } from "drizzle-orm";
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
import {
  approvals,
  decisions,
  executions,
  llmCalls,
  orders,
  promptVersions,
  riskVerdicts,
  strategies,
  symbolRuns,
} from "../schema/index.ts";
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

const verdict = sql`(select ${riskVerdicts.verdict} as verdict, ${riskVerdicts.codes} as codes from ${riskVerdicts}
  where ${riskVerdicts.decisionId} = ${decisions.id}
  order by ${riskVerdicts.createdAt} desc, ${riskVerdicts.sequence} desc limit 1) verdict`;
const approval = sql`(select ${approvals.id} as id, ${approvals.status} as status, ${approvals.channel} as channel,
    ${approvals.reason} as reason
  from ${approvals} join ${riskVerdicts} on ${riskVerdicts.id} = ${approvals.verdictId}
  where ${approvals.symbolRunId} = ${decisions.symbolRunId} and ${riskVerdicts.decisionId} = ${decisions.id}
  order by ${approvals.createdAt} desc limit 1) approval`;
const entry = sql`(select ${orders.id} as id, ${orders.status} as status, ${orders.filledQuantity} as filled,
    ${orders.accountId} as account_id, ${orders.conid} as conid
  from ${orders} join ${riskVerdicts} on ${riskVerdicts.id} = ${orders.verdictId}
  where ${orders.symbolRunId} = ${decisions.symbolRunId} and ${riskVerdicts.decisionId} = ${decisions.id}
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
const { analysis, consolidation, grounding, ...figures } = getTableColumns(decisions);

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

/** What became of these decisions of one run or page is looked up only after they have been chosen. */
async function listed(db: Db, query: DecisionQuery, count: number): Promise<DecisionFigures[]> {
  const candidate = db
    .select({ id: decisions.id })
    .from(decisions)
    .innerJoin(symbolRuns, eq(symbolRuns.id, decisions.symbolRunId))
    .innerJoin(executions, eq(executions.id, symbolRuns.executionId))
    .where(
      and(
        ...filtersOf(query),
        olderThan(query, { at: decisions.createdAt, id: decisions.id, idType: "uuid" }),
      ),
    )
    .orderBy(desc(decisions.createdAt), desc(decisions.id))
    .limit(count)
    .as("candidate");
  const rows = await db
    .select({
      decision: figures,
      executionId: symbolRuns.executionId,
      asOf: executions.asOf,
      kind,
      forkedFrom: executions.forkedFrom,
      strategyId: executions.strategyId,
      strategy: strategies.name,
      promptVersionId: llmCalls.promptVersionId,
      promptVersion: promptVersions.version,
      runStatus: symbolRuns.status,
      verdict: sql<RiskVerdict["verdict"] | null>`verdict.verdict`,
      codes: sql<string[] | null>`verdict.codes`,
      approvalId: sql<ApprovalId | null>`approval.id`,
      approval: sql<ApprovalStatus | null>`approval.status`,
      channel: sql<ApprovalChannel | null>`approval.channel`,
      reason: sql<string | null>`approval.reason`,
      orderId: sql<OrderId | null>`entry.id`,
      orderStatus: sql<OrderStatus | null>`entry.status`,
      accountId: sql<AccountId | null>`entry.account_id`,
      conid: symbolRuns.conid,
      outcome,
    })
    .from(candidate)
    .innerJoin(decisions, eq(decisions.id, candidate.id))
    .innerJoin(symbolRuns, eq(symbolRuns.id, decisions.symbolRunId))
    .innerJoin(executions, eq(executions.id, symbolRuns.executionId))
    .innerJoin(strategies, eq(strategies.id, executions.strategyId))
    .innerJoin(llmCalls, eq(llmCalls.id, decisions.llmCallId))
    .leftJoin(promptVersions, eq(promptVersions.id, llmCalls.promptVersionId))
    .leftJoin(sql`lateral ${verdict}`, sql`true`)
    .leftJoin(sql`lateral ${approval}`, sql`true`)
    .leftJoin(sql`lateral ${entry}`, sql`true`)
    .orderBy(desc(decisions.createdAt), desc(decisions.id));
  return rows.map(({ decision, ...rest }) => ({ ...decision, ...rest }));
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
