// What the code of each stage fills in: the names that a prompt may ask for, and must use, with their kinds. Pure.
import type { AgentStage } from "#store/model/run.ts";
import type { PromptInputKind } from "./template.ts";

type Inputs = Readonly<Record<string, PromptInputKind>>;

const CHART: Inputs = {
  symbol: "word",
  picture: "word",
  task: "block",
  chart: "lines",
  guide: "lines",
  values: "block",
};
const CASE: Inputs = {
  symbol: "word",
  task: "block",
  daily_report: "block",
  weekly_report: "block",
  daily_values: "block",
  weekly_values: "block",
  portfolio: "block",
};

export const STAGE_INPUTS: Readonly<Record<AgentStage, Inputs>> = {
  technical_analysis: CHART,
  weekly_trend: CHART,
  consolidation: CASE,
  decision: { ...CASE, consolidation: "block", limits: "block", revision: "block" },
  risk_review: { ...CASE, decision: "block", verdict: "block", consolidation: "block" },
};
