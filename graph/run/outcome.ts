// How a run ended, read off its state. Pure.
import type { OrderPlan } from "#store/model/risk.ts";
import type { DeskState, Outcome } from "../state.ts";

export function outcomeOf(state: DeskState): Outcome {
  const [abstention] = state.abstentions;
  if (abstention !== undefined) {
    return {
      status: "abstained",
      code: abstention.code,
      reason: `${abstention.node}: ${abstention.message}`,
    };
  }
  // With a question of the broker's open it is the answer that ended the run.
  if (state.order !== null && state.order.questions.length === 0) return orderOutcome(state.order);
  if (state.countersign !== null) return answerOutcome(state.countersign);
  if (state.review?.plan != null && state.review.advice === true)
    return { status: "done", code: "advice", reason: adviceOf(state.review.plan) };
  if (state.review !== null) {
    const code = state.review.verdict === "veto" ? "vetoed" : (state.review.codes[0] ?? "denied");
    return { status: "denied", code, reason: state.review.reason };
  }
  if (state.decision?.signal === "HOLD") return { status: "done", code: "hold", reason: null };
  return {
    status: "denied",
    code: state.verdict?.codes[0] ?? "denied",
    reason: state.verdict === null ? null : state.verdict.codes.join(", "),
  };
}

/** The order that rules and review would have let pass. */
function adviceOf({ side, quantity, limitPrice, stopPrice, targetPrice }: OrderPlan): string {
  const price = limitPrice === null ? "at the market" : `at ${limitPrice}`;
  const exits = [
    stopPrice === null ? "" : `, stop ${stopPrice}`,
    targetPrice === null ? "" : `, target ${targetPrice}`,
  ];
  return `${side} ${quantity} ${price}${exits.join("")}; not sent: this workflow only advises`;
}

function orderOutcome(order: NonNullable<DeskState["order"]>): Outcome {
  if (order.refusal !== null) return { status: "done", ...order.refusal };
  return { status: "done", code: `order_${order.status.toLowerCase()}`, reason: null };
}

function answerOutcome(answer: NonNullable<DeskState["countersign"]>): Outcome {
  const { reason } = answer;
  switch (answer.result) {
    case "rejected":
      return { status: "done", code: "rejected_by_person", reason };
    case "expired":
      return { status: "done", code: "approval_expired", reason };
    case "not_asked":
      return { status: "done", code: reason ?? "not_asked", reason: null };
    default:
      return { status: "denied", code: reason?.split(", ")[0] ?? "denied", reason };
  }
}
