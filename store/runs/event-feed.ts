// Node events over all runs, lean and with their symbol and execution: what live readers follow. Effects: database.
import { and, asc, eq, gt, inArray } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { ExecutionId, SymbolRunId } from "../model/ids.ts";
import { nodeEvents, symbolRuns } from "../schema/index.ts";

const FIELDS = {
  id: nodeEvents.id,
  executionId: symbolRuns.executionId,
  symbolRunId: nodeEvents.symbolRunId,
  symbol: symbolRuns.symbol,
  node: nodeEvents.node,
  visit: nodeEvents.visit,
  attempt: nodeEvents.attempt,
  kind: nodeEvents.kind,
  error: nodeEvents.error,
  durationMs: nodeEvents.durationMs,
  at: nodeEvents.at,
};

/** Events with these ids, or after this id, oldest first; at most `limit` (default 500). */
export function feedEvents(
  db: Db,
  query: ({ ids: readonly number[] } | { after: number }) & {
    executionId?: ExecutionId;
    symbolRunId?: SymbolRunId;
    limit?: number;
  },
) {
  return db
    .select(FIELDS)
    .from(nodeEvents)
    .innerJoin(symbolRuns, eq(symbolRuns.id, nodeEvents.symbolRunId))
    .where(
      and(
        "ids" in query ? inArray(nodeEvents.id, [...query.ids]) : gt(nodeEvents.id, query.after),
        query.executionId === undefined ? undefined : eq(symbolRuns.executionId, query.executionId),
        query.symbolRunId === undefined ? undefined : eq(nodeEvents.symbolRunId, query.symbolRunId),
      ),
    )
    .orderBy(asc(nodeEvents.id))
    .limit(query.limit ?? 500);
}

export type FeedEvent = Awaited<ReturnType<typeof feedEvents>>[number];
