// Whether the prompts that a workflow names are there and of the right stage. Effects: database reads.
import { inArray } from "drizzle-orm";
import type { Db } from "../database.ts";
import { AGENT_STAGES } from "../model/run.ts";
import type { WorkflowDefinition } from "../model/workflow/definition.ts";
import { promptVersions } from "../schema/index.ts";

export type PromptFault = {
  code: "workflow_prompt_unknown" | "workflow_prompt_stage";
  path: readonly ["agents", string, "promptVersionId"];
  message: string;
};

/** One per agent whose prompt cannot be used, in the order of the stages. */
export async function promptFaults(
  db: Db,
  { agents }: Pick<WorkflowDefinition, "agents">,
): Promise<PromptFault[]> {
  const named = AGENT_STAGES.flatMap((stage) => {
    const id = agents[stage]?.promptVersionId ?? null;
    return id === null ? [] : [{ stage, id }];
  });
  if (named.length === 0) return [];
  const rows = await db
    .select({ id: promptVersions.id, stage: promptVersions.stage })
    .from(promptVersions)
    .where(
      inArray(
        promptVersions.id,
        named.map(({ id }) => id),
      ),
    );
  const stages = new Map(rows.map((row) => [row.id, row.stage]));
  return named.flatMap(({ stage, id }): PromptFault[] => {
    const found = stages.get(id);
    const path = ["agents", stage, "promptVersionId"] as const;
    if (found === stage) return [];
    return found === undefined
      ? [{ code: "workflow_prompt_unknown", path, message: `there is no prompt version ${id}` }]
      : [
          {
            code: "workflow_prompt_stage",
            path,
            message: `prompt ${id} is one of ${found}, not of ${stage}`,
          },
        ];
  });
}
