// Puts runs back into the queue: the failed ones of an execution, or everything that a dead process left. Effects: database.
import { type Db, transaction } from "#store/database.ts";
import type { ExecutionId, SymbolRunId } from "#store/model/ids.ts";
import { finishExecutionIfDone, getExecution } from "#store/runs/executions.ts";
import { listSymbolRuns, setSymbolRunStatus, unfinishedSymbolRuns } from "#store/runs/symbol-runs.ts";
import type { DeskDeps } from "../desk.ts";

/** Each failed run goes on at the node that failed; all others are left alone. @throws NotFoundError */
export async function retryFailed(deps: DeskDeps, executionId: ExecutionId): Promise<readonly SymbolRunId[]> {
  return transaction(deps.database.db, async (tx: Db) => {
    await getExecution(tx, executionId);
    const runs = await listSymbolRuns(tx, executionId);
    const failed = runs.filter((run) => run.status === "failed").map((run) => run.id);
    for (const id of failed) await setSymbolRunStatus(tx, { id, status: "queued" });
    if (failed.length > 0) await finishExecutionIfDone(tx, executionId);
    await deps.enqueue(tx, failed);
    return failed;
  });
}

/** One job for every run that is not over: a job too many does nothing, a run without one would wait for ever. */
export async function requeueUnfinished(deps: DeskDeps): Promise<number> {
  return transaction(deps.database.db, async (tx: Db) => {
    const ids = (await unfinishedSymbolRuns(tx)).map((run) => run.id);
    await deps.enqueue(tx, ids);
    return ids.length;
  });
}
