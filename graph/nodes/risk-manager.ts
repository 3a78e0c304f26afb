// The risk manager reviews what code has passed: it may reduce or veto, and code judges the result once more.
// Effects: the model's calls, gateway reads, database. Invariant: the plan after the review is never larger.
import { reviewRisk } from "#agents/risk-manager.ts";
import type { RiskReview } from "#store/model/decision.ts";
import { dec, toDecimalString } from "#store/model/money.ts";
import type { OrderPlan } from "#store/model/risk.ts";
import type { RequestedChange } from "#tools/risk/input.ts";
import { agentContext } from "../cases/agent-context.ts";
import { caseOf, decisionOf } from "../cases/case.ts";
import { runsLastBar } from "../cases/last-bar.ts";
import { orderDeps, proposalOf } from "../cases/proposal.ts";
import { decisiveCodes, verdictOf } from "../cases/verdict.ts";
import type { DeskDeps } from "../desk.ts";
import type { NodeDefinition } from "../node.ts";
import { judgeProposal } from "../orders/judge.ts";
import { made } from "../state.ts";

export function riskManager(deps: DeskDeps): NodeDefinition {
  return {
    name: "risk_manager",
    abstains: true,
    async body(step) {
      const { run, state, signal } = step;
      const { decisionId } = made(state.decision, "decision");
      const gate = made(state.verdict, "verdict");
      const plan = made(gate.plan, "verdict");
      const [input, { decision, consolidation }, verdict] = await Promise.all([
        caseOf(deps, step),
        decisionOf(deps, run, decisionId),
        verdictOf(deps, gate.verdictId),
      ]);
      const context = await agentContext(deps, step, "risk_review");
      const { review, llmCallId } = await reviewRisk({ ...input, consolidation, decision, verdict }, context);
      const lastBar = await runsLastBar(deps, step);
      const facts = await proposalOf(deps, { run, state, lastBar, known: decision });
      const judged = await judgeProposal(
        await orderDeps(deps, run, "recent"),
        {
          ...facts,
          step: "review",
          sequence: 0,
          requested: requestOf(review, plan),
          review: { review, llmCallId },
        },
        signal,
      );
      const { verdictId } = judged;
      const codes = decisiveCodes(judged.verdict);
      const { plan: reviewed } = judged.verdict;
      return {
        review: {
          verdict: review.verdict,
          reason: review.reason,
          llmCallId,
          verdictId,
          codes,
          plan: reviewed,
          advice: run.subject.workflow.orders === "advise",
        },
      };
    },
  };
}

/** At most what the gate passed, less what the review takes; a veto asks for nothing. */
function requestOf(review: RiskReview, plan: OrderPlan): RequestedChange {
  const keep = review.verdict === "veto" ? "0" : (review.keepFraction ?? 1);
  const maxQuantity = toDecimalString(dec(plan.quantity).times(keep));
  return { by: "risk_manager", maxQuantity, limitPrice: null };
}
