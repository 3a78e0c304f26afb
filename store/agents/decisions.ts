// Decisions, each tied to the answer and the reports it came from. Effects: database. Never changed.
import { asc, eq } from "drizzle-orm";
import { type Db, transaction } from "../database.ts";
import type { TradeDecision } from "../model/decision.ts";
import { type DecisionId, derivedId, type SymbolRunId } from "../model/ids.ts";
import { found } from "../rows.ts";
import { decisionReports, decisions } from "../schema/index.ts";

export type DecisionRow = typeof decisions.$inferSelect;

export type SaveDecision = Pick<DecisionRow, "symbolRunId" | "visit" | "grounding" | "llmCallId"> & {
  decision: TradeDecision;
  /** Null when the workflow merges consolidation and decision. */
  consolidation: DecisionRow["consolidation"];
  consolidationCallId?: DecisionRow["consolidationCallId"];
  /** Ids of the reports that went into it. */
  reportIds: readonly string[];
};

/** Stores a decision; when this visit already has one, that one is returned. */
export async function saveDecision(db: Db, input: SaveDecision): Promise<DecisionRow> {
  const { decision, reportIds, consolidationCallId, ...values } = input;
  const id = derivedId("decision", input.symbolRunId, input.visit) as DecisionId;
  return transaction(db, async (tx) => {
    const [row] = await tx
      .insert(decisions)
      .values({ id, ...values, ...decision, consolidationCallId: consolidationCallId ?? null })
      .onConflictDoNothing()
      .returning();
    if (row === undefined) return getDecision(tx, id);
    if (reportIds.length > 0) {
      await tx.insert(decisionReports).values(reportIds.map((reportId) => ({ decisionId: id, reportId })));
    }
    return row;
  });
}

/** @throws NotFoundError `decision_not_found` */
export async function getDecision(db: Db, id: DecisionId): Promise<DecisionRow> {
  const [row] = await db.select().from(decisions).where(eq(decisions.id, id));
  return found(row, "decision", id);
}

/** All decisions of a run by visit; the last one counts. */
export function decisionsOfRun(db: Db, symbolRunId: SymbolRunId): Promise<DecisionRow[]> {
  return db
    .select()
    .from(decisions)
    .where(eq(decisions.symbolRunId, symbolRunId))
    .orderBy(asc(decisions.visit));
}

/** Gives a fork the decisions of its source as its own, reports and answers included. Returns new ids by old ones. */
export async function copyDecisions(
  db: Db,
  of: { from: SymbolRunId; to: SymbolRunId },
): Promise<Map<DecisionId, DecisionId>> {
  const copies = new Map<DecisionId, DecisionId>();
  for (const row of await decisionsOfRun(db, of.from)) {
    const { id: old, symbolRunId: _run, createdAt: _at, ...kept } = row;
    const { visit, consolidation, consolidationCallId, grounding, llmCallId, ...decision } = kept;
    const used = await db
      .select({ id: decisionReports.reportId })
      .from(decisionReports)
      .where(eq(decisionReports.decisionId, old));
    const { id } = await saveDecision(db, {
      symbolRunId: of.to,
      visit,
      decision,
      consolidation,
      consolidationCallId,
      grounding,
      llmCallId,
      reportIds: used.map((report) => report.id),
    });
    copies.set(old, id);
  }
  return copies;
}
