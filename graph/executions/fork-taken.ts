// What a fork takes over from its source: the recorded outputs of finished nodes, made its own. Effects: database.
// Decisions and verdicts are copied under ids of the fork, so that nothing it does is ever stored with the source.
import { z } from "zod";
import { copyDecisions } from "#store/agents/decisions.ts";
import type { Db } from "#store/database.ts";
import { ConflictError, InvariantError } from "#store/model/errors.ts";
import type { DecisionId, SymbolRunId, VerdictId } from "#store/model/ids.ts";
import type { ForkPoint, NodeName } from "#store/model/run.ts";
import { chartOf, type WorkflowDefinition } from "#store/model/workflow/definition.ts";
import { beginNode, finishNode, type NodeEventRow } from "#store/runs/node-events.ts";
import { copyGateVerdicts } from "#store/trading/verdicts.ts";
import { DecisionFacts, VerdictFacts } from "../state.ts";

/** What is taken over as recorded, per point; the wrapper of nodes then finds it finished. */
const TAKEN_OVER: Readonly<Record<ForkPoint, readonly NodeName[]>> = {
  market_data: [],
  charts: ["market_data"],
  technical_analyst: ["market_data", "charts", "weekly_trend"],
  weekly_trend: ["market_data", "charts", "technical_analyst"],
  executor: ["market_data", "charts", "technical_analyst", "weekly_trend"],
  risk_manager: ["market_data", "charts", "technical_analyst", "weekly_trend", "executor", "risk_gate"],
};

export type TakenNode = Pick<NodeEventRow, "node" | "visit" | "output">;

/**
 * Every finished visit of the nodes before the point.
 * @throws ConflictError `fork_too_early` when the run never got that far, `fork_of_abstention` when an agent had no opinion
 */
export function takenNodes(
  events: readonly NodeEventRow[],
  of: { point: ForkPoint; workflow: WorkflowDefinition },
): TakenNode[] {
  const { point, workflow } = of;
  const taken = TAKEN_OVER[point].flatMap((node) => {
    const finished = events.filter((event) => event.node === node && event.kind === "finished");
    if (finished.length > 0 || !isNeeded(node, workflow)) return finished;
    throw tooEarly(`the run never finished ${node}`, { node, fromNode: point });
  });
  const silent = taken.find(({ output }) => isRecord(output) && "abstentions" in output);
  if (silent !== undefined) {
    throw new ConflictError(
      "fork_of_abstention",
      `${silent.node} gave no grounded opinion in this run; fork from a point that asks it again`,
      { facts: { node: silent.node, fromNode: point } },
    );
  }
  if (point === "risk_manager" && gateOf(taken.at(-1)).next !== "pass")
    throw tooEarly("the rules let no order of this run through to the risk manager", { fromNode: point });
  return taken;
}

/** A workflow of one chart has no analyst for the other. */
function isNeeded(node: NodeName, workflow: WorkflowDefinition): boolean {
  if (node === "technical_analyst") return chartOf(workflow, "daily") !== null;
  return node !== "weekly_trend" || chartOf(workflow, "weekly") !== null;
}

/** Writes what was taken over as the fork's own. Call in the transaction that creates it. */
export async function takeOver(
  tx: Db,
  of: { source: SymbolRunId; fork: SymbolRunId; taken: readonly TakenNode[] },
): Promise<void> {
  const { source, fork, taken } = of;
  const decided = taken.some(({ node }) => node === "executor");
  const decisions = decided ? await copyDecisions(tx, { from: source, to: fork }) : new Map();
  const verdicts = decided ? await copyGateVerdicts(tx, { from: source, decisions }) : new Map();
  for (const { node, visit, output } of taken) {
    const key = { symbolRunId: fork, node, visit };
    const { attempt } = await beginNode(tx, key);
    const own = owned({ node, output }, decisions, verdicts);
    await finishNode(tx, { ...key, attempt, output: own, durationMs: 0 });
  }
}

function owned(
  { node, output }: Pick<TakenNode, "node" | "output">,
  decisions: ReadonlyMap<DecisionId, DecisionId>,
  verdicts: ReadonlyMap<VerdictId, VerdictId>,
): unknown {
  if (node === "executor" && isRecord(output)) {
    const decision = DecisionFacts.parse(output.decision);
    return { ...output, decision: { ...decision, decisionId: copyOf(decisions, decision.decisionId) } };
  }
  if (node === "risk_gate" && isRecord(output)) {
    const verdict = gateOf({ output });
    return { ...output, verdict: { ...verdict, verdictId: copyOf(verdicts, verdict.verdictId) } };
  }
  return output;
}

function gateOf(event: Pick<TakenNode, "output"> | undefined): VerdictFacts {
  return z.looseObject({ verdict: VerdictFacts }).parse(event?.output).verdict;
}

function copyOf<Id extends string>(copies: ReadonlyMap<Id, Id>, id: Id): Id {
  const copy = copies.get(id);
  if (copy === undefined)
    throw new InvariantError("a recorded decision or verdict is not the run's own", { id });
  return copy;
}

function tooEarly(message: string, facts: Readonly<Record<string, unknown>>): ConflictError {
  return new ConflictError("fork_too_early", message, { facts });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
