// Executions: created whole with their symbol runs, finished when the last of those is. Effects: database.
import { and, desc, eq, sql } from "drizzle-orm";
import { type Db, transaction } from "../database.ts";
import type { ExecutionId, StrategyId, Ticker } from "../model/ids.ts";
import { symbolRunId } from "../model/ids.ts";
import type { ExecutionStatus } from "../model/run.ts";
import { olderThan, type Page, type PageRequest, pageLimit, toPage } from "../page.ts";
import { found, only } from "../rows.ts";
import { toInstant } from "../schema/columns.ts";
import { executions, symbolRuns } from "../schema/index.ts";

export type ExecutionRow = typeof executions.$inferSelect;

export type CreateExecution = Pick<
  ExecutionRow,
  | "id"
  | "strategyId"
  | "strategyVersion"
  | "workflowVersionId"
  | "mode"
  | "gatewaySession"
  | "accountId"
  | "approval"
  | "asOf"
  | "graphVersion"
  | "dryRun"
  | "parameters"
> &
  Partial<Pick<ExecutionRow, "forkedFrom" | "fork">> & {
    /** One symbol run each, in this order; no symbol twice. */
    symbols: readonly Ticker[];
  };

/** Inserts the execution and its queued symbol runs in one transaction. Ids of the runs: `symbolRunId` of store/model. */
export async function createExecution(db: Db, input: CreateExecution): Promise<ExecutionRow> {
  const { symbols, ...values } = input;
  return transaction(db, async (tx) => {
    const rows = await tx
      .insert(executions)
      .values({ ...values, symbolCount: symbols.length })
      .returning();
    const ids = symbols.map((symbol) => symbolRunId(input.id, symbol));
    await tx.execute(sql`
      insert into ${symbolRuns} (id, execution_id, symbol, ordinal)
      select id, ${input.id}::uuid, symbol, ordinal - 1
      from unnest(${sql.param(ids)}::uuid[], ${sql.param([...symbols])}::text[])
        with ordinality as run (id, symbol, ordinal)`);
    return only(rows, "creating an execution");
  });
}

/** @throws NotFoundError `execution_not_found` */
export async function getExecution(db: Db, id: ExecutionId): Promise<ExecutionRow> {
  const [row] = await db.select().from(executions).where(eq(executions.id, id));
  return found(row, "execution", id);
}

/** Those of these that there are. */
export async function executionsById(
  db: Db,
  ids: readonly ExecutionId[],
): Promise<ReadonlyMap<ExecutionId, ExecutionRow>> {
  if (ids.length === 0) return new Map();
  const wanted = sql.param([...new Set(ids)]);
  const rows = await db.select().from(executions).where(sql`${executions.id} = any(${wanted}::uuid[])`);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Newest first. */
export async function listExecutions(
  db: Db,
  request: PageRequest & { status?: ExecutionStatus; strategyId?: StrategyId } = {},
): Promise<Page<ExecutionRow>> {
  const limit = pageLimit(request);
  const rows = await db
    .select()
    .from(executions)
    .where(
      and(
        request.status === undefined ? undefined : eq(executions.status, request.status),
        request.strategyId === undefined ? undefined : eq(executions.strategyId, request.strategyId),
        olderThan(request, { at: executions.createdAt, id: executions.id, idType: "uuid" }),
      ),
    )
    .orderBy(desc(executions.createdAt), desc(executions.id))
    .limit(limit + 1);
  return toPage(rows, limit, (row) => [row.createdAt, row.id]);
}

/** The newest execution of each of these strategies that has one. */
export async function lastExecutions(
  db: Db,
  strategies: readonly StrategyId[],
): Promise<Pick<ExecutionRow, "id" | "strategyId" | "status" | "createdAt">[]> {
  if (strategies.length === 0) return [];
  type Raw = { id: ExecutionId; strategyId: StrategyId; status: ExecutionStatus; createdAt: string };
  const result = await db.execute<Raw>(sql`
    select last.id, wanted.id as "strategyId", last.status, last.created_at::text as "createdAt"
    from unnest(${sql.param([...strategies])}::uuid[]) as wanted (id)
    join lateral (
      select id, status, created_at from executions
      where strategy_id = wanted.id order by created_at desc, id desc limit 1
    ) last on true`);
  return result.rows.map((row) => ({ ...row, createdAt: toInstant(row.createdAt) }));
}

/**
 * Brings the execution's status in line with its symbol runs: finished when all are, waiting when all that are left
 * wait for a person or the broker, else running. The row lock lets two last runs end at the same time.
 */
export async function finishExecutionIfDone(db: Db, id: ExecutionId): Promise<ExecutionRow> {
  return transaction(db, async (tx) => {
    const [locked] = await tx.select().from(executions).where(eq(executions.id, id)).for("update");
    const execution = found(locked, "execution", id);
    const result = await tx.execute<{ active: number; waiting: number }>(sql`
      select count(*) filter (where status in ('queued', 'running'))::int as active,
        count(*) filter (where status in ('waiting_approval', 'working'))::int as waiting
      from symbol_runs where execution_id = ${id}`);
    const { active, waiting } = only(result.rows, "counting symbol runs");
    const status: ExecutionStatus = active > 0 ? "running" : waiting > 0 ? "waiting" : "finished";
    if (status === execution.status) return execution;
    const rows = await tx
      .update(executions)
      .set({ status, finishedAt: status === "finished" ? sql`now()` : null })
      .where(eq(executions.id, id))
      .returning();
    return only(rows, "finishing an execution");
  });
}
