// From a template and its inputs to chat messages, with the picture where there is one. Pure.
import { type BaseMessage, HumanMessage, SystemMessage } from "@langchain/core/messages";
import { type PromptInputs, renderPrompt } from "#prompts/render.ts";
import type { PromptTemplate } from "#prompts/template.ts";
import type { SessionDate } from "#store/model/ids.ts";
import type { AgentStage } from "#store/model/run.ts";
import { type ComputedValues, isChosen, VALUE_DEFINITIONS, VALUE_NAMES } from "#tools/indicators/index.ts";
import type { ConsolidationInput, PortfolioMaterial, Subject } from "./inputs.ts";
import { imagePart } from "./model/stored-messages.ts";

/** System and user message; the picture, if any, stands after the text. */
export function promptMessages(
  template: PromptTemplate,
  inputs: PromptInputs,
  png: Uint8Array | null = null,
): BaseMessage[] {
  const { system, user } = renderPrompt(template, inputs);
  const content = png === null ? user : [{ type: "text" as const, text: user }, imagePart(png)];
  return [new SystemMessage(system), new HumanMessage({ content })];
}

/** What every prompt says of its subject, as data. The name comes from the broker: text of others. */
export function taskBlock(stage: AgentStage, subject: Subject, asOf: SessionDate) {
  const { symbol, name, currency, indexReplay } = subject;
  return { stage, symbol, name, currency, indexReplay, asOf };
}

/** One line per key that a value block of these indicators may have. */
export function valueGuide({ indicators }: Pick<ComputedValues, "indicators">): string {
  return VALUE_NAMES.filter((name) => isChosen(name, indicators))
    .map((name) => [name, VALUE_DEFINITIONS[name]] as const)
    .map(([key, { unit, meaning }]) => `- ${key} (${unit}): ${meaning}`)
    .join("\n");
}

/** The analysts' reports and their values, as data for the next agent; null where the workflow has no such chart. */
export function reportBlocks({ daily, weekly }: Pick<ConsolidationInput, "daily" | "weekly">) {
  return {
    daily_report: daily?.report ?? null,
    weekly_report: weekly?.report ?? null,
    daily_values: daily?.values ?? null,
    weekly_values: weekly?.values ?? null,
  };
}

/** Account figures for a prompt: no account id, no broker ids, other symbols only as a count. */
export function portfolioBlock(portfolio: PortfolioMaterial, subject: Subject) {
  const { account, positions, openOrders, openTrade } = portfolio;
  const held = positions.find(
    (position) => position.symbol === subject.symbol && Number(position.quantity) !== 0,
  );
  return {
    currency: account.currency,
    netLiquidation: account.netLiquidation,
    availableFunds: account.availableFunds,
    grossPositionValue: account.grossPositionValue,
    openPositions: positions.filter((position) => Number(position.quantity) !== 0).length,
    position:
      held === undefined
        ? null
        : {
            quantity: held.quantity,
            averageCost: held.averageCost,
            marketPrice: held.marketPrice,
            unrealizedPnl: held.unrealizedPnl,
          },
    openOrders: openOrders.map(
      ({ leg, side, type, quantity, filledQuantity, limitPrice, stopPrice, status }) => ({
        leg,
        side,
        type,
        quantity,
        filledQuantity,
        limitPrice,
        stopPrice,
        status,
      }),
    ),
    openTrade,
  };
}
