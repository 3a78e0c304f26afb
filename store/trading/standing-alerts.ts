// Alerts about a state that lasts: raised when it begins, not on every look at it. Effects: database.
import { sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { OrderId, SymbolRunId } from "../model/ids.ts";
import { storableJson } from "../schema/columns.ts";
import type { AlertLevel } from "../schema/index.ts";

export type StandingAlert = {
  level: AlertLevel;
  code: string;
  message: string;
  facts: unknown;
  orderId: OrderId | null;
  symbolRunId: SymbolRunId | null;
};

/** Raises it unless one of the same code and message about the same order stands unacknowledged. True when it is new. */
export async function raiseAlertOnce(db: Db, alert: StandingAlert): Promise<boolean> {
  const { level, code, message, facts, orderId, symbolRunId } = alert;
  const result = await db.execute(sql`
    insert into alerts (level, code, message, facts, order_id, symbol_run_id)
    select ${level}, ${code}, ${message}, ${storableJson(facts)}::jsonb, ${orderId}::uuid, ${symbolRunId}::uuid
    where not exists (
      select 1 from alerts
      where acknowledged_at is null and code = ${code} and message = ${message}
        and order_id is not distinct from ${orderId}::uuid)`);
  return (result.rowCount ?? 0) > 0;
}

/** What stood under this code is over: acknowledged by `who`. Returns how many there were. */
export async function settleStandingAlerts(db: Db, code: string, who: string): Promise<number> {
  const result = await db.execute(sql`
    update alerts set acknowledged_at = now(), acknowledged_by = ${who}
    where acknowledged_at is null and code = ${code}`);
  return result.rowCount ?? 0;
}
