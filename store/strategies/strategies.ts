// Strategies and their versions. Effects: database. Versions are only added; a strategy points at its newest.
import { and, asc, desc, eq, sql } from "drizzle-orm";
import { type Db, transaction } from "../database.ts";
import { ConflictError } from "../model/errors.ts";
import type { StrategyId, WorkflowVersionId } from "../model/ids.ts";
import type { StrategyParameters } from "../model/strategy.ts";
import { canonicalJson } from "../model/workflow/canonical.ts";
import { found, only, sqlState, UNIQUE_VIOLATION } from "../rows.ts";
import { strategies, strategyVersions } from "../schema/index.ts";

/** The newest version of a strategy, with what it says. */
export type StrategyRow = typeof strategies.$inferSelect & {
  workflowVersionId: WorkflowVersionId;
  parameters: StrategyParameters;
};

export type SaveStrategy = {
  id: StrategyId;
  name: string;
  active: boolean;
  workflowVersionId: WorkflowVersionId;
  parameters: StrategyParameters;
};

/**
 * Creates a strategy, or changes it: other parameters or another workflow make a new version, running executions
 * keep theirs.
 * @throws ConflictError `strategy_name_taken`
 */
export async function saveStrategy(db: Db, input: SaveStrategy): Promise<StrategyRow> {
  try {
    return await transaction(db, (tx) => writeStrategy(tx, input));
  } catch (error) {
    if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
    throw new ConflictError("strategy_name_taken", `there is another strategy named ${input.name}`, {
      cause: error,
      facts: { field: "name" },
    });
  }
}

/**
 * A new strategy with the workflow and parameters of another, without its schedule: two would run at the same instants.
 * @throws NotFoundError `strategy_not_found`, ConflictError `strategy_name_taken`
 */
export async function cloneStrategy(
  db: Db,
  input: { id: StrategyId; name: string; active: boolean; from: StrategyId },
): Promise<StrategyRow> {
  const { id, name, active, from } = input;
  const { workflowVersionId, parameters } = await getStrategy(db, from);
  return saveStrategy(db, {
    id,
    name,
    active,
    workflowVersionId,
    parameters: { ...parameters, schedule: null },
  });
}

/** Makes an older version's content the newest one. @throws NotFoundError `strategy_version_not_found` */
export async function activateStrategyVersion(
  db: Db,
  input: { id: StrategyId; version: number },
): Promise<StrategyRow> {
  const { id, version } = input;
  return transaction(db, async (tx) => {
    const { name, active } = await getStrategy(tx, id);
    const { workflowVersionId, parameters } = await getStrategyVersion(tx, { id, version });
    return writeStrategy(tx, { id, name, active, workflowVersionId, parameters });
  });
}

async function writeStrategy(tx: Db, input: SaveStrategy): Promise<StrategyRow> {
  const { id, name, active, workflowVersionId, parameters } = input;
  const [row] = await tx
    .insert(strategies)
    .values({ id, name, active, version: 1 })
    .onConflictDoUpdate({ target: strategies.id, set: { name, active, updatedAt: sql`now()` } })
    .returning();
  const head = only(row === undefined ? [] : [row], "saving a strategy");
  const [newest] = await tx
    .select()
    .from(strategyVersions)
    .where(eq(strategyVersions.strategyId, id))
    .orderBy(desc(strategyVersions.version))
    .limit(1);
  const same =
    newest?.workflowVersionId === workflowVersionId &&
    canonicalJson(newest.parameters) === canonicalJson(parameters);
  if (same) return { ...head, workflowVersionId, parameters };
  const version = (newest?.version ?? 0) + 1;
  await tx.insert(strategyVersions).values({ strategyId: id, version, workflowVersionId, parameters });
  await tx.update(strategies).set({ version }).where(eq(strategies.id, id));
  return { ...head, version, workflowVersionId, parameters };
}

function selectStrategies(db: Db) {
  return db
    .select({
      id: strategies.id,
      name: strategies.name,
      active: strategies.active,
      version: strategies.version,
      createdAt: strategies.createdAt,
      updatedAt: strategies.updatedAt,
      workflowVersionId: strategyVersions.workflowVersionId,
      parameters: strategyVersions.parameters,
    })
    .from(strategies)
    .innerJoin(
      strategyVersions,
      and(eq(strategyVersions.strategyId, strategies.id), eq(strategyVersions.version, strategies.version)),
    );
}

/** @throws NotFoundError `strategy_not_found` */
export async function getStrategy(db: Db, id: StrategyId): Promise<StrategyRow> {
  const [row] = await selectStrategies(db).where(eq(strategies.id, id));
  return found(row, "strategy", id);
}

/** What these strategies are called now, without what they say; of one that is not there, nothing. */
export async function strategyNames(db: Db, ids: readonly StrategyId[]): Promise<Map<StrategyId, string>> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return new Map();
  const rows = await db
    .select({ id: strategies.id, name: strategies.name })
    .from(strategies)
    .where(sql`${strategies.id} = any(${sql.param(wanted)}::uuid[])`);
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** What all strategies are called now, by name: for a choice among them. */
export function listStrategyNames(db: Db): Promise<Pick<StrategyRow, "id" | "name">[]> {
  return db
    .select({ id: strategies.id, name: strategies.name })
    .from(strategies)
    .orderBy(asc(strategies.name));
}

/** Which strategies name which symbols in their newest version, by name. */
export async function tradedSymbols(
  db: Db,
): Promise<(Pick<StrategyRow, "id" | "name" | "active"> & Pick<StrategyParameters, "symbols">)[]> {
  const result = await db.execute<
    Pick<StrategyRow, "id" | "name" | "active"> & Pick<StrategyParameters, "symbols">
  >(sql`
    select strategy.id, strategy.name, strategy.active, newest.parameters -> 'symbols' as symbols
    from strategies strategy join strategy_versions newest
      on newest.strategy_id = strategy.id and newest.version = strategy.version
    order by strategy.name`);
  return result.rows;
}

export async function strategyByName(db: Db, name: string): Promise<StrategyRow | null> {
  const [row] = await selectStrategies(db).where(eq(strategies.name, name));
  return row ?? null;
}

export function listStrategies(db: Db, filter: { active?: boolean } = {}): Promise<StrategyRow[]> {
  return selectStrategies(db)
    .where(filter.active === undefined ? undefined : eq(strategies.active, filter.active))
    .orderBy(asc(strategies.name));
}

export type StrategyVersionRow = typeof strategyVersions.$inferSelect;

/** @throws NotFoundError `strategy_version_not_found` */
export async function getStrategyVersion(
  db: Db,
  of: { id: StrategyId; version: number },
): Promise<StrategyVersionRow> {
  const [row] = await db
    .select()
    .from(strategyVersions)
    .where(and(eq(strategyVersions.strategyId, of.id), eq(strategyVersions.version, of.version)));
  return found(row, "strategy_version", String(of.version));
}

/** Every version of a strategy, newest first. */
export function listStrategyVersions(db: Db, strategyId: StrategyId): Promise<StrategyVersionRow[]> {
  return db
    .select()
    .from(strategyVersions)
    .where(eq(strategyVersions.strategyId, strategyId))
    .orderBy(desc(strategyVersions.version));
}
