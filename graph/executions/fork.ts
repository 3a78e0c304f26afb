// Runs a past symbol run again from a point on, as a dry run under ids of its own, with other prompts or models if asked.
// Effects: database. Invariants: a fork belongs to an execution marked as a dry run, so that it can never ask for or send
// an order; what it is not asked to change stays as the source had it.
import { z } from "zod";
import { getPromptVersion, promptsUsedBy } from "#store/agents/prompts.ts";
import { type Db, transaction } from "#store/database.ts";
import { Timeframe } from "#store/model/bar.ts";
import { ConflictError, InputError } from "#store/model/errors.ts";
import { type ExecutionId, type SymbolRunId, symbolRunId, type VerdictId } from "#store/model/ids.ts";
import type { AgentStage, ForkPoint, ForkSettings } from "#store/model/run.ts";
import { CHART_STAGE, chartOf, type WorkflowDefinition } from "#store/model/workflow/definition.ts";
import { sqlState, UNIQUE_VIOLATION } from "#store/rows.ts";
import { createExecution, getExecution } from "#store/runs/executions.ts";
import { listNodeEvents } from "#store/runs/node-events.ts";
import { getSymbolRun, listSymbolRuns, type SymbolRunWithExecution } from "#store/runs/symbol-runs.ts";
import { getWorkflowVersion } from "#store/strategies/workflows.ts";
import { verdictsOfRun } from "#store/trading/verdicts.ts";
import type { DeskDeps, ForkOptions, StartedFork } from "../desk.ts";
import { GRAPH_VERSION } from "../state.ts";
import { ForkRequest, forkPointFor, STAGES_FROM, stagesOf } from "./fork-request.ts";
import { takenNodes, takeOver } from "./fork-taken.ts";

type Wanted = z.output<typeof ForkRequest>;

/**
 * `options.id`: the fork's own execution, given by a caller that may have to ask twice: what was started under it is
 * answered again.
 * @throws InputError with the field at fault; NotFoundError; ConflictError `fork_too_early` when the run never got that
 * far, `fork_of_abstention`, `graph_version_changed`
 */
export async function forkRun(
  deps: DeskDeps,
  of: { source: SymbolRunId; request: ForkRequest },
  options: ForkOptions = {},
): Promise<StartedFork> {
  const { db } = deps.database;
  const { source: id, request } = of;
  const known = options.id === undefined ? null : await forkedBefore(db, options.id);
  if (known !== null) return known;
  const wanted = parsed(request);
  const [source, events] = await Promise.all([getSymbolRun(db, id), listNodeEvents(db, id)]);
  requireSameGraph(source);
  const { definition: workflow } = await getWorkflowVersion(db, source.execution.workflowVersionId);
  await requireUsable(deps, wanted, workflow);
  const point = wanted.fromNode ?? forkPointFor(stagesOf(wanted));
  const taken = takenNodes(events, { point, workflow });
  const fork = await settingsOf(db, { source, wanted, point });
  const executionId = options.id ?? (deps.newId() as ExecutionId);
  const forkId = symbolRunId(executionId, source.symbol);
  const store = transaction(db, async (tx: Db) => {
    const { strategyId, strategyVersion, workflowVersionId, mode, gatewaySession } = source.execution;
    const { accountId, asOf, parameters } = source.execution;
    const origin = { strategyId, strategyVersion, workflowVersionId, mode, gatewaySession };
    const marks = { id: executionId, approval: "never" as const, graphVersion: GRAPH_VERSION, dryRun: true };
    await createExecution(tx, {
      ...origin,
      ...{ accountId, asOf, parameters },
      ...marks,
      forkedFrom: id,
      fork,
      symbols: [source.symbol],
    });
    await takeOver(tx, { source: id, fork: forkId, taken });
    await deps.enqueue(tx, [forkId]);
  });
  try {
    await store;
  } catch (error) {
    // Two tries under one id came here at the same moment: the other one has started it.
    const other = sqlState(error) === UNIQUE_VIOLATION ? await forkedBefore(db, executionId) : null;
    if (other !== null) return other;
    throw error;
  }
  return { executionId, symbolRunId: forkId, fromNode: point };
}

async function forkedBefore(db: Db, executionId: ExecutionId): Promise<StartedFork | null> {
  const [run] = await listSymbolRuns(db, executionId);
  const fork = run === undefined ? null : (await getExecution(db, executionId)).fork;
  return run === undefined || fork === null
    ? null
    : { executionId, symbolRunId: run.id, fromNode: fork.point };
}

function parsed(request: ForkRequest): Wanted {
  const result = ForkRequest.safeParse(request);
  if (result.success) return result.data;
  const field = result.error.issues[0]?.path.join(".") ?? "";
  throw new InputError("request_invalid", z.prettifyError(result.error), { facts: { field } });
}

function requireSameGraph(source: SymbolRunWithExecution): void {
  if (source.execution.graphVersion === GRAPH_VERSION) return;
  throw new ConflictError("graph_version_changed", "a run of another graph version cannot be forked", {
    facts: { started: source.execution.graphVersion, present: GRAPH_VERSION },
  });
}

/** Told at once, and not by a run that fails. */
async function requireUsable(deps: DeskDeps, wanted: Wanted, workflow: WorkflowDefinition): Promise<void> {
  for (const stage of stagesOf(wanted)) {
    requireAsked(stage, wanted, workflow);
    const id = wanted.prompts[stage];
    const model = wanted.models[stage];
    if (model !== undefined) requireModel(deps, stage, model);
    if (id === undefined) continue;
    const version = await getPromptVersion(deps.database.db, id);
    if (version.stage === stage) continue;
    throw new InputError("prompt_of_other_stage", `this version is a prompt of stage ${version.stage}`, {
      facts: { field: `prompts.${stage}`, stage: version.stage },
    });
  }
}

function requireAsked(stage: AgentStage, wanted: Wanted, workflow: WorkflowDefinition): void {
  const timeframe = Timeframe.options.find((one) => CHART_STAGE[one] === stage);
  if (timeframe === undefined || chartOf(workflow, timeframe) !== null) return;
  const part = wanted.prompts[stage] === undefined ? "models" : "prompts";
  throw new InputError("stage_not_in_workflow", `this run's workflow has no ${timeframe} chart`, {
    facts: { field: `${part}.${stage}`, stage },
  });
}

function requireModel(deps: DeskDeps, stage: AgentStage, model: string): void {
  try {
    deps.models.modelFor(stage, model);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.code, error.message, {
      facts: { field: `models.${stage}`, model },
      cause: error,
    });
  }
}

/** One thing changes at a time: stages that nobody chose keep the prompt version that the source used. */
async function settingsOf(
  db: Db,
  of: { source: SymbolRunWithExecution; wanted: Wanted; point: ForkPoint },
): Promise<ForkSettings> {
  const { source, wanted, point } = of;
  const [used, snapshotOf] = await Promise.all([
    promptsUsedBy(db, source.id),
    point === "market_data" ? null : firstGateVerdict(db, source.id),
  ]);
  const asked = STAGES_FROM[point];
  const pinned = Object.fromEntries([...used].filter(([stage]) => asked.includes(stage)));
  const prompts = { ...pinned, ...wanted.prompts };
  return { point, prompts, chosen: stagesOf(wanted), models: wanted.models, snapshotOf };
}

async function firstGateVerdict(db: Db, id: SymbolRunId): Promise<VerdictId | null> {
  return (await verdictsOfRun(db, id)).find((verdict) => verdict.step === "gate")?.id ?? null;
}
