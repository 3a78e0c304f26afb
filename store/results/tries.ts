// Trying a prompt on past runs: which runs it can be tried on, and which forks have been made. Effects: database reads.
import { sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { Signal } from "../model/decision.ts";
import type { Instant, PromptVersionId, SymbolRunId, Ticker } from "../model/ids.ts";
import type { AgentStage, ForkSettings, RunMode, SymbolRunStatus } from "../model/run.ts";
import { toInstant } from "../schema/columns.ts";

export type RunToTry = {
  id: SymbolRunId;
  symbol: Ticker;
  asOf: Instant;
  mode: RunMode;
  status: SymbolRunStatus;
  /** Of the decision that the run ended with; null without one. */
  signal: Signal | null;
  /** Version that the stage was asked with. */
  version: string | null;
  createdAt: Instant;
};

/** Finished runs that asked this stage and got an answer, newest first; forks and other dry runs are left out. */
export async function runsToTry(
  db: Db,
  of: { stage: AgentStage; graphVersion: string; symbol?: Ticker | undefined; limit: number },
): Promise<RunToTry[]> {
  const symbol = of.symbol === undefined ? sql`` : sql`and run.symbol = ${of.symbol}`;
  const { rows } = await db.execute<RunToTry>(sql`
    select run.id, run.symbol, execution.as_of::text as "asOf", execution.mode, run.status, decision.signal,
      asked.version, run.created_at::text as "createdAt"
    from symbol_runs run join executions execution on execution.id = run.execution_id
      join lateral (select prompt_versions.version from llm_calls
          left join prompt_versions on prompt_versions.id = llm_calls.prompt_version_id
        where llm_calls.symbol_run_id = run.id and llm_calls.stage = ${of.stage} and llm_calls.status = 'ok'
        order by llm_calls.created_at desc limit 1) asked on true
      left join lateral (select signal from decisions where decisions.symbol_run_id = run.id
        order by visit desc limit 1) decision on true
    where not execution.dry_run and execution.graph_version = ${of.graphVersion}
      and run.status in ('done', 'denied', 'abstained', 'failed', 'working', 'waiting_approval') ${symbol}
    order by run.created_at desc, run.id desc limit ${of.limit}`);
  return rows.map((row) => ({ ...row, asOf: toInstant(row.asOf), createdAt: toInstant(row.createdAt) }));
}

export type Try = {
  id: SymbolRunId;
  /** Null when the source was removed. */
  source: SymbolRunId | null;
  symbol: Ticker;
  asOf: Instant;
  status: SymbolRunStatus;
  signal: Signal | null;
  settings: ForkSettings;
  createdAt: Instant;
};

/** Forks of one run, or those that chose one prompt version, newest first. */
export async function listTries(
  db: Db,
  of: ({ source: SymbolRunId } | { promptVersionId: PromptVersionId; stage: AgentStage }) & { limit: number },
): Promise<Try[]> {
  const wanted =
    "source" in of
      ? sql`execution.forked_from = ${of.source}`
      : sql`execution.forked_from is not null and execution.fork -> 'prompts' ->> ${of.stage} = ${of.promptVersionId}
          and execution.fork -> 'chosen' ? ${of.stage}`;
  const { rows } = await db.execute<Try>(sql`
    select run.id, execution.forked_from as source, run.symbol, execution.as_of::text as "asOf", run.status,
      decision.signal, execution.fork as settings, execution.created_at::text as "createdAt"
    from executions execution join symbol_runs run on run.execution_id = execution.id
      left join lateral (select signal from decisions where decisions.symbol_run_id = run.id
        order by visit desc limit 1) decision on true
    where ${wanted} order by execution.created_at desc, run.id desc limit ${of.limit}`);
  return rows.map((row) => ({ ...row, asOf: toInstant(row.asOf), createdAt: toInstant(row.createdAt) }));
}

export type PromptUse = {
  workflowVersionId: string;
  workflow: string;
  version: number;
  /** Strategies whose newest version runs this workflow version. */
  strategies: { id: string; name: string; active: boolean }[];
};

/** Workflow versions that name this prompt version for its stage, with the strategies that run them. */
export async function promptUses(
  db: Db,
  of: { id: PromptVersionId; stage: AgentStage },
): Promise<PromptUse[]> {
  const { rows } = await db.execute<PromptUse>(sql`
    select workflow.id as "workflowVersionId", workflow.name as workflow, workflow.version,
      coalesce(json_agg(json_build_object('id', strategy.id, 'name', strategy.name, 'active', strategy.active)
        order by strategy.name) filter (where strategy.id is not null), '[]') as strategies
    from workflow_versions workflow
      left join strategy_versions used on used.workflow_version_id = workflow.id
        and exists (select 1 from strategies newest where newest.id = used.strategy_id and newest.version = used.version)
      left join strategies strategy on strategy.id = used.strategy_id and strategy.version = used.version
    where workflow.definition -> 'agents' -> ${of.stage}::text ->> 'promptVersionId' = ${of.id}::text
    group by workflow.id order by workflow.name, workflow.version desc`);
  return rows;
}
