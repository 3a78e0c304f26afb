// Rows of prompts as their pages show them. Effects: database.
import type { StageModel, VersionModel, VersionPageModel } from "#server/views/prompts/model.ts";
import { getPromptVersion, listPromptVersions, promptActivationsOf } from "#store/agents/prompts.ts";
import type { PromptVersionId } from "#store/model/ids.ts";
import type { AgentStage } from "#store/model/run.ts";
import { FEWEST_CASES } from "#store/results/intervals.ts";
import { listTries, promptUses } from "#store/results/tries.ts";
import { resultsOfStage } from "../../api/prompts/results.ts";
import { differenceOfPrompts } from "../../api/prompts/versions.ts";
import type { Site } from "../site.tsx";
import { soon } from "../soon.ts";

const TRIES = 20;

export async function stageModel(site: Site, stage: AgentStage): Promise<StageModel> {
  const { db } = site.deps.database;
  const [versions, activations, results] = await Promise.all([
    listPromptVersions(db, { stage }),
    promptActivationsOf(db, stage),
    countedOf(site, stage),
  ]);
  return { stage, versions, activations, ...results, fewest: FEWEST_CASES };
}

/** The first count after a start spans every run: nobody waits for it. */
async function countedOf(site: Site, stage: AgentStage): Promise<Pick<StageModel, "results" | "countedAt">> {
  const counted = await soon(resultsOfStage(site.deps, stage));
  return { results: counted?.rows ?? [], countedAt: counted?.countedAt ?? null };
}

/** A version with whether it is in use, and all versions of its stage, newest first. */
export async function versionWithOthers(
  site: Site,
  id: PromptVersionId,
): Promise<{ version: VersionModel; others: VersionModel[] }> {
  const { db } = site.deps.database;
  const row = await getPromptVersion(db, id);
  const others = await listPromptVersions(db, { stage: row.stage });
  return { version: others.find((one) => one.id === id) ?? { ...row, active: false }, others };
}

export async function versionModel(site: Site, id: PromptVersionId): Promise<VersionPageModel> {
  const { db } = site.deps.database;
  const { version, others } = await versionWithOthers(site, id);
  const { stage } = version;
  const [results, workflows, tries] = await Promise.all([
    countedOf(site, stage),
    promptUses(db, { id, stage }),
    listTries(db, { promptVersionId: id, stage, limit: TRIES }),
  ]);
  const before = others[others.findIndex((one) => one.id === id) + 1];
  return {
    version,
    others,
    since:
      before === undefined
        ? null
        : { version: before, difference: differenceOfPrompts(before.template, version.template) },
    results: results.results.filter((line) => line.promptVersionId === id),
    countedAt: results.countedAt,
    fewest: FEWEST_CASES,
    workflows,
    tries,
  };
}
