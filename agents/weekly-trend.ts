// The weekly-trend analyst: reads the weekly chart for the trend that a daily trade stands in. Effects: the model's calls.
import { InvariantError } from "#store/model/errors.ts";
import { analyseChart, type ReportAnswer } from "./chart-analyst.ts";
import type { AgentContext } from "./context.ts";
import type { AnalystInput } from "./inputs.ts";

/** @throws ModelError when no grounded report came back; there is no default report. */
export async function weeklyTrend(input: AnalystInput, ctx: AgentContext): Promise<ReportAnswer> {
  if (input.chart.values.timeframe !== "weekly")
    throw new InvariantError("the weekly trend is read from weekly bars");
  return analyseChart(input, ctx);
}
