// Analysts' reports. Effects: database. One per run, stage and visit, never changed.
import { and, asc, eq } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { SymbolRunId } from "../model/ids.ts";
import { derivedId } from "../model/ids.ts";
import { found } from "../rows.ts";
import { reports } from "../schema/index.ts";

export type ReportRow = typeof reports.$inferSelect;
export type SaveReport = Pick<
  ReportRow,
  "symbolRunId" | "stage" | "visit" | "report" | "grounding" | "llmCallId"
>;

/** Stores a report; when this stage and visit already has one, that one is returned. */
export async function saveReport(db: Db, input: SaveReport): Promise<ReportRow> {
  const id = derivedId("report", input.symbolRunId, input.stage, input.visit);
  const [row] = await db
    .insert(reports)
    .values({ id, ...input })
    .onConflictDoNothing()
    .returning();
  return row ?? getReport(db, id);
}

/** @throws NotFoundError `report_not_found` */
export async function getReport(db: Db, id: string): Promise<ReportRow> {
  const [row] = await db.select().from(reports).where(eq(reports.id, id));
  return found(row, "report", id);
}

/** Reports of a run, of one visit if given, by visit and stage. */
export function listReports(db: Db, of: { symbolRunId: SymbolRunId; visit?: number }): Promise<ReportRow[]> {
  return db
    .select()
    .from(reports)
    .where(
      and(
        eq(reports.symbolRunId, of.symbolRunId),
        of.visit === undefined ? undefined : eq(reports.visit, of.visit),
      ),
    )
    .orderBy(asc(reports.visit), asc(reports.stage));
}
