// A workflow as typed, checked without saving: its shape, its prompts, its name. Effects: database reads.
import { z } from "zod";
import { listPromptVersions } from "#store/agents/prompts.ts";
import { AGENT_STAGES } from "#store/model/run.ts";
import { WorkflowDefinition } from "#store/model/workflow/definition.ts";
import { listWorkflowVersions } from "#store/strategies/workflows.ts";
import type { WebDeps } from "../../deps.ts";
import { type FieldFault, fieldFaults } from "../../problems.ts";

const Name = z.string().trim().min(1, "give it a name").max(60);

export async function checkWorkflow(
  deps: WebDeps,
  of: { name: string; isNew: boolean; definition: unknown },
): Promise<{ definition: WorkflowDefinition | null; faults: FieldFault[] }> {
  const { db } = deps.database;
  const faults: FieldFault[] = [];
  const name = Name.safeParse(of.name);
  if (!name.success) faults.push(...name.error.issues.map(({ message }) => ({ field: "name", message })));
  else if (of.isNew && (await listWorkflowVersions(db, { name: name.data })).length > 0)
    faults.push({ field: "name", message: `there is another workflow named ${name.data}` });
  const parsed = WorkflowDefinition.safeParse(of.definition);
  if (!parsed.success) return { definition: null, faults: [...faults, ...fieldFaults(parsed.error)] };
  const prompts = new Map((await listPromptVersions(db)).map((one) => [one.id, one.stage]));
  for (const stage of AGENT_STAGES) {
    const id = parsed.data.agents[stage]?.promptVersionId ?? null;
    if (id !== null && prompts.get(id) !== stage)
      faults.push({ field: `agents.${stage}.promptVersionId`, message: "no stored prompt of this stage" });
  }
  return { definition: parsed.data, faults };
}
