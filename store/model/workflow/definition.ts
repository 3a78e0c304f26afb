// A workflow: which charts with which indicators, which agents with which model and prompt, and whether orders leave. Pure.
// Rows of older versions are parsed with it on read, so every key that came later has a default.
import { z } from "zod";
import { Timeframe } from "../bar.ts";
import { PromptVersionId } from "../ids.ts";
import { AgentStage } from "../run.ts";

export const INDICATORS = ["sma", "bollinger", "supertrend", "macd", "rsi", "volume"] as const;
/** What a chart draws, its prompt names and the analysts are given. ATR is always computed: stops and sizes need it. */
export const Indicator = z.enum(INDICATORS);
export type Indicator = z.infer<typeof Indicator>;

const inOrderOf =
  <Word extends string>(order: readonly Word[]) =>
  (a: Word, b: Word) =>
    order.indexOf(a) - order.indexOf(b);

/** One chart: timeframe, bars drawn, bars loaded, indicators. */
export const ChartSetting = z.strictObject({
  timeframe: Timeframe,
  barsShown: z.number().int().min(60).max(250).default(200),
  barsLoaded: z.number().int().min(250).max(1000).default(520),
  indicators: z
    .array(Indicator)
    .min(1, "choose at least one indicator")
    .max(INDICATORS.length)
    .refine((chosen) => new Set(chosen).size === chosen.length, "name each indicator once")
    .overwrite((chosen) => [...chosen].sort(inOrderOf(INDICATORS)))
    .default([...INDICATORS]),
});
export type ChartSetting = z.infer<typeof ChartSetting>;

/** One agent stage: model (null is the desk's default), prompt (null is the stage's active one), bound on tool calls. */
export const AgentSetting = z.strictObject({
  model: z.string().trim().min(1).max(200).nullable().default(null),
  promptVersionId: PromptVersionId.nullable().default(null),
  maxToolCalls: z.number().int().min(0).max(20).default(0),
});
export type AgentSetting = z.infer<typeof AgentSetting>;

/** `advise`: a run ends with the verdict and the review; nothing is ever asked or sent. */
export const OrderMode = z.enum(["place", "advise"]);
export type OrderMode = z.infer<typeof OrderMode>;

/** How a workflow is known: one line without control characters or slashes, so that it can stand in an address. */
export const WorkflowName = z
  .string()
  .trim()
  .min(1, "give it a name")
  .max(60)
  .regex(/^[^\p{C}/\\]*$/u, "one line, without slashes");

/** The analyst of each timeframe's chart. */
export const CHART_STAGE = { daily: "technical_analysis", weekly: "weekly_trend" } as const satisfies Record<
  Timeframe,
  AgentStage
>;

/** Immutable content of a workflow version. */
export const WorkflowDefinition = z
  .strictObject({
    charts: z
      .array(ChartSetting)
      .min(1, "choose at least one timeframe")
      .max(2)
      .refine(
        (charts) => new Set(charts.map((chart) => chart.timeframe)).size === charts.length,
        "name each timeframe once",
      )
      .overwrite((charts) =>
        [...charts].sort((a, b) => inOrderOf(Timeframe.options)(a.timeframe, b.timeframe)),
      )
      .prefault([
        { timeframe: "daily", barsLoaded: 504 },
        { timeframe: "weekly", barsLoaded: 520 },
      ]),
    agents: z.partialRecord(AgentStage, AgentSetting).default({}),
    /** Times a denied decision may go back to the executor. */
    maxRevisions: z.number().int().min(0).max(3).default(1),
    orders: OrderMode.default("place"),
  })
  .superRefine(({ charts, agents }, context) => {
    for (const timeframe of Timeframe.options) {
      const stage = CHART_STAGE[timeframe];
      if (agents[stage] === undefined || charts.some((chart) => chart.timeframe === timeframe)) continue;
      const message = `there is no ${timeframe} chart for this agent to read`;
      context.addIssue({ code: "custom", path: ["agents", stage], message });
    }
  });
export type WorkflowDefinition = z.infer<typeof WorkflowDefinition>;

/** The workflow's chart of a timeframe; null when it has none. */
export function chartOf(
  definition: Pick<WorkflowDefinition, "charts">,
  timeframe: Timeframe,
): ChartSetting | null {
  return definition.charts.find((chart) => chart.timeframe === timeframe) ?? null;
}

/** The setting of a stage, defaults where the workflow names none. */
export function agentOf(definition: Pick<WorkflowDefinition, "agents">, stage: AgentStage): AgentSetting {
  return definition.agents[stage] ?? { model: null, promptVersionId: null, maxToolCalls: 0 };
}
