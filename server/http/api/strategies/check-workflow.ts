// A workflow as typed, checked without saving: its shape, its prompts, its name. Effects: database reads.
import { WorkflowDefinition, WorkflowName } from "#store/model/workflow/definition.ts";
import { promptFaults } from "#store/strategies/prompt-faults.ts";
import { listWorkflowVersions } from "#store/strategies/workflows.ts";
import type { WebDeps } from "../../deps.ts";
import { type FieldFault, fieldFaults } from "../../problems.ts";

/** Every fault with its field; `definition` is null while its shape has one. */
export async function checkWorkflow(
  deps: WebDeps,
  of: { name: string; isNew: boolean; definition: unknown },
): Promise<{ definition: WorkflowDefinition | null; faults: FieldFault[] }> {
  const { db } = deps.database;
  const faults: FieldFault[] = [];
  const name = WorkflowName.safeParse(of.name);
  if (!name.success) faults.push(...name.error.issues.map(({ message }) => ({ field: "name", message })));
  else if (of.isNew && (await listWorkflowVersions(db, { name: name.data })).length > 0)
    faults.push({ field: "name", message: `there is another workflow named ${name.data}` });
  const parsed = WorkflowDefinition.safeParse(of.definition);
  if (!parsed.success) return { definition: null, faults: [...faults, ...fieldFaults(parsed.error)] };
  const prompts = await promptFaults(db, parsed.data);
  faults.push(...prompts.map(({ path, message }) => ({ field: path.join("."), message })));
  return { definition: parsed.data, faults };
}
