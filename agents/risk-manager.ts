// The risk manager: reviews an order that code has passed. It may reduce or veto, never enlarge. Effects: model calls.
import { RiskReview } from "#store/model/decision.ts";
import type { AgentContext } from "./context.ts";
import { groundReview } from "./grounding.ts";
import type { Answered, RiskReviewInput } from "./inputs.ts";
import { openSession } from "./model/exchange.ts";
import { answerStructured, type Objection } from "./model/structured.ts";
import { assess } from "./objections.ts";
import { portfolioBlock, promptMessages, reportBlocks, taskBlock } from "./prompt-messages.ts";
import { leadingOf } from "./timeframes.ts";

export type ReviewAnswer = Answered & { review: RiskReview };

/** @throws ModelError when no usable review came back: an order that nobody reviewed is not sent. */
export async function reviewRisk(input: RiskReviewInput, ctx: AgentContext): Promise<ReviewAnswer> {
  const { subject, portfolio, consolidation, decision, verdict } = input;
  const messages = promptMessages(ctx.template, {
    symbol: subject.symbol,
    task: taskBlock(ctx.template.stage, subject, leadingOf(input).values.asOf),
    portfolio: portfolioBlock(portfolio, subject),
    consolidation,
    decision,
    verdict,
    ...reportBlocks(input),
  });
  const { value, checked, llmCallId } = await answerStructured(openSession(ctx), {
    messages,
    schema: RiskReview,
    name: "risk_review",
    assess: (review) => assess([incomplete(review)], () => groundReview(review, input)),
  });
  const review = value.verdict === "reduce" ? value : { ...value, keepFraction: null };
  return { review, grounding: checked, llmCallId };
}

function incomplete(review: RiskReview): Objection | null {
  if (review.verdict !== "reduce" || review.keepFraction !== null) return null;
  return { code: "model_invalid_answer", message: '"reduce" needs keepFraction' };
}
