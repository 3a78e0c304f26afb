// A workflow as the list of steps that a run of it goes through, in the words people use for them. Pure.
import type { Timeframe } from "../bar.ts";
import type { AgentStage } from "../run.ts";
import {
  type AgentSetting,
  agentOf,
  CHART_STAGE,
  chartOf,
  type Indicator,
  type WorkflowDefinition,
} from "./definition.ts";

export const STEP_TYPES = [
  "fetch_data",
  "generate_chart",
  "ai_analyze",
  "consolidate",
  "decide",
  "validate_risk",
  "place_order",
] as const;
export type StepType = (typeof STEP_TYPES)[number];

/** Daily bars that the risk rules need where no daily chart is drawn: they price, size and stop orders by them. */
export const RISK_BARS = 250;

type Agent<Stage extends AgentStage> = { stage: Stage } & AgentSetting;

export type WorkflowStep =
  | { type: "fetch_data"; timeframe: Timeframe; bars: number; for: "chart" | "risk_rules" }
  | { type: "generate_chart"; timeframe: Timeframe; barsShown: number; indicators: readonly Indicator[] }
  | ({ type: "ai_analyze"; timeframe: Timeframe } & Agent<"technical_analysis" | "weekly_trend">)
  | ({ type: "consolidate" } & Agent<"consolidation">)
  | ({ type: "decide" } & Agent<"decision">)
  | ({ type: "validate_risk"; maxRevisions: number } & Agent<"risk_review">)
  | { type: "place_order" };

/** Every step of a run in order; steps of two timeframes stand side by side in fact. */
export function workflowSteps(definition: WorkflowDefinition): WorkflowStep[] {
  const { charts, maxRevisions, orders } = definition;
  const agent = <Stage extends AgentStage>(stage: Stage) => ({ stage, ...agentOf(definition, stage) });
  const steps: WorkflowStep[] = charts.map(({ timeframe, barsLoaded }) => ({
    type: "fetch_data",
    timeframe,
    bars: barsLoaded,
    for: "chart",
  }));
  if (chartOf(definition, "daily") === null)
    steps.unshift({ type: "fetch_data", timeframe: "daily", bars: RISK_BARS, for: "risk_rules" });
  for (const { timeframe, barsShown, indicators } of charts)
    steps.push({ type: "generate_chart", timeframe, barsShown, indicators });
  for (const { timeframe } of charts)
    steps.push({ type: "ai_analyze", timeframe, ...agent(CHART_STAGE[timeframe]) });
  steps.push({ type: "consolidate", ...agent("consolidation") });
  steps.push({ type: "decide", ...agent("decision") });
  steps.push({ type: "validate_risk", maxRevisions, ...agent("risk_review") });
  if (orders === "place") steps.push({ type: "place_order" });
  return steps;
}
