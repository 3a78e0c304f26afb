// Puts the desk together: one graph, one checkpointer, and the verbs that server/ calls. Effects: none until called.
import { withThreadLock } from "#store/thread-lock.ts";
import { answerApproval } from "./approvals/answer.ts";
import { expireApprovals } from "./approvals/expiry.ts";
import { createCheckpointer, pruneThreads, setUpCheckpoints, threadsToPrune } from "./checkpointer.ts";
import type { Desk, DeskDeps } from "./desk.ts";
import { forkRun } from "./executions/fork.ts";
import { requeueUnfinished, retryFailed } from "./executions/retry.ts";
import { startExecution } from "./executions/start.ts";
import { compileGraph } from "./graph.ts";
import { advance } from "./run/advance.ts";

const PRUNED_AT_ONCE = 500;

/** The desk on its ports. The checkpointer's tables are made (or migrated) before the first run goes forward. */
export function createDesk(deps: DeskDeps): Desk {
  const saver = createCheckpointer(deps.database, deps.newId);
  const compiled = { graph: compileGraph(deps, saver), saver };
  let ready: Promise<void> | undefined;
  const whenReady = async () => {
    ready ??= setUpCheckpoints(deps.database);
    try {
      await ready;
    } catch (error) {
      ready = undefined; // the next caller tries again
      throw error;
    }
  };
  return {
    startExecution: (request, options) => startExecution(deps, request, options),
    async advance(symbolRunId, options) {
      await whenReady();
      return advance(deps, compiled, { ...options, symbolRunId });
    },
    answerApproval: (input) => answerApproval(deps, input),
    expireApprovals: () => expireApprovals(deps),
    retryFailed: (executionId) => retryFailed(deps, executionId),
    requeueUnfinished: () => requeueUnfinished(deps),
    async pruneCheckpoints() {
      await whenReady();
      return pruneCheckpoints(deps);
    },
    forkRun: (source, request, options) => forkRun(deps, { source, request }, options),
  };
}

/** Thread by thread under its lock, so that a run that is being advanced is left alone. */
async function pruneCheckpoints(deps: DeskDeps): Promise<number> {
  let removed = 0;
  for (;;) {
    const threads = await threadsToPrune(deps.database, PRUNED_AT_ONCE);
    const before = removed;
    for (const thread of threads) {
      const prune = () => pruneThreads(deps.database, [thread]);
      removed += (await withThreadLock(deps.database, thread, prune)) ?? 0;
    }
    // A batch that gave nothing consists of runs in hand: they are left for the next time.
    if (threads.length < PRUNED_AT_ONCE || removed === before) return removed;
  }
}
