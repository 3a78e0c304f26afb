// How far a new desk has come on the way from its first execution to its first fill. Effects: one database read.
import { sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { ExecutionId, OrderId, SymbolRunId } from "../model/ids.ts";
import type { OrderStatus } from "../model/order.ts";
import type { ExecutionStatus } from "../model/run.ts";
import { only } from "../rows.ts";

export type FirstSteps = {
  /** The newest execution; null before the first. */
  executionId: ExecutionId | null;
  executionStatus: ExecutionStatus | null;
  /** An answer was given to some approval. */
  answered: boolean;
  /** The newest order that the desk itself sent. */
  orderId: OrderId | null;
  orderStatus: OrderStatus | null;
  orderRunId: SymbolRunId | null;
  filled: boolean;
  /** Entries that the desk has made so far; counted to two. */
  entries: number;
};

export async function firstSteps(db: Db): Promise<FirstSteps> {
  const result = await db.execute<FirstSteps>(sql`
    select execution.id as "executionId", execution.status as "executionStatus",
      exists (select 1 from approvals where status in ('approved', 'edited', 'rejected')) as answered,
      placed.id as "orderId", placed.status as "orderStatus", placed.symbol_run_id as "orderRunId",
      exists (select 1 from fills) as filled,
      (select count(*)::int from (select from orders where leg = 'entry' and not external limit 2) two) as entries
    from (select 1) one
    left join lateral (select id, status from executions order by created_at desc, id desc limit 1) execution on true
    left join lateral (select id, status, symbol_run_id from orders where not external and leg = 'entry'
      order by created_at desc, id desc limit 1) placed on true`);
  return only(result.rows, "looking how far the desk has come");
}
