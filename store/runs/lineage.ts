// From any order or fill back to the bars, prompt and answer it came from, in one query. Effects: database reads.
import { type SQL, sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { Timeframe } from "../model/bar.ts";
import type { Signal } from "../model/decision.ts";
import type {
  ApprovalId,
  ArtifactId,
  DecisionId,
  ExecutionId,
  LlmCallId,
  OrderId,
  OrderLeg,
  PromptVersionId,
  SymbolRunId,
  Ticker,
  VerdictId,
} from "../model/ids.ts";
import type { AgentStage } from "../model/run.ts";
import { found } from "../rows.ts";
import type { ArtifactKind, VerdictStep } from "../schema/index.ts";

export type LineageArtifact = {
  id: ArtifactId;
  kind: ArtifactKind;
  timeframe: Timeframe | null;
  sha256: string;
  /** The market data behind a chart. */
  marketDataId: ArtifactId | null;
  /** The cached bars behind market data: source, conid. */
  bars: { seriesId: number; source: string; conid: number } | null;
};

export type LineageCall = {
  id: LlmCallId;
  stage: AgentStage;
  visit: number;
  model: string;
  promptVersionId: PromptVersionId | null;
  promptContentHash: string;
  /** The pictures it was shown. */
  artifactIds: ArtifactId[];
};

/** The chain of one symbol run; every list in the order of its making. */
export type Lineage = {
  executionId: ExecutionId;
  symbolRunId: SymbolRunId;
  symbol: Ticker;
  artifacts: LineageArtifact[];
  calls: LineageCall[];
  reports: { id: string; stage: AgentStage; visit: number; llmCallId: LlmCallId }[];
  decisions: { id: DecisionId; visit: number; signal: Signal; llmCallId: LlmCallId; reportIds: string[] }[];
  verdicts: { id: VerdictId; decisionId: DecisionId; step: VerdictStep; verdict: string }[];
  approvals: { id: ApprovalId; verdictId: VerdictId; status: string }[];
  orders: {
    id: OrderId;
    leg: OrderLeg;
    verdictId: VerdictId | null;
    approvalId: ApprovalId | null;
    status: string;
  }[];
  fills: { executionRef: string; orderId: OrderId }[];
};

const list = (columns: string, from: SQL, order: string) =>
  sql`(select coalesce(json_agg(json_build_object(${sql.raw(columns)}) order by ${sql.raw(order)}), '[]') ${from})`;

/** @throws NotFoundError `symbol_run_not_found` */
export async function lineageOfRun(db: Db, symbolRunId: SymbolRunId): Promise<Lineage> {
  const of = sql`${symbolRunId}::uuid`;
  const result = await db.execute<Lineage>(sql`
    select run.execution_id as "executionId", run.id as "symbolRunId", run.symbol,
      ${list(
        `'id', a.id, 'kind', a.kind, 'timeframe', a.timeframe, 'sha256', a.sha256, 'marketDataId', a.market_data_id,
         'bars', case when s.id is null then null
           else json_build_object('seriesId', s.id, 'source', s.source, 'conid', s.conid) end`,
        sql`from artifacts a left join bar_series s on s.id = a.series_id where a.symbol_run_id = ${of}`,
        "a.created_at, a.id",
      )} as artifacts,
      ${list(
        `'id', c.id, 'stage', c.stage, 'visit', c.visit, 'model', c.model, 'promptVersionId', c.prompt_version_id,
         'promptContentHash', c.prompt_content_hash, 'artifactIds', (select coalesce(json_agg(l.artifact_id), '[]')
           from llm_call_artifacts l where l.llm_call_id = c.id)`,
        sql`from llm_calls c where c.symbol_run_id = ${of}`,
        "c.created_at, c.id",
      )} as calls,
      ${list(
        "'id', r.id, 'stage', r.stage, 'visit', r.visit, 'llmCallId', r.llm_call_id",
        sql`from reports r where r.symbol_run_id = ${of}`,
        "r.created_at, r.id",
      )} as reports,
      ${list(
        `'id', d.id, 'visit', d.visit, 'signal', d.signal, 'llmCallId', d.llm_call_id, 'reportIds',
         (select coalesce(json_agg(l.report_id), '[]') from decision_reports l where l.decision_id = d.id)`,
        sql`from decisions d where d.symbol_run_id = ${of}`,
        "d.visit",
      )} as decisions,
      ${list(
        "'id', v.id, 'decisionId', v.decision_id, 'step', v.step, 'verdict', v.verdict",
        sql`from risk_verdicts v join decisions d on d.id = v.decision_id where d.symbol_run_id = ${of}`,
        "d.visit, v.created_at, v.sequence",
      )} as verdicts,
      ${list(
        "'id', a.id, 'verdictId', a.verdict_id, 'status', a.status",
        sql`from approvals a where a.symbol_run_id = ${of}`,
        "a.created_at, a.id",
      )} as approvals,
      ${list(
        "'id', o.id, 'leg', o.leg, 'verdictId', o.verdict_id, 'approvalId', o.approval_id, 'status', o.status",
        sql`from orders o where o.symbol_run_id = ${of}`,
        "o.created_at, o.attempt, o.leg",
      )} as orders,
      ${list(
        "'executionRef', f.execution_ref, 'orderId', f.order_id",
        sql`from fills f join orders o on o.id = f.order_id where o.symbol_run_id = ${of}`,
        "f.at, f.execution_ref",
      )} as fills
    from symbol_runs run where run.id = ${of}`);
  return found(result.rows[0], "symbol_run", symbolRunId);
}

/** The chain that a fill stands at the end of; null for a fill of no order, or of an external one. */
export async function lineageOfFill(db: Db, executionRef: string): Promise<Lineage | null> {
  const result = await db.execute<{ id: SymbolRunId }>(sql`
    select o.symbol_run_id as id from fills f join orders o on o.id = f.order_id
    where f.execution_ref = ${executionRef} and o.symbol_run_id is not null`);
  const row = result.rows[0];
  return row === undefined ? null : lineageOfRun(db, row.id);
}
