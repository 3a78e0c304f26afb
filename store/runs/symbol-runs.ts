// Symbol runs: one symbol of one execution, one LangGraph thread. Effects: database, NOTIFY on every change.
import { and, asc, desc, eq, gt, inArray, sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import { ConflictError, type ErrorRecord } from "../model/errors.ts";
import type { Conid, ExecutionId, SymbolRunId, Ticker } from "../model/ids.ts";
import { FINISHED_RUN_STATUSES, type SymbolRunStatus } from "../model/run.ts";
import { olderThan, type Page, type PageRequest, pageLimit, toPage } from "../page.ts";
import { found } from "../rows.ts";
import { executions, symbolRuns } from "../schema/index.ts";
import type { ExecutionRow } from "./executions.ts";

export type SymbolRunRow = typeof symbolRuns.$inferSelect;
export type SymbolRunWithExecution = SymbolRunRow & { execution: ExecutionRow };

/** A run with its execution. @throws NotFoundError `symbol_run_not_found` */
export async function getSymbolRun(db: Db, id: SymbolRunId): Promise<SymbolRunWithExecution> {
  const [row] = await db
    .select({ run: symbolRuns, execution: executions })
    .from(symbolRuns)
    .innerJoin(executions, eq(executions.id, symbolRuns.executionId))
    .where(eq(symbolRuns.id, id));
  const { run, execution } = found(row, "symbol_run", id);
  return { ...run, execution };
}

/** The runs of an execution in the order of the request. */
export function listSymbolRuns(db: Db, executionId: ExecutionId): Promise<SymbolRunRow[]> {
  return db
    .select()
    .from(symbolRuns)
    .where(eq(symbolRuns.executionId, executionId))
    .orderBy(asc(symbolRuns.ordinal));
}

/** The first runs of each of these executions, in their order. */
export async function firstRuns(
  db: Db,
  of: { executionIds: readonly ExecutionId[]; each: number },
): Promise<ReadonlyMap<ExecutionId, SymbolRunId[]>> {
  const result = await db.execute<{ id: SymbolRunId; executionId: ExecutionId }>(sql`
    select run.id, wanted.id as "executionId" from unnest(${sql.param([...of.executionIds])}::uuid[]) as wanted (id)
    cross join lateral (select id, ordinal from symbol_runs where execution_id = wanted.id
      order by ordinal limit ${sql.raw(String(Math.trunc(of.each)))}) run
    order by wanted.id, run.ordinal`);
  const runs = new Map<ExecutionId, SymbolRunId[]>();
  for (const { id, executionId } of result.rows)
    runs.set(executionId, [...(runs.get(executionId) ?? []), id]);
  return runs;
}

/** Runs of one execution in their order, those after a place in it. */
export function runsInOrder(
  db: Db,
  of: { executionId: ExecutionId; symbol: Ticker | null; after: number | null; limit: number },
): Promise<Pick<SymbolRunRow, "id" | "ordinal">[]> {
  return db
    .select({ id: symbolRuns.id, ordinal: symbolRuns.ordinal })
    .from(symbolRuns)
    .where(
      and(
        eq(symbolRuns.executionId, of.executionId),
        of.symbol === null ? undefined : eq(symbolRuns.symbol, of.symbol),
        of.after === null ? undefined : gt(symbolRuns.ordinal, of.after),
      ),
    )
    .orderBy(asc(symbolRuns.ordinal))
    .limit(of.limit);
}

/** Runs of one symbol over all executions, newest first. */
export async function listRunsOfSymbol(
  db: Db,
  request: PageRequest & { symbol: Ticker },
): Promise<Page<SymbolRunRow>> {
  const limit = pageLimit(request);
  const rows = await db
    .select()
    .from(symbolRuns)
    .where(
      and(
        eq(symbolRuns.symbol, request.symbol),
        olderThan(request, { at: symbolRuns.createdAt, id: symbolRuns.id, idType: "uuid" }),
      ),
    )
    .orderBy(desc(symbolRuns.createdAt), desc(symbolRuns.id))
    .limit(limit + 1);
  return toPage(rows, limit, (row) => [row.createdAt, row.id]);
}

/** Everything that still has work or an answer ahead of it, oldest first. */
export function unfinishedSymbolRuns(db: Db): Promise<SymbolRunRow[]> {
  return (
    db
      .select()
      .from(symbolRuns)
      // Written out, not as parameters, so that the partial index is seen to match.
      .where(sql`${symbolRuns.status} in ('queued', 'running', 'waiting_approval', 'working')`)
      .orderBy(asc(symbolRuns.createdAt), asc(symbolRuns.id))
  );
}

/** How many runs of this gateway session are at work or about to be: neither ended nor waiting for an answer. */
export async function runsInHand(db: Db, gatewaySession: string): Promise<number> {
  const [row] = await db
    .select({ count: sql<number>`count(*)::int` })
    .from(symbolRuns)
    .innerJoin(executions, eq(executions.id, symbolRuns.executionId))
    .where(
      and(sql`${symbolRuns.status} in ('queued', 'running')`, eq(executions.gatewaySession, gatewaySession)),
    );
  return row?.count ?? 0;
}

/** Remembers what the broker resolved the symbol to. */
export async function setSymbolRunInstrument(db: Db, id: SymbolRunId, conid: Conid): Promise<void> {
  await db.update(symbolRuns).set({ conid }).where(eq(symbolRuns.id, id));
}

// A run that ended with nothing to do, or with a denial, is over. One that failed or abstained may be tried again.
const FINAL: readonly SymbolRunStatus[] = ["done", "denied"];

/**
 * Sets the status; `error` is kept with failed and abstained and cleared otherwise. Setting the same status again is
 * no change.
 * @throws ConflictError `symbol_run_final` when the run is already done or denied; NotFoundError.
 */
export async function setSymbolRunStatus(
  db: Db,
  input: { id: SymbolRunId; status: SymbolRunStatus; error?: ErrorRecord | null },
): Promise<SymbolRunRow> {
  const finished = (FINISHED_RUN_STATUSES as readonly SymbolRunStatus[]).includes(input.status);
  const [row] = await db
    .update(symbolRuns)
    .set({
      status: input.status,
      error: input.error ?? null,
      finishedAt: finished ? sql`now()` : null,
      ...(input.status === "running" ? { startedAt: sql`coalesce(${symbolRuns.startedAt}, now())` } : {}),
    })
    .where(and(eq(symbolRuns.id, input.id), sql`not ${inArray(symbolRuns.status, [...FINAL])}`))
    .returning();
  if (row !== undefined) return row;
  const [current] = await db.select().from(symbolRuns).where(eq(symbolRuns.id, input.id));
  const run = found(current, "symbol_run", input.id);
  if (run.status === input.status) return run;
  throw new ConflictError("symbol_run_final", `this run is ${run.status} and cannot become ${input.status}`, {
    facts: { status: run.status },
  });
}
