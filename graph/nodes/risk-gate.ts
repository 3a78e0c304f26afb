// The risk gate: code judges the decision and sizes the order. What a better proposal could cure goes back once.
// Effects: gateway reads, database (verdict, reserved room).
import type { RiskVerdict } from "#store/model/risk.ts";
import type { ReasonCode } from "#tools/risk/codes.ts";
import { runsLastBar } from "../cases/last-bar.ts";
import { orderDeps, proposalOf } from "../cases/proposal.ts";
import { decisiveCodes } from "../cases/verdict.ts";
import type { DeskDeps } from "../desk.ts";
import type { NodeDefinition } from "../node.ts";
import { judgeProposal } from "../orders/judge.ts";

/** Denials that another target, stop or signal can cure; all others are about the account, the data or the desk. */
const CURABLE: ReadonlySet<string> = new Set<ReasonCode>([
  "decision_incomplete",
  "decision_inconsistent",
  "short_not_allowed",
  "stop_wrong_side",
  "target_wrong_side",
  "r_below_minimum",
  "margin_below_minimum",
  "entry_too_far",
  "stop_inside_noise",
  "stop_too_far",
]);

export function riskGate(deps: DeskDeps): NodeDefinition {
  return {
    name: "risk_gate",
    visit: (state) => state.revisions,
    async body(step) {
      const { state, run, signal } = step;
      const facts = await proposalOf(deps, { run, state, lastBar: await runsLastBar(deps, step) });
      const request = { ...facts, step: "gate" as const, sequence: 0, requested: null };
      const { verdictId, verdict } = await judgeProposal(
        await orderDeps(deps, run, "recent"),
        request,
        signal,
      );
      const next = nextOf(verdict, run.subject.workflow.maxRevisions - state.revisions);
      return {
        verdict: {
          verdictId,
          verdict: verdict.verdict,
          codes: decisiveCodes(verdict),
          next,
          plan: verdict.plan,
        },
        revisions: state.revisions + (next === "revise" ? 1 : 0),
      };
    },
  };
}

function nextOf(verdict: RiskVerdict, revisionsLeft: number): "pass" | "revise" | "stop" {
  if (verdict.verdict !== "denied") return "pass";
  return revisionsLeft > 0 && decisiveCodes(verdict).every((code) => CURABLE.has(code)) ? "revise" : "stop";
}
