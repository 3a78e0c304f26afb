// Workflows: a name and its versions. Effects: database. A version never changes; history is only added to.
import { createHash } from "node:crypto";
import { and, asc, desc, eq, sql } from "drizzle-orm";
import { type Db, transaction } from "../database.ts";
import { ConflictError } from "../model/errors.ts";
import type { StrategyId, WorkflowVersionId } from "../model/ids.ts";
import { canonicalJson } from "../model/workflow/canonical.ts";
import type { WorkflowDefinition } from "../model/workflow/definition.ts";
import { found, only } from "../rows.ts";
import { strategies, strategyVersions, workflowVersions } from "../schema/index.ts";

export type WorkflowVersionRow = typeof workflowVersions.$inferSelect;

export type SaveWorkflow = {
  /** Of the new version's row; not used when nothing is new. */
  id: WorkflowVersionId;
  name: string;
  definition: WorkflowDefinition;
};

/** Makes this content the newest version of the workflow; the newest row comes back when it says just that already. */
export async function saveWorkflowVersion(db: Db, input: SaveWorkflow): Promise<WorkflowVersionRow> {
  return transaction(db, async (tx) => {
    await lockName(tx, input.name);
    const newest = await newestOf(tx, input.name);
    return newest !== null && sameContent(newest.definition, input.definition)
      ? newest
      : addVersion(tx, input);
  });
}

/** The first version of a new workflow. @throws ConflictError `workflow_name_taken` */
export async function createWorkflow(db: Db, input: SaveWorkflow): Promise<WorkflowVersionRow> {
  return transaction(db, async (tx) => {
    await lockName(tx, input.name);
    if ((await newestOf(tx, input.name)) === null) return addVersion(tx, input);
    throw new ConflictError("workflow_name_taken", `there is another workflow named ${input.name}`, {
      facts: { field: "name" },
    });
  });
}

/** A new workflow with the newest content of another. @throws NotFoundError, ConflictError `workflow_name_taken` */
export async function cloneWorkflow(
  db: Db,
  input: { id: WorkflowVersionId; name: string; from: string },
): Promise<WorkflowVersionRow> {
  const { id, name, from } = input;
  const { definition } = await newestWorkflowVersion(db, from);
  return createWorkflow(db, { id, name, definition });
}

/** Makes an older version's content the newest one. @throws NotFoundError `workflow_version_not_found` */
export async function activateWorkflowVersion(
  db: Db,
  input: { id: WorkflowVersionId; name: string; version: number },
): Promise<WorkflowVersionRow> {
  const { id, name, version } = input;
  const { definition } = await workflowVersionOf(db, { name, version });
  return saveWorkflowVersion(db, { id, name, definition });
}

/** @throws NotFoundError `workflow_version_not_found` */
export async function getWorkflowVersion(db: Db, id: WorkflowVersionId): Promise<WorkflowVersionRow> {
  const [row] = await db.select().from(workflowVersions).where(eq(workflowVersions.id, id));
  return found(row, "workflow_version", id);
}

/** @throws NotFoundError `workflow_version_not_found` */
export async function workflowVersionOf(
  db: Db,
  of: { name: string; version: number },
): Promise<WorkflowVersionRow> {
  const { name, version } = of;
  const [row] = await db
    .select()
    .from(workflowVersions)
    .where(and(eq(workflowVersions.name, name), eq(workflowVersions.version, version)));
  return found(row, "workflow_version", `${name}, version ${version}`);
}

/** @throws NotFoundError `workflow_not_found` */
export async function newestWorkflowVersion(db: Db, name: string): Promise<WorkflowVersionRow> {
  return found((await newestOf(db, name)) ?? undefined, "workflow", name);
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

/** A strategy whose newest version runs this workflow, in the version it is at. */
export type WorkflowUser = { id: StrategyId; name: string; active: boolean; workflowVersion: number };

export type WorkflowSummary = {
  name: string;
  newest: WorkflowVersionRow;
  /** How many versions there are. */
  versions: number;
  strategies: readonly WorkflowUser[];
};

/** Every workflow by name, with its newest version and who uses it. */
export async function listWorkflows(db: Db): Promise<WorkflowSummary[]> {
  const [newest, counts, users] = await Promise.all([
    db
      .selectDistinctOn([workflowVersions.name])
      .from(workflowVersions)
      .orderBy(asc(workflowVersions.name), desc(workflowVersions.version)),
    db
      .select({ name: workflowVersions.name, versions: sql<number>`count(*)::int` })
      .from(workflowVersions)
      .groupBy(workflowVersions.name),
    workflowUsers(db),
  ]);
  const versions = new Map(counts.map((row) => [row.name, row.versions]));
  return newest.map((row) => ({
    name: row.name,
    newest: row,
    versions: versions.get(row.name) ?? 1,
    strategies: users.flatMap(({ workflow, ...user }) => (workflow === row.name ? [user] : [])),
  }));
}

/** Strategies by the workflow that their newest version runs. */
function workflowUsers(db: Db): Promise<(WorkflowUser & { workflow: string })[]> {
  return db
    .select({
      workflow: workflowVersions.name,
      id: strategies.id,
      name: strategies.name,
      active: strategies.active,
      workflowVersion: workflowVersions.version,
    })
    .from(strategies)
    .innerJoin(
      strategyVersions,
      and(eq(strategyVersions.strategyId, strategies.id), eq(strategyVersions.version, strategies.version)),
    )
    .innerJoin(workflowVersions, eq(workflowVersions.id, strategyVersions.workflowVersionId))
    .orderBy(asc(strategies.name));
}

async function lockName(tx: Db, name: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`workflow:${name}`}, 0))`);
}

async function newestOf(db: Db, name: string): Promise<WorkflowVersionRow | null> {
  const [row] = await db
    .select()
    .from(workflowVersions)
    .where(eq(workflowVersions.name, name))
    .orderBy(desc(workflowVersions.version))
    .limit(1);
  return row ?? null;
}

async function addVersion(tx: Db, { id, name, definition }: SaveWorkflow): Promise<WorkflowVersionRow> {
  const contentHash = createHash("sha256").update(canonicalJson(definition)).digest("hex");
  const version = sql`(select coalesce(max(version), 0) + 1 from workflow_versions where name = ${name})`;
  const values = { id, name, definition, contentHash, version };
  return only(await tx.insert(workflowVersions).values(values).returning(), "saving a workflow version");
}

function sameContent(a: WorkflowDefinition, b: WorkflowDefinition): boolean {
  return canonicalJson(a) === canonicalJson(b);
}
