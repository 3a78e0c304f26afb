// Runs as a reader scans them: one line per symbol with its decision, verdict and order. Effects: database.
import { sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { Signal } from "../model/decision.ts";
import type { ErrorRecord } from "../model/errors.ts";
import type { ExecutionId, Instant, OrderId, SymbolRunId, Ticker } from "../model/ids.ts";
import type { DecimalString } from "../model/money.ts";
import type { OrderStatus } from "../model/order.ts";
import type { RiskVerdict } from "../model/risk.ts";
import type { NodeEventKind, NodeName, SymbolRunStatus } from "../model/run.ts";
import { toInstant } from "../schema/columns.ts";

export type RunLine = {
  id: SymbolRunId;
  symbol: Ticker;
  ordinal: number;
  status: SymbolRunStatus;
  error: ErrorRecord | null;
  startedAt: Instant | null;
  finishedAt: Instant | null;
  /** What happened last; null before the first node. */
  node: NodeName | null;
  nodeKind: NodeEventKind | null;
  signal: Signal | null;
  rCoefficient: DecimalString | null;
  profitMargin: DecimalString | null;
  verdict: RiskVerdict["verdict"] | null;
  orderId: OrderId | null;
  orderStatus: OrderStatus | null;
  calls: number;
  tokens: number;
  costUsd: DecimalString;
};

type Raw = Omit<RunLine, "startedAt" | "finishedAt"> & {
  startedAt: string | null;
  finishedAt: string | null;
};

/** Lines of an execution in the order of the request, from after an ordinal; at most `limit` (default 200). */
export async function runLines(
  db: Db,
  query: { executionId: ExecutionId; after?: number; limit?: number },
): Promise<RunLine[]> {
  const result = await db.execute<Raw>(sql`
    with page as (
      select * from symbol_runs
      where execution_id = ${query.executionId} and ordinal > ${query.after ?? -1}
      order by ordinal limit ${query.limit ?? 200}
    )
    select run.id, run.symbol, run.ordinal, run.status, run.error,
      run.started_at::text as "startedAt", run.finished_at::text as "finishedAt",
      event.node, event.kind as "nodeKind",
      decision.signal, decision.r_coefficient::text as "rCoefficient",
      decision.profit_margin::text as "profitMargin", verdict.verdict,
      entry.id as "orderId", entry.status as "orderStatus",
      used.calls, used.tokens, used.cost as "costUsd"
    from page run
    left join lateral (
      select node, kind from node_events where symbol_run_id = run.id order by id desc limit 1
    ) event on true
    left join lateral (
      select id, signal, r_coefficient, profit_margin from decisions
      where symbol_run_id = run.id order by visit desc limit 1
    ) decision on true
    left join lateral (
      select verdict from risk_verdicts where decision_id = decision.id
      order by created_at desc, sequence desc limit 1
    ) verdict on true
    left join lateral (
      select id, status from orders where symbol_run_id = run.id and leg = 'entry'
      order by attempt desc limit 1
    ) entry on true
    left join lateral (
      select count(*)::int as calls, coalesce(sum(input_tokens + output_tokens), 0)::float8 as tokens,
        coalesce(trim_scale(sum(cost_usd)), 0)::text as cost
      from llm_calls where symbol_run_id = run.id
    ) used on true
    order by run.ordinal`);
  return result.rows.map((row) => ({
    ...row,
    startedAt: row.startedAt === null ? null : toInstant(row.startedAt),
    finishedAt: row.finishedAt === null ? null : toInstant(row.finishedAt),
  }));
}

export type ExecutionSummary = {
  /** The first few symbols, in the order of the request. */
  symbols: Ticker[];
  counts: Partial<Record<SymbolRunStatus, number>>;
  /** The schedule's instant that started it, market time; null when a person or a program did. */
  scheduledFor: Instant | null;
};

/** First symbols and runs per status of each execution, in one round trip. */
export async function executionSummaries(
  db: Db,
  ids: readonly ExecutionId[],
): Promise<Map<ExecutionId, ExecutionSummary>> {
  if (ids.length === 0) return new Map();
  const result = await db.execute<{ id: ExecutionId } & ExecutionSummary>(sql`
    select wanted.id,
      (select json_agg(symbol order by ordinal) from (
        select symbol, ordinal from symbol_runs where execution_id = wanted.id order by ordinal limit 6
      ) first) as symbols,
      (select json_object_agg(status, count) from (
        select status, count(*)::int as count from symbol_runs where execution_id = wanted.id group by status
      ) counted) as counts,
      (select instant::text from schedule_firings where execution_id = wanted.id) as "scheduledFor"
    from unnest(${sql.param([...ids])}::uuid[]) as wanted (id)`);
  return new Map(
    result.rows.map(({ id, symbols, counts, scheduledFor }) => [
      id,
      {
        symbols: symbols ?? [],
        counts: counts ?? {},
        scheduledFor: scheduledFor === null ? null : toInstant(scheduledFor),
      },
    ]),
  );
}
