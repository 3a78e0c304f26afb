// Workflows to begin with: each is a whole definition, to be used as it is, cloned or edited. Pure.
import { WorkflowDefinition } from "./definition.ts";

export type WorkflowTemplate = {
  key: "two-indicator" | "three-indicator" | "single-timeframe" | "multi-agent";
  title: string;
  /** What it looks at and when it suits, in a sentence or two. */
  description: string;
  definition: WorkflowDefinition;
};

const charts = (indicators: string[]) => [
  { timeframe: "daily", barsLoaded: 504, indicators },
  { timeframe: "weekly", barsLoaded: 520, indicators },
];

export const WORKFLOW_TEMPLATES: readonly WorkflowTemplate[] = [
  {
    key: "two-indicator",
    title: "Two indicators",
    description:
      "Trend by moving averages and momentum by MACD, on the daily and the weekly chart. Both have to agree: few signals, easy to follow.",
    definition: WorkflowDefinition.parse({ charts: charts(["sma", "macd"]) }),
  },
  {
    key: "three-indicator",
    title: "Three indicators",
    description:
      "Moving averages, MACD and SuperTrend on the daily and the weekly chart: trend, momentum and volatility have to agree.",
    definition: WorkflowDefinition.parse({ charts: charts(["sma", "supertrend", "macd"]) }),
  },
  {
    key: "single-timeframe",
    title: "Single timeframe",
    description:
      "The daily chart alone with all indicators. One analyst less to wait for and to pay; nobody looks at the larger trend.",
    definition: WorkflowDefinition.parse({ charts: [{ timeframe: "daily", barsLoaded: 504 }] }),
  },
  {
    key: "multi-agent",
    title: "Multi-agent",
    description:
      "Two analysts with all indicators, one on the daily and one on the weekly chart; the executor weighs them, the risk manager reviews.",
    definition: WorkflowDefinition.parse({}),
  },
];
