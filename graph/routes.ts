// Where a run goes next, read off its state. Pure; return types are unions of node names.
import type { DeskState } from "./state.ts";

/** An ungrounded agent ends the run before anything is decided; HOLD needs no risk check. */
export function afterExecutor(state: DeskState): "risk_gate" | "record" {
  if (state.abstentions.length > 0 || state.decision === null) return "record";
  return state.decision.signal === "HOLD" ? "record" : "risk_gate";
}

/** A denial goes back to the executor as often as the workflow allows. */
export function afterRiskGate(state: DeskState): "executor" | "risk_manager" | "record" {
  switch (state.verdict?.next) {
    case "pass":
      return "risk_manager";
    case "revise":
      return "executor";
    default:
      return "record";
  }
}

/** Without a plan that survived the review there is nothing to approve; with a workflow that only advises never. */
export function afterRiskManager(state: DeskState): "approval" | "record" {
  if (state.abstentions.length > 0 || state.review?.advice === true) return "record";
  return state.review?.plan == null ? "record" : "approval";
}

/** Only a countersigned order goes on to be sent; a drifted price is asked about again. */
export function afterApproval(state: DeskState): "approval" | "submit_order" | "record" {
  switch (state.countersign?.result) {
    case "approved":
    case "edited":
      return "submit_order";
    case "ask_again":
      return "approval";
    default:
      return "record";
  }
}

/** What the broker asks goes to a person; an order that surely is not live has nothing to wait for. */
export function afterSubmitOrder(state: DeskState): "approval" | "order_working" | "record" {
  if (state.order === null || state.order.refusal !== null) return "record";
  return state.order.questions.length > 0 ? "approval" : "order_working";
}
