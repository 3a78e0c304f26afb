// The one wrapper of all nodes: recorded before and after, bounded in time, stopped on request, never run twice.
// Effects: node_events. Invariant: a (symbol run, node, visit) that finished gives its recorded output and does not run,
// even when the kill came between finishing and the checkpoint.
import { isGraphBubbleUp } from "@langchain/langgraph";
import { ModelError, toErrorRecord, UnavailableError } from "#store/model/errors.ts";
import type { NodeName } from "#store/model/run.ts";
import { beginNode, failNode, finishNode, waitNode } from "#store/runs/node-events.ts";
import { contextOf, type RunContext } from "./context.ts";
import type { DeskDeps } from "./desk.ts";
import type { DeskState, DeskUpdate } from "./state.ts";

/** What a node's body is given. `signal` ends at the node's deadline and when the desk stops. */
export type NodeStep = {
  state: DeskState;
  run: RunContext;
  visit: number;
  /** How often this visit was started, from 1; above 1 after a crash, a retry or a wait. */
  attempt: number;
  signal: AbortSignal;
};

export type NodeDefinition = {
  name: NodeName;
  /** Which pass through this node it is, from 0; nodes that run once leave it out. */
  visit?(state: DeskState): number;
  /** Why this run's workflow has nothing to do here; null when it has. Recorded as it is, and the state stays as it was. */
  skip?(run: RunContext): string | null;
  /** An ungrounded model answer ends the run as abstained instead of failing it. */
  abstains?: boolean;
  body(step: NodeStep): Promise<DeskUpdate>;
};

/** Stops a pass between two nodes or inside one; the run goes on later. */
export class Parked extends Error {
  override readonly name = "Parked";
}

/** The graph's node of a definition. */
export function asNode(deps: DeskDeps, definition: NodeDefinition) {
  const { db } = deps.database;
  return async (state: DeskState, config: { context?: unknown }): Promise<DeskUpdate> => {
    const run = contextOf(config);
    if (run.signal.aborted) throw new Parked("stopped before the node");
    run.requireSaved();
    const visit = definition.visit?.(state) ?? 0;
    const key = { symbolRunId: run.subject.symbolRunId, node: definition.name, visit };
    const begun = await beginNode(db, key);
    if (begun.recorded !== null) return updateOf(begun.recorded.output);
    const { attempt } = begun;
    const skipped = definition.skip?.(run) ?? null;
    if (skipped !== null) {
      await finishNode(db, { ...key, attempt, output: { skipped }, durationMs: 0 });
      return {};
    }
    const started = deps.clock.monotonic();
    const durationMs = () => Math.round(deps.clock.monotonic() - started);
    const point = (when: string) => deps.onStep?.(`${definition.name}:${when}`);
    try {
      await point("started");
      const output = await bounded(deps, run, (signal) =>
        definition.body({ state, run, visit, attempt, signal }),
      );
      await point("done");
      await finishNode(db, { ...key, attempt, output, durationMs: durationMs() });
      await point("recorded");
      return output;
    } catch (error) {
      if (isGraphBubbleUp(error)) {
        await waitNode(db, { ...key, attempt });
        throw error;
      }
      if (run.signal.aborted) throw new Parked("stopped within the node", { cause: error });
      if (definition.abstains === true && isUngrounded(error)) {
        const output = {
          abstentions: { node: definition.name, code: error.code, message: error.message },
        } satisfies DeskUpdate;
        await finishNode(db, { ...key, attempt, output, durationMs: durationMs() });
        return output;
      }
      await failNode(db, { ...key, attempt, error: toErrorRecord(error), durationMs: durationMs() });
      throw error;
    }
  };
}

/** Written by this wrapper from an update, which the state's schema then checks again; what was skipped updates nothing. */
function updateOf(recorded: unknown): DeskUpdate {
  const skipped = typeof recorded === "object" && recorded !== null && "skipped" in recorded;
  return skipped ? {} : (recorded as DeskUpdate);
}

function isUngrounded(error: unknown): error is ModelError {
  return error instanceof ModelError && error.code === "ungrounded";
}

/**
 * Runs a body under the node's deadline and the run's stop signal. It waits for the body to end even after the signal:
 * nothing of a node may still be running when the thread's lock is given up.
 */
async function bounded<Result>(
  deps: DeskDeps,
  run: RunContext,
  body: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const late = new UnavailableError("node_deadline", `not done after ${deps.settings.nodeDeadlineMs} ms`);
  const timer = setTimeout(() => controller.abort(late), deps.settings.nodeDeadlineMs);
  const stop = () => controller.abort(run.signal.reason);
  run.signal.addEventListener("abort", stop, { once: true });
  try {
    return await body(controller.signal);
  } catch (error) {
    if (controller.signal.reason === late && !run.signal.aborted && !isGraphBubbleUp(error)) throw late;
    throw error;
  } finally {
    clearTimeout(timer);
    run.signal.removeEventListener("abort", stop);
  }
}
