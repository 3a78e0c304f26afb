// The journal of what live readers are told, read again: from where a reader must go on, and what came since.
// Effects: database. Only triggers write it; ids are those of node events too, given before commits.
import { and, asc, eq, gt, inArray, sql } from "drizzle-orm";
import type { Db } from "./database.ts";
import type { LiveEvent } from "./events.ts";
import type { ExecutionId, SymbolRunId } from "./model/ids.ts";
import type { LiveTopic } from "./model/live.ts";
import { only } from "./rows.ts";
import { liveEvents } from "./schema/index.ts";

/** How far before a reader's newest id one may lie that was committed after it: by number and by age. */
const LOOK_BACK_IDS = 1_000;
/** No transaction of the desk lasts longer: the server ends statements and idle transactions after this time. */
const LOOK_BACK_SECONDS = 60;
const KEPT_DAYS = 7;

/**
 * The id after which a reader that has seen `after` must read again, so that nothing is missed: ids are given before
 * commits, and a lower id may have been committed later. Equal to `after` when nothing near it is that young.
 */
export async function resumePoint(db: Db, after: number): Promise<number> {
  const result = await db.execute<{ id: number | null }>(sql`
    with near as (
      select id, at from node_events where id > ${after - LOOK_BACK_IDS} and id <= ${after}
      union all
      select id, at from live_events where id > ${after - LOOK_BACK_IDS} and id <= ${after}
    )
    select (min(id) - 1)::float8 as id from near
    where at >= coalesce((select at from near where id = ${after}), now()) - make_interval(secs => ${LOOK_BACK_SECONDS})`);
  return only(result.rows, "looking for the place to go on").id ?? after;
}

/** Lines after this id, oldest first; at most `limit`. */
export function liveEventsAfter(
  db: Db,
  query: {
    after: number;
    limit: number;
    executionId?: ExecutionId;
    symbolRunId?: SymbolRunId;
    topics?: readonly LiveTopic[];
  },
): Promise<LiveEvent[]> {
  return db
    .select({
      id: liveEvents.id,
      topic: liveEvents.topic,
      at: liveEvents.at,
      executionId: liveEvents.executionId,
      symbolRunId: liveEvents.symbolRunId,
      facts: liveEvents.facts,
    })
    .from(liveEvents)
    .where(
      and(
        gt(liveEvents.id, query.after),
        query.executionId === undefined ? undefined : eq(liveEvents.executionId, query.executionId),
        query.symbolRunId === undefined ? undefined : eq(liveEvents.symbolRunId, query.symbolRunId),
        query.topics === undefined ? undefined : inArray(liveEvents.topic, [...query.topics]),
      ),
    )
    .orderBy(asc(liveEvents.id))
    .limit(query.limit);
}

/** Not lower than any id that has been given; 0 before the first. */
export async function newestEventNumber(db: Db): Promise<number> {
  const result = await db.execute<{ id: number }>(
    sql`select (case when is_called then last_value else 0 end)::float8 as id from node_events_id_seq`,
  );
  return only(result.rows, "reading the newest event number").id;
}

/** Forgets what is older than a week: readers that were away so long read everything anew. Returns lines removed. */
export async function pruneLiveEvents(db: Db): Promise<number> {
  const result = await db.execute(
    sql`delete from live_events where at < now() - make_interval(days => ${KEPT_DAYS})`,
  );
  return result.rowCount ?? 0;
}
