// The technical analyst: reads the daily chart. Effects: the model's calls.
import { InvariantError } from "#store/model/errors.ts";
import { analyseChart, type ReportAnswer } from "./chart-analyst.ts";
import type { AgentContext } from "./context.ts";
import type { AnalystInput } from "./inputs.ts";

/** @throws ModelError when no grounded report came back; there is no default report. */
export async function technicalAnalyst(input: AnalystInput, ctx: AgentContext): Promise<ReportAnswer> {
  if (input.chart.values.timeframe !== "daily")
    throw new InvariantError("the technical analyst reads daily bars");
  return analyseChart(input, ctx);
}
