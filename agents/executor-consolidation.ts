// The executor's first prompt: weighs the analysts' reports against each other, the account and the open trade.
// Effects: the model's calls.
import { Consolidation } from "#store/model/decision.ts";
import type { AgentContext } from "./context.ts";
import { groundConsolidation } from "./grounding.ts";
import type { Answered, ConsolidationInput } from "./inputs.ts";
import { openSession } from "./model/exchange.ts";
import { answerStructured } from "./model/structured.ts";
import { assess, wrongSymbol } from "./objections.ts";
import { portfolioBlock, promptMessages, reportBlocks, taskBlock } from "./prompt-messages.ts";
import { leadingOf } from "./timeframes.ts";

export type ConsolidationAnswer = Answered & { consolidation: Consolidation };

/** @throws ModelError when no grounded answer came back. */
export async function consolidate(
  input: ConsolidationInput,
  ctx: AgentContext,
): Promise<ConsolidationAnswer> {
  const { subject, portfolio } = input;
  const messages = promptMessages(ctx.template, {
    symbol: subject.symbol,
    task: taskBlock(ctx.template.stage, subject, leadingOf(input).values.asOf),
    portfolio: portfolioBlock(portfolio, subject),
    ...reportBlocks(input),
  });
  const { value, checked, llmCallId } = await answerStructured(openSession(ctx), {
    messages,
    schema: Consolidation,
    name: "consolidation",
    assess: (answer) =>
      assess([wrongSymbol(answer.symbol, subject.symbol)], () => groundConsolidation(answer, input)),
  });
  return { consolidation: value, grounding: checked, llmCallId };
}
