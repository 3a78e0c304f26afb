// What a person must come to know. Effects: database.
import { and, desc, eq, sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { OrderId, SymbolRunId } from "../model/ids.ts";
import { found, only } from "../rows.ts";
import { storableJson } from "../schema/columns.ts";
import { type AlertLevel, alerts } from "../schema/index.ts";

export type AlertRow = typeof alerts.$inferSelect;
export type { AlertLevel };

export async function raiseAlert(
  db: Db,
  input: Pick<AlertRow, "level" | "code" | "message"> &
    Partial<Pick<AlertRow, "facts" | "symbolRunId" | "orderId">>,
): Promise<AlertRow> {
  return only(await db.insert(alerts).values(input).returning(), "raising an alert");
}

/** Whether an alert of this code was ever raised about the order, acknowledged or not. */
export async function alertedOrder(db: Db, of: { code: string; orderId: OrderId }): Promise<boolean> {
  const [row] = await db
    .select({ id: alerts.id })
    .from(alerts)
    .where(and(eq(alerts.orderId, of.orderId), eq(alerts.code, of.code)))
    .limit(1);
  return row !== undefined;
}

/** Newest first; only those that nobody has acknowledged, unless `all`. */
export function listAlerts(db: Db, options: { all?: boolean; limit?: number } = {}): Promise<AlertRow[]> {
  return db
    .select()
    .from(alerts)
    .where(options.all === true ? undefined : sql`${alerts.acknowledgedAt} is null`)
    .orderBy(desc(alerts.id))
    .limit(options.limit ?? 100);
}

/** @throws NotFoundError `alert_not_found` */
export async function acknowledgeAlert(db: Db, id: number, who: string): Promise<AlertRow> {
  const [row] = await db
    .update(alerts)
    .set({
      acknowledgedAt: sql`coalesce(${alerts.acknowledgedAt}, now())`,
      acknowledgedBy: sql`coalesce(${alerts.acknowledgedBy}, ${who})`,
    })
    .where(eq(alerts.id, id))
    .returning();
  return found(row, "alert", String(id));
}

/** An alert about a state that lasts: raised when it begins, not on every look at it. */
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
