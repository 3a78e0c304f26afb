// What the offline analyst reads: the data blocks of the prompt, and nothing else. Pure.
import { z } from "zod";
import { readBlocks } from "#prompts/render.ts";
import { AnalystReport, Consolidation, TradeDecision } from "#store/model/decision.ts";
import { ModelError } from "#store/model/errors.ts";
import { SessionDate, Ticker } from "#store/model/ids.ts";
import { DecimalString } from "#store/model/money.ts";
import { RiskVerdict } from "#store/model/risk.ts";
import { AgentStage } from "#store/model/run.ts";
import { ComputedValues } from "#tools/indicators/index.ts";

const Task = z.object({ stage: AgentStage, symbol: Ticker, asOf: SessionDate });

const Portfolio = z.object({
  position: z.object({ quantity: DecimalString }).nullable(),
  openOrders: z.array(z.object({ leg: z.string(), side: z.string() })),
});

/** A timeframe that the workflow does not look at is null, its report with its values. */
const Case = z.object({
  task: Task,
  daily_report: AnalystReport.nullable(),
  weekly_report: AnalystReport.nullable(),
  daily_values: ComputedValues.nullable(),
  weekly_values: ComputedValues.nullable(),
  portfolio: Portfolio,
});

export const ChartBlocks = z.object({ task: Task, values: ComputedValues });
export const ConsolidationBlocks = Case;
export const DecisionBlocks = Case.extend({
  consolidation: Consolidation,
  limits: z.object({
    minRCoefficient: z.number(),
    minProfitMargin: z.number(),
    minStopAtr: z.number(),
    allowShort: z.boolean(),
  }),
  revision: z.object({ verdict: RiskVerdict }).nullable(),
});
export const ReviewBlocks = Case.extend({
  consolidation: Consolidation,
  decision: TradeDecision,
  verdict: RiskVerdict,
});

export type ChartBlocks = z.infer<typeof ChartBlocks>;
export type ConsolidationBlocks = z.infer<typeof ConsolidationBlocks>;
export type DecisionBlocks = z.infer<typeof DecisionBlocks>;
export type ReviewBlocks = z.infer<typeof ReviewBlocks>;

/** @throws ModelError `offline_prompt_unreadable` when the prompt does not carry the blocks that the rules need. */
export function blocksOf<T>(schema: z.ZodType<T>, prompt: string): T {
  const parsed = schema.safeParse(readBlocks(prompt));
  if (parsed.success) return parsed.data;
  throw new ModelError(
    "offline_prompt_unreadable",
    `the offline analyst cannot read this prompt: ${z.prettifyError(parsed.error)}`,
  );
}

/** Which stage a prompt belongs to. @throws ModelError as `blocksOf`. */
export function stageOf(prompt: string): AgentStage {
  return blocksOf(z.object({ task: Task }), prompt).task.stage;
}
