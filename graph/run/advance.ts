// One step forward for one symbol run: the idempotent body of its queue job. Effects: everything the graph does.
// Invariants: one worker per thread at a time; an interrupt is resumed by its own id, once, and only when its answer is
// stored; the initial input is given only to a thread that has no checkpoint at all.
import { Command } from "@langchain/langgraph";
import { ConflictError, type ErrorRecord, InvariantError, toErrorRecord } from "#store/model/errors.ts";
import type { Instant, SymbolRunId, WorkflowVersionId } from "#store/model/ids.ts";
import { FINISHED_RUN_STATUSES, type NodeName, type SymbolRunStatus } from "#store/model/run.ts";
import type { WorkflowDefinition } from "#store/model/strategy.ts";
import { finishExecutionIfDone } from "#store/runs/executions.ts";
import { getSymbolRun, type SymbolRunWithExecution, setSymbolRunStatus } from "#store/runs/symbol-runs.ts";
import { getWorkflowVersion } from "#store/strategies/workflows.ts";
import { withThreadLock } from "#store/thread-lock.ts";
import { expireApprovalsOfRun } from "#store/trading/approvals.ts";
import type { DeskSaver } from "../checkpointer.ts";
import { newScratch, type RunContext } from "../context.ts";
import type { AdvanceOptions, AdvanceResult, DeskDeps } from "../desk.ts";
import type { Gateway } from "../gateway.ts";
import type { DeskGraph } from "../graph.ts";
import { Parked } from "../node.ts";
import { type DeskUpdate, GRAPH_VERSION } from "../state.ts";
import { whileAway } from "./away.ts";
import { causeOf, isRetryable } from "./failure.ts";
import { releaseRoom } from "./room.ts";
import { hasCome, type Waiting, waitingOf } from "./waiting.ts";

/** The graph, compiled once per desk, and the saver it writes through. */
export type Compiled = { graph: DeskGraph; saver: DeskSaver };

type Pass = AdvanceResult & { waiting?: Waiting };

/** Nodes of one pass at most: every node once, revisions and repeated questions, and room to spare. */
const RECURSION_LIMIT = 60;

export async function advance(
  deps: DeskDeps,
  desk: Compiled,
  request: AdvanceOptions & { symbolRunId: SymbolRunId },
): Promise<AdvanceResult> {
  for (;;) {
    const done = await withThreadLock(deps.database, request.symbolRunId, () => onePass(deps, desk, request));
    if (done === undefined) {
      const { status } = await getSymbolRun(deps.database.db, request.symbolRunId);
      return { outcome: "busy", status };
    }
    const { waiting, ...result } = done;
    // An answer that was stored while the lock was held found this thread busy: nobody else will come for it.
    const missed =
      waiting !== undefined && !request.signal.aborted && (await hasCome(deps.database.db, waiting));
    if (!missed) return result;
  }
}

async function onePass(
  deps: DeskDeps,
  desk: Compiled,
  request: AdvanceOptions & { symbolRunId: SymbolRunId },
): Promise<Pass> {
  const { db } = deps.database;
  const row = await getSymbolRun(db, request.symbolRunId);
  if (isFinished(row.status)) return { outcome: "finished", status: row.status };
  if (request.signal.aborted) return { outcome: "parked", status: row.status };
  if (row.execution.graphVersion !== GRAPH_VERSION) return fail(deps, row, versionFault(row));
  try {
    return await goOn(deps, desk, { row, signal: request.signal });
  } catch (raised) {
    const error = causeOf(raised);
    if (request.signal.aborted || error instanceof Parked) {
      await setSymbolRunStatus(db, { id: row.id, status: "queued" });
      return { outcome: "parked", status: "queued" };
    }
    const away = await whileAway(deps, row, { error, lastAttempt: request.attemptsLeft === 0 });
    if (away === "wait") {
      await setSymbolRunStatus(db, { id: row.id, status: "queued", error: toErrorRecord(error) });
      return { outcome: "away", status: "queued" };
    }
    if (away !== null) return fail(deps, row, toErrorRecord(away));
    if (isRetryable(error) && request.attemptsLeft > 0) {
      await setSymbolRunStatus(db, { id: row.id, status: "queued" });
      throw error;
    }
    return fail(deps, row, toErrorRecord(error));
  }
}

/** Starts, goes on after a crash, or resumes; then reads off where the thread stands. */
async function goOn(
  deps: DeskDeps,
  desk: Compiled,
  of: { row: SymbolRunWithExecution; signal: AbortSignal },
): Promise<Pass> {
  const { db } = deps.database;
  const { row } = of;
  const thread = { configurable: { thread_id: row.id } };
  desk.saver.beginPass(row.id);
  const snapshot = await desk.graph.getState(thread);
  const fresh = snapshot.config.configurable?.checkpoint_id === undefined;
  // Only the last node writes the outcome. `next` alone would not do: it is empty, too, when every node of a step has left
  // its result and the kill came before the checkpoint; such a thread goes on.
  const outcome = snapshot.values.outcome ?? null;
  if (!fresh && snapshot.next.length === 0 && outcome !== null) {
    // The last node sets the status before it finishes, so this is a thread whose run was queued once more.
    await setSymbolRunStatus(db, { id: row.id, status: outcome.status });
    return ended(deps, row, outcome.status);
  }
  const waiting = waitingIn(snapshot.tasks.flatMap((task) => task.interrupts));
  if (waiting !== null && !(await hasCome(db, waiting))) return stillWaiting(deps, row, waiting);
  await setSymbolRunStatus(db, { id: row.id, status: "running" });
  const { run, release } = await contextFor(deps, desk, of);
  try {
    const input = fresh
      ? { run: { symbolRunId: row.id, symbol: row.symbol, asOf: row.execution.asOf } }
      : waiting === null
        ? null
        : new Command<unknown, DeskUpdate, NodeName>({
            resume: { [waiting.interruptId]: { answered: true } },
          });
    const config = {
      ...thread,
      context: { run },
      durability: "sync" as const,
      recursionLimit: RECURSION_LIMIT,
    };
    const values = await desk.graph.invoke(input, config);
    run.requireSaved();
    const next = waitingIn("__interrupt__" in values ? values.__interrupt__ : []);
    if (next !== null) return stillWaiting(deps, row, next);
    if (values.outcome == null) throw new InvariantError("the graph ended without an outcome");
    return ended(deps, row, values.outcome.status);
  } finally {
    release();
  }
}

function waitingIn(interrupts: unknown): Waiting | null {
  const [first] = Array.isArray(interrupts) ? interrupts : [];
  return first === undefined ? null : waitingOf(first);
}

async function stillWaiting(deps: DeskDeps, row: SymbolRunWithExecution, waiting: Waiting): Promise<Pass> {
  const status: SymbolRunStatus = waiting.waitFor === "order" ? "working" : "waiting_approval";
  await setSymbolRunStatus(deps.database.db, { id: row.id, status });
  await finishExecutionIfDone(deps.database.db, row.executionId);
  return { outcome: "waiting", status, waiting };
}

async function ended(deps: DeskDeps, row: SymbolRunWithExecution, status: SymbolRunStatus): Promise<Pass> {
  await finishExecutionIfDone(deps.database.db, row.executionId);
  return { outcome: "finished", status };
}

async function fail(deps: DeskDeps, row: SymbolRunWithExecution, error: ErrorRecord): Promise<Pass> {
  const { db } = deps.database;
  await setSymbolRunStatus(db, { id: row.id, status: "failed", error });
  await releaseRoom(db, row.id, "run_failed");
  const at = deps.clock.now().toISOString() as Instant;
  await expireApprovalsOfRun(db, { symbolRunId: row.id, at });
  await finishExecutionIfDone(db, row.executionId);
  return { outcome: "finished", status: "failed" };
}

function isFinished(status: SymbolRunStatus): boolean {
  return (FINISHED_RUN_STATUSES as readonly SymbolRunStatus[]).includes(status);
}

function versionFault(row: SymbolRunWithExecution): ErrorRecord {
  const { graphVersion } = row.execution;
  const message = `this run was started by graph version ${graphVersion}, this desk has version ${GRAPH_VERSION}: start it anew`;
  const facts = { started: graphVersion, present: GRAPH_VERSION };
  return toErrorRecord(new ConflictError("graph_version_changed", message, { facts }));
}

// Versions never change, and few are in use.
const workflows = new Map<WorkflowVersionId, WorkflowDefinition>();
const MOST_WORKFLOWS = 100;

async function workflowOf(deps: DeskDeps, id: WorkflowVersionId): Promise<WorkflowDefinition> {
  const known = workflows.get(id);
  if (known !== undefined) return known;
  const { definition } = await getWorkflowVersion(deps.database.db, id);
  if (workflows.size >= MOST_WORKFLOWS) workflows.clear();
  workflows.set(id, definition);
  return definition;
}

/** The pass's own controller, so that nothing stays attached to the worker's long-lived signal. */
async function contextFor(
  deps: DeskDeps,
  desk: Compiled,
  of: { row: SymbolRunWithExecution; signal: AbortSignal },
): Promise<{ run: RunContext; release(): void }> {
  const { row, signal } = of;
  const { execution } = row;
  const workflow = await workflowOf(deps, execution.workflowVersionId);
  const controller = new AbortController();
  const stop = () => controller.abort(signal.reason);
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  let gateway: Promise<Gateway> | undefined;
  const run: RunContext = {
    subject: {
      symbolRunId: row.id,
      executionId: execution.id,
      symbol: row.symbol,
      mode: execution.mode,
      gatewaySession: execution.gatewaySession,
      accountId: execution.accountId,
      asOf: execution.asOf,
      approval: execution.approval,
      dryRun: execution.dryRun,
      fork: execution.fork === null ? null : { ...execution.fork, source: execution.forkedFrom },
      parameters: execution.parameters,
      workflow,
    },
    signal: controller.signal,
    requireSaved: () => desk.saver.requireSaved(row.id),
    gateway: () => {
      gateway ??= deps.gateways.open(execution.gatewaySession);
      return gateway;
    },
    scratch: newScratch(),
  };
  return { run, release: () => signal.removeEventListener("abort", stop) };
}
