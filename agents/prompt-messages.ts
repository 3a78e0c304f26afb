// From a template and its inputs to chat messages, with the picture where there is one. Pure.
import { type BaseMessage, HumanMessage, SystemMessage } from "@langchain/core/messages";
import { type PromptInputs, renderPrompt } from "#prompts/render.ts";
import type { PromptTemplate } from "#prompts/template.ts";
import type { SessionDate } from "#store/model/ids.ts";
import type { AgentStage } from "#store/model/run.ts";
import { VALUE_DEFINITIONS } from "#tools/indicators/index.ts";
import type { PortfolioMaterial, ReportMaterial, Subject } from "./inputs.ts";
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

/** One line per key of a value block. */
export function valueGuide(): string {
  return Object.entries(VALUE_DEFINITIONS)
    .map(([key, { unit, meaning }]) => `- ${key} (${unit}): ${meaning}`)
    .join("\n");
}

/** Reports of both analysts, as data for the next agent. */
export function reportBlocks(daily: ReportMaterial, weekly: ReportMaterial) {
  return {
    daily_report: daily.report,
    weekly_report: weekly.report,
    daily_values: daily.values,
    weekly_values: weekly.values,
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
