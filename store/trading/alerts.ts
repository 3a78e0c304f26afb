// What a person must come to know. Effects: database.
import { desc, eq, sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import { found, only } from "../rows.ts";
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
