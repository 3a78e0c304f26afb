// How a run ended, read off its state. Pure.
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
