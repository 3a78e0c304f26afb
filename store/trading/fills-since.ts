// Fills of an account over a span of time, each execution in its newest correction. Effects: database.
import { sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { AccountId, Instant } from "../model/ids.ts";
import { fills } from "../schema/index.ts";
import type { FillRow } from "./fills.ts";

/** Oldest first; `from` is business time and counts itself. */
export function fillsFrom(db: Db, of: { accountId: AccountId; from: Instant }): Promise<FillRow[]> {
  return db
    .select()
    .from(fills)
    .where(
      sql`${fills.accountId} = ${of.accountId} and ${fills.at} >= ${of.from}::timestamptz
        and not exists (select 1 from fills later
          where later.execution_key = ${fills.executionKey} and later.correction > ${fills.correction})`,
    )
    .orderBy(fills.at, fills.executionRef);
}
