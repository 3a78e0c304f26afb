// The technical analyst on the daily chart. Effects: the model's calls, database.
import { technicalAnalyst as analyse } from "#agents/technical-analyst.ts";
import { analystNode } from "../cases/analyst-node.ts";
import type { DeskDeps } from "../desk.ts";
import type { NodeDefinition } from "../node.ts";

export function technicalAnalyst(deps: DeskDeps): NodeDefinition {
  return analystNode(deps, {
    name: "technical_analyst",
    stage: "technical_analysis",
    timeframe: "daily",
    analyse,
    update: (technical) => ({ technical }),
  });
}
