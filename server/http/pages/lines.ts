// Rows of the store as lines of tables: what several pages need alike. Effects: database.

import type { ApprovalModel } from "#server/views/parts/approval.tsx";
import type { ExecutionLine } from "#server/views/parts/tables.tsx";
import type { RunLineModel } from "#server/views/run/rows.tsx";
import type { Db } from "#store/database.ts";
import { ApprovalQuestion } from "#store/model/approval.ts";
import type { ExecutionRow } from "#store/runs/executions.ts";
import { executionSummaries, type RunLine } from "#store/runs/overview.ts";
import { strategyNames } from "#store/strategies/strategies.ts";
import type { ApprovalRow } from "#store/trading/approvals.ts";

export function millisecondsBetween(from: string | null, to: string | null): number | null {
  return from === null || to === null ? null : Date.parse(to) - Date.parse(from);
}

export async function executionLines(
  db: Db,
  rows: readonly Omit<ExecutionRow, "parameters">[],
): Promise<ExecutionLine[]> {
  const [summaries, names] = await Promise.all([
    executionSummaries(
      db,
      rows.map((row) => row.id),
    ),
    strategyNames(
      db,
      rows.map((row) => row.strategyId),
    ),
  ]);
  return rows.map(({ id, strategyId, status, mode, asOf, createdAt, symbolCount }) => ({
    ...{ id, status, mode, asOf, createdAt, symbolCount },
    strategy: names.get(strategyId) ?? "removed",
    symbols: summaries.get(id)?.symbols ?? [],
    counts: summaries.get(id)?.counts ?? {},
    scheduledFor: summaries.get(id)?.scheduledFor ?? null,
  }));
}

export function runLineModel(line: RunLine, now: Date): RunLineModel {
  const atWork = line.status === "running" && line.startedAt !== null;
  return {
    ...line,
    durationMs: millisecondsBetween(line.startedAt, line.finishedAt),
    elapsedMs: atWork ? Math.max(0, now.getTime() - Date.parse(line.startedAt ?? "")) : null,
  };
}

/** @throws ZodError when what was shown is not what this version shows: told, never guessed. */
export function approvalModel(row: ApprovalRow): ApprovalModel {
  return { ...row, shown: ApprovalQuestion.parse(row.shown) };
}
