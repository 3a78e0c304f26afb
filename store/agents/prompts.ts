// Prompt versions: immutable, known by their content. Effects: database.
import { and, desc, eq, isNotNull, sql } from "drizzle-orm";
import { type Db, transaction } from "../database.ts";
import { ConflictError } from "../model/errors.ts";
import { derivedId, type PromptVersionId, type SymbolRunId } from "../model/ids.ts";
import type { AgentStage } from "../model/run.ts";
import { found } from "../rows.ts";
import { activePrompts, llmCalls, promptActivations, promptVersions } from "../schema/index.ts";

export type PromptVersionRow = typeof promptVersions.$inferSelect;

export type SavePromptVersion = {
  stage: AgentStage;
  version: string;
  template: string;
  inputs: readonly string[];
  contentHash: string;
  /** Who wrote it at run time; absent or null: it came with the desk. */
  author?: string | null;
  note?: string | null;
};

/** Said of the activation that came by itself. */
const FIRST_OF_STAGE = "the desk, as the first version of its stage";

/**
 * Stores a template; content that is already known returns its row. The first version of a stage becomes active.
 * @throws ConflictError `prompt_version_taken` when this version number exists with other content.
 */
export async function savePromptVersion(db: Db, input: SavePromptVersion): Promise<PromptVersionRow> {
  return transaction(db, async (tx) => {
    const [added] = await tx
      .insert(promptVersions)
      .values({
        ...input,
        id: derivedId("prompt-version", input.stage, input.contentHash) as PromptVersionId,
        inputs: [...input.inputs],
      })
      .onConflictDoNothing()
      .returning();
    const row = added ?? (await knownVersion(tx, input));
    const [first] = await tx
      .insert(activePrompts)
      .values({ stage: input.stage, promptVersionId: row.id })
      .onConflictDoNothing()
      .returning();
    if (first !== undefined) await tx.insert(promptActivations).values({ ...first, who: FIRST_OF_STAGE });
    return row;
  });
}

async function knownVersion(tx: Db, input: SavePromptVersion): Promise<PromptVersionRow> {
  const [same] = await tx
    .select()
    .from(promptVersions)
    .where(and(eq(promptVersions.stage, input.stage), eq(promptVersions.contentHash, input.contentHash)));
  if (same !== undefined) return same;
  throw new ConflictError(
    "prompt_version_taken",
    `${input.stage} has a version ${input.version} with other content; versions never change, give it a new number`,
    { facts: { stage: input.stage, version: input.version } },
  );
}

/**
 * Adds a version under the next number of its stage. `write` makes the template of a number; it may throw.
 * @throws ConflictError `prompt_version_known` when the stage has this very text already
 */
export async function addPromptVersion(
  db: Db,
  of: { stage: AgentStage; author: string | null; note: string | null },
  write: (
    number: number,
    earlier: readonly PromptVersionRow[],
  ) => Omit<SavePromptVersion, "stage" | "version">,
): Promise<PromptVersionRow> {
  const { stage, author, note } = of;
  return transaction(db, async (tx) => {
    // Two people who save at once get two numbers.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`prompt-versions:${stage}`}, 0))`);
    const earlier = await tx.select().from(promptVersions).where(eq(promptVersions.stage, stage));
    const numbers = earlier.map((row) => (/^\d+$/.test(row.version) ? Number(row.version) : 0));
    const number = Math.max(0, ...numbers) + 1;
    const made = write(number, earlier);
    const same = earlier.find((row) => row.contentHash === made.contentHash);
    if (same !== undefined) {
      throw new ConflictError("prompt_version_known", `this is version ${same.version}, word for word`, {
        facts: { field: "template", stage, version: same.version },
      });
    }
    return savePromptVersion(tx, { ...made, stage, version: String(number), author, note });
  });
}

/** Makes a stored version the one that new runs use; the same again is no change. @throws NotFoundError */
export async function activatePrompt(db: Db, id: PromptVersionId, who: string): Promise<PromptVersionRow> {
  const row = await getPromptVersion(db, id);
  const { stage } = row;
  await transaction(db, async (tx) => {
    const changed = await tx
      .insert(activePrompts)
      .values({ stage, promptVersionId: id })
      .onConflictDoUpdate({
        target: activePrompts.stage,
        set: { promptVersionId: id, updatedAt: sql`now()` },
        setWhere: sql`${activePrompts.promptVersionId} <> ${id}`,
      })
      .returning();
    if (changed.length > 0) await tx.insert(promptActivations).values({ stage, promptVersionId: id, who });
  });
  return row;
}

export type PromptActivationRow = typeof promptActivations.$inferSelect & { version: string };

/** Who put which version into use, newest first. */
export async function promptActivationsOf(db: Db, stage: AgentStage): Promise<PromptActivationRow[]> {
  const rows = await db
    .select({ activation: promptActivations, version: promptVersions.version })
    .from(promptActivations)
    .innerJoin(promptVersions, eq(promptVersions.id, promptActivations.promptVersionId))
    .where(eq(promptActivations.stage, stage))
    .orderBy(desc(promptActivations.id))
    .limit(50);
  return rows.map(({ activation, version }) => ({ ...activation, version }));
}

/** The version that new runs use. @throws NotFoundError `active_prompt_not_found` when the stage has none. */
export async function activePrompt(db: Db, stage: AgentStage): Promise<PromptVersionRow> {
  const [row] = await db
    .select({ prompt: promptVersions })
    .from(activePrompts)
    .innerJoin(promptVersions, eq(promptVersions.id, activePrompts.promptVersionId))
    .where(eq(activePrompts.stage, stage));
  return found(row, "active_prompt", stage).prompt;
}

/** The versions that new runs use, one per stage that has one. */
export async function activePromptsByStage(db: Db): Promise<ReadonlyMap<AgentStage, PromptVersionRow>> {
  const rows = await db
    .select({ prompt: promptVersions })
    .from(activePrompts)
    .innerJoin(promptVersions, eq(promptVersions.id, activePrompts.promptVersionId));
  return new Map(rows.map(({ prompt }) => [prompt.stage, prompt]));
}

/** @throws NotFoundError `prompt_version_not_found` */
export async function getPromptVersion(db: Db, id: PromptVersionId): Promise<PromptVersionRow> {
  const [row] = await db.select().from(promptVersions).where(eq(promptVersions.id, id));
  return found(row, "prompt_version", id);
}

/** Newest first, with whether each is the active one of its stage. */
export async function listPromptVersions(
  db: Db,
  filter: { stage?: AgentStage } = {},
): Promise<(PromptVersionRow & { active: boolean })[]> {
  const rows = await db
    .select({ prompt: promptVersions, activeId: activePrompts.promptVersionId })
    .from(promptVersions)
    .leftJoin(activePrompts, eq(activePrompts.promptVersionId, promptVersions.id))
    .where(filter.stage === undefined ? undefined : eq(promptVersions.stage, filter.stage))
    .orderBy(promptVersions.stage, desc(promptVersions.createdAt), desc(promptVersions.version));
  return rows.map((row) => ({ ...row.prompt, active: row.activeId !== null }));
}

/** All versions by name, without their text, in the same order: for a choice among them. */
export function listPromptNames(db: Db): Promise<Pick<PromptVersionRow, "id" | "stage" | "version">[]> {
  return db
    .select({ id: promptVersions.id, stage: promptVersions.stage, version: promptVersions.version })
    .from(promptVersions)
    .orderBy(promptVersions.stage, desc(promptVersions.createdAt), desc(promptVersions.version));
}

/** The version that each stage of a run was last asked with. */
export async function promptsUsedBy(
  db: Db,
  id: SymbolRunId,
): Promise<ReadonlyMap<AgentStage, PromptVersionId>> {
  const rows = await db
    .selectDistinctOn([llmCalls.stage], { stage: llmCalls.stage, id: llmCalls.promptVersionId })
    .from(llmCalls)
    .where(and(eq(llmCalls.symbolRunId, id), isNotNull(llmCalls.promptVersionId)))
    .orderBy(llmCalls.stage, desc(llmCalls.createdAt), desc(llmCalls.id));
  return new Map(rows.flatMap((row) => (row.id === null ? [] : [[row.stage, row.id]])));
}
