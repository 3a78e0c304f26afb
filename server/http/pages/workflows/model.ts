// What the builder shows, filled from the store and from what was typed. Effects: database.

import type { KeptExecution } from "#server/views/strategies/model.ts";
import type {
  BuilderModel,
  BuilderValues,
  PromptChoice,
  WorkflowsModel,
} from "#server/views/workflows/model.ts";
import { listPromptVersions } from "#store/agents/prompts.ts";
import type { Db } from "#store/database.ts";
import type { WorkflowVersionId } from "#store/model/ids.ts";
import type { WorkflowDefinition } from "#store/model/workflow/definition.ts";
import { type Difference, describeDifference } from "#store/model/workflow/difference.ts";
import { workflowSteps } from "#store/model/workflow/steps.ts";
import { WORKFLOW_TEMPLATES } from "#store/model/workflow/templates.ts";
import { listStrategies } from "#store/strategies/strategies.ts";
import { listWorkflows, listWorkflowVersions, type WorkflowVersionRow } from "#store/strategies/workflows.ts";
import type { WebDeps } from "../../deps.ts";
import { unfinishedExecutions } from "../strategies/executions.ts";
import { fingerprint, historyOf, reviewFaults } from "../strategies/versions.ts";
import { builderLabel, valuesOfDefinition } from "./form.ts";

export async function workflowsModel(db: Db): Promise<WorkflowsModel> {
  const workflows = await listWorkflows(db);
  const rows = workflows.map(({ name, newest, strategies }) => ({
    id: newest.id,
    name,
    version: newest.version,
    createdAt: newest.createdAt,
    definition: newest.definition,
    strategies: strategies.map((one) => ({ id: one.id, name: one.name, version: one.workflowVersion })),
  }));
  return { rows, templates: WORKFLOW_TEMPLATES };
}

/** What the builder begins with: a stored version, or the content that a new workflow starts from. */
export type Begin = {
  stored: WorkflowVersionRow | null;
  origin: string | null;
  values: BuilderValues;
};

export function beginWith(row: WorkflowVersionRow): Begin {
  return { stored: row, origin: null, values: valuesOfDefinition(row.name, row.definition) };
}

/** What stands in the form now, and what was found about it. */
export type Typed = {
  values: BuilderValues;
  faults: Readonly<Record<string, string>>;
  /** Null while it has faults. */
  definition: WorkflowDefinition | null;
};

/** A prompt by its number instead of its id. */
function withPrompts(prompts: readonly PromptChoice[]) {
  const named = (text: string) =>
    text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, (id) => prompts.find((one) => one.id === id)?.version ?? id);
  return (differences: Difference[]): Difference[] =>
    differences.map((one) => ({ ...one, before: named(one.before), after: named(one.after) }));
}

function modelNames(deps: WebDeps, definitions: readonly WorkflowDefinition[]): string[] {
  const named = definitions.flatMap(({ agents }) =>
    Object.values(agents).flatMap((agent) => (agent?.model == null ? [] : [agent.model])),
  );
  const own = deps.describe().settings.find((setting) => setting.key === "OPENAI_MODEL")?.value ?? "";
  return [...new Set([...(/^[\w./:@-]+$/.test(own) ? [own] : []), ...named])].slice(0, 50);
}

async function keptOf(db: Db, versions: readonly WorkflowVersionRow[]): Promise<KeptExecution[]> {
  const numbers = new Map<WorkflowVersionId, number>(versions.map((one) => [one.id, one.version]));
  return (await unfinishedExecutions(db)).flatMap((one) => {
    const version = numbers.get(one.workflowVersionId);
    return version === undefined ? [] : [{ ...one, version }];
  });
}

export async function builderModel(
  deps: WebDeps,
  begin: Begin,
  typed: Typed,
  query: URLSearchParams,
): Promise<BuilderModel> {
  const { db } = deps.database;
  const { stored } = begin;
  const [prompts, all, strategies] = await Promise.all([
    listPromptVersions(db),
    listWorkflowVersions(db),
    listStrategies(db),
  ]);
  const versions = stored === null ? [] : all.filter((one) => one.name === stored.name);
  const newest = versions[0] ?? stored;
  const reword = withPrompts(prompts);
  const { definition } = typed;
  const differences =
    newest === null || definition === null ? [] : reword(describeDifference(newest.definition, definition));
  const changed = definition !== null && (newest === null || differences.length > 0);
  const description = deps.describe();
  const numbers = new Map<WorkflowVersionId, number>(versions.map((one) => [one.id, one.version]));
  return {
    stored:
      stored === null || newest === null
        ? null
        : { id: stored.id, name: stored.name, version: stored.version, newest: newest.version },
    origin: begin.origin,
    values: typed.values,
    faults: typed.faults,
    choices: {
      prompts,
      models: modelNames(
        deps,
        all.map((one) => one.definition),
      ),
    },
    deskModel: { text: description.model, offline: description.modelOffline },
    steps: definition === null ? null : workflowSteps(definition),
    review: {
      against: newest === null ? null : `version ${newest.version}`,
      save: newest === null ? "Save as a new workflow" : `Save as version ${newest.version + 1}`,
      differences,
      faults: reviewFaults(typed.faults, builderLabel),
      shown: changed ? fingerprint({ name: typed.values.name.trim(), definition }) : null,
    },
    history: historyOf(
      versions.map((one) => ({
        key: one.id,
        version: one.version,
        createdAt: one.createdAt,
        content: one.definition,
        note: null,
      })),
      { from: query.get("from"), to: query.get("to"), reword },
    ),
    strategies: strategies.map(({ id, name, active, workflowVersionId }) => ({
      id,
      name,
      active,
      uses: numbers.get(workflowVersionId) ?? null,
    })),
    kept: await keptOf(db, versions),
  };
}
