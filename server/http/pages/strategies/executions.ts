// Executions as pages of strategies and workflows tell them: what runs, and what ran last. Effects: database.
import type { LastExecution } from "#server/views/strategies/model.ts";
import type { Db } from "#store/database.ts";
import type { StrategyId } from "#store/model/ids.ts";
import { type ExecutionRow, lastExecutions, listExecutions } from "#store/runs/executions.ts";

const UNFINISHED = 100;

/** Executions that are not finished: each keeps the versions it began with. */
export async function unfinishedExecutions(
  db: Db,
  of: { strategyId?: StrategyId } = {},
): Promise<ExecutionRow[]> {
  const pages = await Promise.all(
    (["running", "waiting"] as const).map((status) =>
      listExecutions(db, { status, limit: UNFINISHED, ...of }),
    ),
  );
  return pages.flatMap((page) => page.rows);
}

/** The newest execution of each strategy. */
export async function lastByStrategy(
  db: Db,
  ids: readonly StrategyId[],
): Promise<Map<StrategyId, LastExecution>> {
  return new Map((await lastExecutions(db, ids)).map((row) => [row.strategyId, row]));
}
