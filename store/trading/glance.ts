// What every page shows in its frame, in one round trip. Effects: database.
import { sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { TradingState } from "../model/risk.ts";
import { only } from "../rows.ts";

export type DeskGlance = {
  trading: TradingState;
  /** Approvals that wait for a person. */
  pendingApprovals: number;
  /** Newest event number that was given: where live readers go on. */
  newestEventId: number;
};

export async function deskGlance(db: Db): Promise<DeskGlance> {
  const result = await db.execute<DeskGlance>(sql`
    select coalesce((select state from trading_states order by id desc limit 1), 'ACTIVE') as trading,
      (select count(*)::int from approvals where status = 'pending') as "pendingApprovals",
      (select case when is_called then last_value else 0 end from node_events_id_seq)::float8 as "newestEventId"`);
  return only(result.rows, "looking at the desk");
}
