// The desk's own list of symbols. Effects: database.
import { asc, desc, eq, sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import { ConflictError } from "../model/errors.ts";
import type { SymbolRunId, Ticker } from "../model/ids.ts";
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

/** A part of the same list: those that begin with `prefix`, and how many symbols there are in all. */
export async function workflowSymbolsFrom(
  db: Db,
  of: { prefix: string; from: number; limit: number },
): Promise<{ rows: WorkflowSymbolRow[]; total: number; more: boolean }> {
  const [counted, rows] = await Promise.all([
    db.execute<{ total: number }>(sql`select count(*)::int as total from workflow_symbols`),
    db
      .select()
      .from(workflowSymbols)
      .where(of.prefix === "" ? undefined : sql`starts_with(${workflowSymbols.symbol}, ${of.prefix})`)
      .orderBy(desc(workflowSymbols.priority), asc(workflowSymbols.symbol))
      .offset(of.from)
      .limit(of.limit + 1),
  ]);
  const { total } = only(counted.rows, "counting symbols");
  return { rows: rows.slice(0, of.limit), total, more: rows.length > of.limit };
}

/** Of these symbols the ones that nobody has turned off, by priority, highest first, else in their own order. */
export async function symbolsInUse(db: Db, symbols: readonly Ticker[]): Promise<Ticker[]> {
  const result = await db.execute<{ symbol: Ticker }>(sql`
    select wanted.symbol
    from unnest(${sql.param([...symbols])}::text[]) with ordinality as wanted (symbol, place)
    left join workflow_symbols listed on listed.symbol = wanted.symbol
    where coalesce(listed.enabled, true)
    order by coalesce(listed.priority, 0) desc, wanted.place`);
  return result.rows.map((row) => row.symbol);
}

/** The priority of each run's symbol, highest first; 0 for a symbol that is not on the list. */
export async function runPriorities(
  db: Db,
  ids: readonly SymbolRunId[],
): Promise<{ id: SymbolRunId; priority: number }[]> {
  if (ids.length === 0) return [];
  const result = await db.execute<{ id: SymbolRunId; priority: number }>(sql`
    select wanted.id, coalesce(listed.priority, 0) as priority
    from unnest(${sql.param([...ids])}::uuid[]) with ordinality as wanted (id, place)
    left join symbol_runs run on run.id = wanted.id
    left join workflow_symbols listed on listed.symbol = run.symbol
    order by coalesce(listed.priority, 0) desc, wanted.place`);
  return result.rows;
}
