// Strategies as lines of their list: workflow, next runs, last execution, what came of it. Effects: database.
import type { StrategyLine } from "#server/views/strategies/model.ts";
import type { StrategyId } from "#store/model/ids.ts";
import { sumsOf } from "#store/results/performance.ts";
import { tradeOutcomes } from "#store/results/trades.ts";
import { listStrategies } from "#store/strategies/strategies.ts";
import { listWorkflowVersions } from "#store/strategies/workflows.ts";
import type { WebDeps } from "../../deps.ts";
import { soon } from "../soon.ts";
import { lastByStrategy } from "./executions.ts";
import { previewOf } from "./schedule-preview.ts";

/** Null while they are being worked out, as after a start. */
async function resultsByStrategy(deps: WebDeps): Promise<Map<string, StrategyLine["results"]> | null> {
  const { accountId } = deps.broker;
  const trades = accountId === null ? [] : await soon(tradeOutcomes(deps.database.db, accountId));
  if (trades === null) return null;
  const lines = (await sumsOf(trades)).byStrategy;
  return new Map(lines.map((line) => [line.key, lines.filter((one) => one.key === line.key)]));
}

export async function strategyLines(deps: WebDeps, marketNow: string | null): Promise<StrategyLine[]> {
  const { db } = deps.database;
  const rows = await listStrategies(db);
  const ids = rows.map((row): StrategyId => row.id);
  const [workflows, last, results] = await Promise.all([
    listWorkflowVersions(db),
    lastByStrategy(db, ids),
    resultsByStrategy(deps),
  ]);
  const now = marketNow === null ? null : new Date(marketNow);
  return rows.map((row): StrategyLine => {
    const { symbols, approval, schedule } = row.parameters;
    const workflow = workflows.find((one) => one.id === row.workflowVersionId);
    return {
      id: row.id,
      name: row.name,
      active: row.active,
      version: row.version,
      symbols,
      approval,
      workflow: {
        id: row.workflowVersionId,
        name: workflow?.name ?? "unknown",
        version: workflow?.version ?? 0,
      },
      schedule: schedule === null ? null : previewOf(schedule.cron, now, 1),
      last: last.get(row.id) ?? null,
      results: results === null ? null : (results.get(row.id) ?? []),
    };
  });
}
