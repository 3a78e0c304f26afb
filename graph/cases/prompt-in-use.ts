// Which prompt version and which model serve a stage of a run: the one place that decides it. Effects: database reads.
// Order: what the fork was asked to try, then what the workflow names, then the stage's active version and the desk's model.
import { activePromptsByStage, getPromptVersion, type PromptVersionRow } from "#store/agents/prompts.ts";
import { ConflictError } from "#store/model/errors.ts";
import type { AgentStage } from "#store/model/run.ts";
import { agentOf } from "#store/model/workflow/definition.ts";
import type { RunContext } from "../context.ts";
import type { DeskDeps } from "../desk.ts";

/** @throws ConflictError `no_prompt` when nothing names a version for the stage; NotFoundError `prompt_version_not_found` */
export async function promptInUse(
  deps: DeskDeps,
  run: RunContext,
  stage: AgentStage,
): Promise<PromptVersionRow> {
  const { db } = deps.database;
  const { fork, workflow } = run.subject;
  const named = fork?.prompts[stage] ?? agentOf(workflow, stage).promptVersionId ?? null;
  if (named !== null) return ofStage(await getPromptVersion(db, named), stage);
  run.scratch.prompts ??= activePromptsByStage(db);
  const active = (await run.scratch.prompts).get(stage);
  if (active !== undefined) return active;
  throw new ConflictError("no_prompt", `no prompt version of stage ${stage} is in use`, {
    facts: { stage },
  });
}

function ofStage(prompt: PromptVersionRow, stage: AgentStage): PromptVersionRow {
  if (prompt.stage === stage) return prompt;
  throw new ConflictError(
    "no_prompt",
    `prompt ${prompt.id} is one of stage ${prompt.stage}, not of ${stage}`,
    {
      facts: { stage, promptVersionId: prompt.id },
    },
  );
}

/** Null: the desk's model for this stage. */
export function modelInUse(run: RunContext, stage: AgentStage): string | null {
  const { fork, workflow } = run.subject;
  return fork?.models[stage] ?? agentOf(workflow, stage).model;
}
