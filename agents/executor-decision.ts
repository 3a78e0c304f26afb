// The executor's second prompt: BUY, SELL or HOLD with target and stop. The figures that risk rules read are computed
// here, by code, from the grounded prices. Effects: the model's calls, and its read-only tools.
import { ProposedDecision, type TradeDecision } from "#store/model/decision.ts";
import type { AgentContext } from "./context.ts";
import { decisionFigures } from "./decision-figures.ts";
import { groundDecision } from "./grounding.ts";
import type { Answered, DecisionInput } from "./inputs.ts";
import { openSession } from "./model/exchange.ts";
import { answerStructured, type Objection } from "./model/structured.ts";
import { assess, wrongSymbol } from "./objections.ts";
import { portfolioBlock, promptMessages, reportBlocks, taskBlock } from "./prompt-messages.ts";
import { leadingOf } from "./timeframes.ts";
import { withToolResults } from "./tool-loop.ts";

export type DecisionAnswer = Answered & { decision: TradeDecision };

/** @throws ModelError when no grounded decision came back: nothing is decided in its place. */
export async function decide(input: DecisionInput, ctx: AgentContext): Promise<DecisionAnswer> {
  const { subject, portfolio, consolidation, limits, revision } = input;
  const session = openSession(ctx);
  const messages = promptMessages(ctx.template, {
    symbol: subject.symbol,
    task: taskBlock(ctx.template.stage, subject, leadingOf(input).values.asOf),
    limits: {
      minRCoefficient: Number(limits.minRCoefficient),
      minProfitMargin: Number(limits.minProfitMargin),
      minStopAtr: Number(limits.minStopAtr),
      allowShort: limits.allowShort,
    },
    portfolio: portfolioBlock(portfolio, subject),
    consolidation,
    revision,
    ...reportBlocks(input),
  });
  const { value, checked, llmCallId } = await answerStructured(session, {
    messages: await withToolResults(session, messages),
    schema: ProposedDecision,
    name: "trade_decision",
    assess: (answer) =>
      assess([wrongSymbol(answer.symbol, subject.symbol), incomplete(answer)], () =>
        groundDecision(answer, input),
      ),
  });
  return { decision: { ...value, ...decisionFigures(value) }, grounding: checked, llmCallId };
}

function incomplete(answer: ProposedDecision): Objection | null {
  const prices = [answer.targetPrice, answer.stopPrice];
  const fault =
    answer.signal === "HOLD"
      ? prices.some((price) => price !== null) && "HOLD takes targetPrice and stopPrice null"
      : prices.some((price) => price === null) && `${answer.signal} needs targetPrice and stopPrice`;
  return fault ? { code: "model_invalid_answer", message: fault } : null;
}
