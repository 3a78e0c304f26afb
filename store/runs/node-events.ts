// What each node did, recorded so that a finished node never runs twice. Effects: database, NOTIFY on every insert.
import { and, asc, eq, gt, type SQL, sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import { announce } from "../events.ts";
import { ConflictError, type ErrorRecord } from "../model/errors.ts";
import type { SymbolRunId } from "../model/ids.ts";
import type { NodeEventKind, NodeName } from "../model/run.ts";
import { only } from "../rows.ts";
import { storableJson } from "../schema/columns.ts";
import { nodeEvents } from "../schema/index.ts";

export type NodeEventRow = typeof nodeEvents.$inferSelect;

/** One pass of the graph through one node of one thread. */
export type NodeVisit = { symbolRunId: SymbolRunId; node: NodeName; visit: number };

/** `recorded` holds the output when this visit already finished: use it, do not run the node. */
export type BegunNode = { attempt: number; recorded: { output: unknown } | null };

/** Records the start of a node, unless this visit has finished before. Call under the thread's lock. */
export async function beginNode(db: Db, at: NodeVisit): Promise<BegunNode> {
  const result = await db.execute<{ attempt: number; finished: boolean; output: unknown }>(sql`
    with earlier as (
      select kind, attempt, output from node_events
      where symbol_run_id = ${at.symbolRunId} and node = ${at.node} and visit = ${at.visit}
        and kind in ('started', 'finished')
    ), done as (
      select attempt, output from earlier where kind = 'finished'
    ), begun as (
      insert into node_events (symbol_run_id, node, visit, attempt, kind)
      select ${at.symbolRunId}::uuid, ${at.node}, ${at.visit}::int, coalesce(max(earlier.attempt), 0) + 1, 'started'
      from earlier having not exists (select 1 from done)
      returning id, symbol_run_id, attempt
    ), told as (
      select ${announceInserted("begun")} from begun join symbol_runs run on run.id = begun.symbol_run_id
    )
    select attempt, false as finished, null::jsonb as output from begun, told
    union all select attempt, true, output from done`);
  const row = only(result.rows, "beginning a node");
  return { attempt: row.attempt, recorded: row.finished ? { output: row.output } : null };
}

/**
 * Records the result of a visit once.
 * @throws ConflictError `node_finished` when another worker has recorded this visit already.
 */
export async function finishNode(
  db: Db,
  input: NodeVisit & { attempt: number; output: unknown; durationMs: number },
): Promise<void> {
  const inserted = await record(db, { ...input, kind: "finished", error: null });
  if (!inserted) {
    throw new ConflictError("node_finished", `${input.node} of this run has already been recorded`, {
      facts: { node: input.node, visit: input.visit },
    });
  }
}

export async function failNode(
  db: Db,
  input: NodeVisit & { attempt: number; error: ErrorRecord; durationMs: number },
): Promise<void> {
  await record(db, { ...input, kind: "failed", output: null });
}

/** Records that a node waits for a person or the broker; `output` says for what. */
export async function waitNode(
  db: Db,
  input: NodeVisit & { attempt: number; output?: unknown },
): Promise<void> {
  await record(db, {
    ...input,
    kind: "waiting",
    output: input.output ?? null,
    error: null,
    durationMs: null,
  });
}

type NodeRecord = NodeVisit & {
  attempt: number;
  kind: NodeEventKind;
  output: unknown;
  error: ErrorRecord | null;
  durationMs: number | null;
};

async function record(db: Db, event: NodeRecord): Promise<boolean> {
  const output = event.output === null || event.output === undefined ? null : storableJson(event.output);
  const error = event.error === null ? null : storableJson(event.error);
  const durationMs = event.durationMs === null ? null : Math.round(event.durationMs);
  const result = await db.execute(sql`
    with added as (
      insert into node_events (symbol_run_id, node, visit, attempt, kind, output, error, duration_ms)
      values (${event.symbolRunId}, ${event.node}, ${event.visit}, ${event.attempt}, ${event.kind},
        ${output}::jsonb, ${error}::jsonb, ${durationMs})
      on conflict (symbol_run_id, node, visit) where kind = 'finished' do nothing
      returning id, symbol_run_id
    )
    select ${announceInserted("added")} from added join symbol_runs run on run.id = added.symbol_run_id`);
  return result.rows.length > 0;
}

function announceInserted(rows: "begun" | "added"): SQL {
  const from = sql.raw(rows);
  return announce(sql`${from}.symbol_run_id`, sql`run.execution_id`, sql`${from}.id`);
}

/** Everything that happened in a run, oldest first; `after` skips up to that event id. */
export function listNodeEvents(
  db: Db,
  symbolRunId: SymbolRunId,
  options: { after?: number; limit?: number } = {},
): Promise<NodeEventRow[]> {
  return db
    .select()
    .from(nodeEvents)
    .where(and(eq(nodeEvents.symbolRunId, symbolRunId), gt(nodeEvents.id, options.after ?? 0)))
    .orderBy(asc(nodeEvents.id))
    .limit(options.limit ?? 1000);
}
