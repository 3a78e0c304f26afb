// The executor: the reports and the portfolio become one consolidation, and that one decision. Two prompts, one node.
// Effects: the model's calls, database. A crash between the prompts pays for the first one only once: its stored answer
// is found again by the hash of the request, which is the same because the portfolio comes from the state.
import { consolidate } from "#agents/executor-consolidation.ts";
import { decide } from "#agents/executor-decision.ts";
import type { Revision } from "#agents/inputs.ts";
import { saveDecision } from "#store/agents/decisions.ts";
import { agentContext } from "../cases/agent-context.ts";
import { caseOf, decisionOf } from "../cases/case.ts";
import { verdictOf } from "../cases/verdict.ts";
import type { DeskDeps } from "../desk.ts";
import type { NodeDefinition, NodeStep } from "../node.ts";

export function executor(deps: DeskDeps): NodeDefinition {
  return {
    name: "executor",
    visit: (state) => state.revisions,
    abstains: true,
    async body(step) {
      // An analyst without a grounded opinion has already ended the run.
      if (step.state.abstentions.length > 0) return {};
      const { symbolRunId, parameters } = step.run.subject;
      const { db } = deps.database;
      const input = await caseOf(deps, step);
      const weighed = await consolidate(input, await agentContext(deps, step, "consolidation"));
      const { consolidation } = weighed;
      const revision = await revisionOf(deps, step);
      const answer = await decide(
        { ...input, consolidation, limits: parameters.risk, revision },
        await agentContext(deps, step, "decision"),
      );
      const { decision, grounding, llmCallId } = answer;
      // A row that an earlier try has left stands: what was decided first is what counts.
      const saved = await saveDecision(db, {
        symbolRunId,
        visit: step.visit,
        decision,
        consolidation,
        grounding,
        llmCallId,
        consolidationCallId: weighed.llmCallId,
        reportIds: [step.state.technical, step.state.weekly].flatMap((facts) => facts?.reportId ?? []),
      });
      step.run.scratch.decisions.set(saved.id, saved);
      return { decision: { decisionId: saved.id, signal: saved.signal } };
    },
  };
}

/** The denied decision and the rules that denied it, when this is a second try. */
async function revisionOf(deps: DeskDeps, step: NodeStep): Promise<Revision | null> {
  const { decision, verdict } = step.state;
  if (step.visit === 0 || decision === null || verdict === null) return null;
  const [denied, rules] = await Promise.all([
    decisionOf(deps, step.run, decision.decisionId),
    verdictOf(deps, verdict.verdictId),
  ]);
  return { decision: denied.decision, verdict: rules };
}
