// Workflows and strategies. Effects: database. Versions are only added; a strategy points at its newest.
import { and, asc, desc, eq, sql } from "drizzle-orm";
import { type Db, transaction } from "../database.ts";
import { ConflictError } from "../model/errors.ts";
import type { StrategyId, WorkflowVersionId } from "../model/ids.ts";
import type { StrategyParameters, WorkflowDefinition } from "../model/strategy.ts";
import { found, only, sqlState, UNIQUE_VIOLATION } from "../rows.ts";
import { strategies, strategyVersions, workflowVersions } from "../schema/index.ts";

export type WorkflowVersionRow = typeof workflowVersions.$inferSelect;

/** The newest version of a strategy, with what it says. */
export type StrategyRow = typeof strategies.$inferSelect & {
  workflowVersionId: WorkflowVersionId;
  parameters: StrategyParameters;
};

/**
 * A workflow version with this content: the stored one when name and content are known, else the next version.
 * `id` is used for a new row only.
 */
export async function saveWorkflowVersion(
  db: Db,
  input: { id: WorkflowVersionId; name: string; definition: WorkflowDefinition; contentHash: string },
): Promise<WorkflowVersionRow> {
  return transaction(db, async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`workflow:${input.name}`}, 0))`);
    const [known] = await tx
      .select()
      .from(workflowVersions)
      .where(and(eq(workflowVersions.name, input.name), eq(workflowVersions.contentHash, input.contentHash)));
    if (known !== undefined) return known;
    const rows = await tx
      .insert(workflowVersions)
      .values({
        ...input,
        version: sql`(select coalesce(max(version), 0) + 1 from workflow_versions where name = ${input.name})`,
      })
      .returning();
    return only(rows, "saving a workflow version");
  });
}

/** @throws NotFoundError `workflow_version_not_found` */
export async function getWorkflowVersion(db: Db, id: WorkflowVersionId): Promise<WorkflowVersionRow> {
  const [row] = await db.select().from(workflowVersions).where(eq(workflowVersions.id, id));
  return found(row, "workflow_version", id);
}

/** Versions of one workflow, or of all, newest first. */
export function listWorkflowVersions(db: Db, filter: { name?: string } = {}): Promise<WorkflowVersionRow[]> {
  return db
    .select()
    .from(workflowVersions)
    .where(filter.name === undefined ? undefined : eq(workflowVersions.name, filter.name))
    .orderBy(asc(workflowVersions.name), desc(workflowVersions.version))
    .limit(1000);
}

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

async function writeStrategy(tx: Db, input: SaveStrategy): Promise<StrategyRow> {
  const { id, name, active, workflowVersionId, parameters } = input;
  const [row] = await tx
    .insert(strategies)
    .values({ id, name, active, version: 1 })
    .onConflictDoUpdate({ target: strategies.id, set: { name, active, updatedAt: sql`now()` } })
    .returning();
  const head = only(row === undefined ? [] : [row], "saving a strategy");
  const [newest] = await tx
    .select({
      version: strategyVersions.version,
      same: sql<boolean>`${strategyVersions.workflowVersionId} = ${workflowVersionId}
        and ${strategyVersions.parameters} = ${sql.param(parameters, strategyVersions.parameters)}::jsonb`,
    })
    .from(strategyVersions)
    .where(eq(strategyVersions.strategyId, id))
    .orderBy(desc(strategyVersions.version))
    .limit(1);
  if (newest?.same === true) return { ...head, workflowVersionId, parameters };
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

export async function strategyByName(db: Db, name: string): Promise<StrategyRow | null> {
  const [row] = await selectStrategies(db).where(eq(strategies.name, name));
  return row ?? null;
}

export function listStrategies(db: Db, filter: { active?: boolean } = {}): Promise<StrategyRow[]> {
  return selectStrategies(db)
    .where(filter.active === undefined ? undefined : eq(strategies.active, filter.active))
    .orderBy(asc(strategies.name));
}

/** Every version of a strategy, newest first. */
export function listStrategyVersions(
  db: Db,
  strategyId: StrategyId,
): Promise<(typeof strategyVersions.$inferSelect)[]> {
  return db
    .select()
    .from(strategyVersions)
    .where(eq(strategyVersions.strategyId, strategyId))
    .orderBy(desc(strategyVersions.version));
}
