// The weekly-trend analyst on the weekly chart. Effects: the model's calls, database.
import { weeklyTrend as analyse } from "#agents/weekly-trend.ts";
import { analystNode } from "../cases/analyst-node.ts";
import type { DeskDeps } from "../desk.ts";
import type { NodeDefinition } from "../node.ts";

export function weeklyTrend(deps: DeskDeps): NodeDefinition {
  return analystNode(deps, {
    name: "weekly_trend",
    stage: "weekly_trend",
    timeframe: "weekly",
    analyse,
    update: (weekly) => ({ weekly }),
  });
}
