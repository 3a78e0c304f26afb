// The desk's own list of symbols. Effects: database.
import { asc, desc, eq, sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import { ConflictError } from "../model/errors.ts";
import type { Ticker } from "../model/ids.ts";
import { found, only, sqlState, UNIQUE_VIOLATION } from "../rows.ts";
import { type SymbolSettings, workflowSymbols } from "../schema/index.ts";

export type WorkflowSymbolRow = typeof workflowSymbols.$inferSelect;

export type AddWorkflowSymbol = {
  id: string;
  symbol: Ticker;
  enabled?: boolean;
  priority?: number;
  settings?: SymbolSettings;
};

/** @throws ConflictError `symbol_exists` */
export async function addWorkflowSymbol(db: Db, input: AddWorkflowSymbol): Promise<WorkflowSymbolRow> {
  try {
    return only(await db.insert(workflowSymbols).values(input).returning(), "adding a symbol");
  } catch (error) {
    if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
    throw new ConflictError("symbol_exists", `${input.symbol} is already in the list`, {
      cause: error,
      facts: { field: "symbol" },
    });
  }
}

/** Changes what is given and leaves the rest. @throws NotFoundError `workflow_symbol_not_found` */
export async function changeWorkflowSymbol(
  db: Db,
  id: string,
  change: { enabled?: boolean; priority?: number; settings?: SymbolSettings },
): Promise<WorkflowSymbolRow> {
  const [row] = await db
    .update(workflowSymbols)
    .set({ ...change, updatedAt: sql`now()` })
    .where(eq(workflowSymbols.id, id))
    .returning();
  return found(row, "workflow_symbol", id);
}

/** @throws NotFoundError `workflow_symbol_not_found` */
export async function removeWorkflowSymbol(db: Db, id: string): Promise<void> {
  const [row] = await db.delete(workflowSymbols).where(eq(workflowSymbols.id, id)).returning();
  found(row, "workflow_symbol", id);
}

/** @throws NotFoundError `workflow_symbol_not_found` */
export async function getWorkflowSymbol(db: Db, id: string): Promise<WorkflowSymbolRow> {
  const [row] = await db.select().from(workflowSymbols).where(eq(workflowSymbols.id, id));
  return found(row, "workflow_symbol", id);
}

/** By priority, highest first, then by name. */
export function listWorkflowSymbols(
  db: Db,
  filter: { enabled?: boolean } = {},
): Promise<WorkflowSymbolRow[]> {
  return db
    .select()
    .from(workflowSymbols)
    .where(filter.enabled === undefined ? undefined : eq(workflowSymbols.enabled, filter.enabled))
    .orderBy(desc(workflowSymbols.priority), asc(workflowSymbols.symbol))
    .limit(10_000);
}
