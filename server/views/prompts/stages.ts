// The stages of a run in the words of its pages. Pure.
import type { AgentStage } from "#store/model/run.ts";

export const STAGE_TITLE: Readonly<Record<AgentStage, string>> = {
  technical_analysis: "Technical analysis",
  weekly_trend: "Weekly trend",
  consolidation: "Consolidation",
  decision: "Decision",
  risk_review: "Risk review",
};

export const STAGE_TEXT: Readonly<Record<AgentStage, string>> = {
  technical_analysis: "The technical analyst reads the daily chart and reports on it.",
  weekly_trend: "The weekly-trend analyst reads the weekly chart and names the larger trend.",
  consolidation: "The executor weighs the reports against each other and the account.",
  decision: "The executor decides: BUY, SELL or HOLD, with target and stop.",
  risk_review: "The risk manager reads an order that the rules have passed; it may reduce or veto.",
};
