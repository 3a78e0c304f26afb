// Runs a past symbol run again from a point on, as a dry run under ids of its own. Effects: database.
// Invariant: a fork belongs to an execution marked as a dry run, so that it can never ask for or send an order.
import { type Db, transaction } from "#store/database.ts";
import { ConflictError } from "#store/model/errors.ts";
import { type ExecutionId, type SymbolRunId, symbolRunId } from "#store/model/ids.ts";
import type { NodeName } from "#store/model/run.ts";
import { createExecution } from "#store/runs/executions.ts";
import { beginNode, finishNode, listNodeEvents } from "#store/runs/node-events.ts";
import { getSymbolRun } from "#store/runs/symbol-runs.ts";
import type { DeskDeps, ForkPoint } from "../desk.ts";
import { GRAPH_VERSION } from "../state.ts";

/** What is taken over as recorded, per point; the wrapper of nodes then finds it finished. */
const TAKEN_OVER: Readonly<Record<ForkPoint, readonly NodeName[]>> = {
  market_data: [],
  charts: ["market_data"],
  executor: ["market_data", "charts", "technical_analyst", "weekly_trend"],
};

/** @throws NotFoundError; ConflictError `fork_too_early` when the run never got that far, `graph_version_changed` */
export async function forkRun(deps: DeskDeps, id: SymbolRunId, fromNode: ForkPoint): Promise<SymbolRunId> {
  const { db } = deps.database;
  const [source, events] = await Promise.all([getSymbolRun(db, id), listNodeEvents(db, id)]);
  if (source.execution.graphVersion !== GRAPH_VERSION) {
    throw new ConflictError("graph_version_changed", "a run of another graph version cannot be forked", {
      facts: { started: source.execution.graphVersion, present: GRAPH_VERSION },
    });
  }
  const taken = TAKEN_OVER[fromNode].map((node) => {
    const event = events.find((one) => one.node === node && one.visit === 0 && one.kind === "finished");
    if (event !== undefined) return event;
    throw new ConflictError("fork_too_early", `the run never finished ${node}`, {
      facts: { node, fromNode },
    });
  });
  const executionId = deps.newId() as ExecutionId;
  const fork = symbolRunId(executionId, source.symbol);
  await transaction(db, async (tx: Db) => {
    const { strategyId, strategyVersion, workflowVersionId, mode, gatewaySession } = source.execution;
    const { accountId, asOf, parameters } = source.execution;
    const origin = {
      strategyId,
      strategyVersion,
      workflowVersionId,
      mode,
      gatewaySession,
      accountId,
      asOf,
      parameters,
    };
    const marks = { id: executionId, approval: "never" as const, graphVersion: GRAPH_VERSION, dryRun: true };
    await createExecution(tx, { ...origin, ...marks, symbols: [source.symbol] });
    for (const { node, output } of taken) {
      const visit = { symbolRunId: fork, node, visit: 0 };
      const { attempt } = await beginNode(tx, visit);
      await finishNode(tx, { ...visit, attempt, output, durationMs: 0 });
    }
    await deps.enqueue(tx, [fork]);
  });
  return fork;
}
