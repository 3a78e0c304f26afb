// What the page of one strategy shows, filled from the store and from what was typed. Effects: database, the market's clock.
import type { StrategyModel, StrategyValues } from "#server/views/strategies/model.ts";
import type { BuilderModel } from "#server/views/workflows/model.ts";
import { stepText } from "#server/views/workflows/step-words.ts";
import { listPromptVersions } from "#store/agents/prompts.ts";
import type { Db } from "#store/database.ts";
import type { WorkflowVersionId } from "#store/model/ids.ts";
import type { StrategyParameters } from "#store/model/strategy.ts";
import { canonicalJson } from "#store/model/workflow/canonical.ts";
import type { WorkflowDefinition } from "#store/model/workflow/definition.ts";
import { type Difference, describeDifference } from "#store/model/workflow/difference.ts";
import { workflowSteps } from "#store/model/workflow/steps.ts";
import { WORKFLOW_TEMPLATES } from "#store/model/workflow/templates.ts";
import { listExecutions } from "#store/runs/executions.ts";
import { listStrategyVersions, type StrategyRow } from "#store/strategies/strategies.ts";
import { listWorkflowSymbols } from "#store/strategies/workflow-symbols.ts";
import { listWorkflowVersions, type WorkflowVersionRow } from "#store/strategies/workflows.ts";
import { symbolList } from "../fields.ts";
import type { Site } from "../site.tsx";
import { unfinishedExecutions } from "./executions.ts";
import { strategyLabel } from "./form.ts";
import { limitGroups } from "./limit-fields.ts";
import { previewOf } from "./schedule-preview.ts";
import { fingerprint, historyOf, reviewFaults } from "./versions.ts";

const LAST = 5;
const NEXT_RUNS = 3;

/** A workflow that may be chosen: a stored version, or a template that nobody has stored yet. */
export type WorkflowChoice = {
  value: string;
  text: string;
  definition: WorkflowDefinition;
  /** One of the newest few of its workflow: offered to choose. */
  recent: boolean;
};

const OFFERED = 5;

const numbered = (row: Pick<WorkflowVersionRow, "name" | "version">) => `${row.name}, version ${row.version}`;

export async function workflowChoices(db: Db): Promise<WorkflowChoice[]> {
  const stored = await listWorkflowVersions(db);
  const contents = new Set(stored.map((row) => canonicalJson(row.definition)));
  const fresh = WORKFLOW_TEMPLATES.filter((one) => !contents.has(canonicalJson(one.definition)));
  return [
    ...stored.map((row, index) => ({
      value: row.id,
      text: numbered(row),
      definition: row.definition,
      // By name and newest first: older ones have as many of their name before them.
      recent: stored[index - OFFERED]?.name !== row.name,
    })),
    ...fresh.map((one) => ({
      value: `template:${one.key}`,
      text: `template: ${one.title}`,
      definition: one.definition,
      recent: true,
    })),
  ];
}

/** Where a form begins: a stored strategy, or what a new one starts from. */
export type Begin = {
  stored: StrategyRow | null;
  origin: string | null;
  values: StrategyValues;
  parameters: StrategyParameters;
};

/** What stands in the form now, and what was found about it. */
export type Typed = {
  form: URLSearchParams;
  values: StrategyValues;
  faults: Readonly<Record<string, string>>;
  /** Null while it has faults. */
  parameters: StrategyParameters | null;
};

/** What saving takes: the fingerprint is of this, and of the version it was compared with. */
export function shownContent(begin: Begin, typed: Typed): unknown {
  const { name, active, workflow } = typed.values;
  return {
    version: begin.stored?.version ?? 0,
    name: name.trim(),
    active,
    workflow,
    parameters: typed.parameters,
  };
}

function headDifferences(stored: StrategyRow, values: StrategyValues): Difference[] {
  const state = (active: boolean) => (active ? "active" : "off");
  const name = values.name.trim();
  return [
    ...(name === stored.name ? [] : [{ path: "name", label: "Name", before: stored.name, after: name }]),
    ...(values.active === String(stored.active)
      ? []
      : [{ path: "active", label: "State", before: state(stored.active), after: state(!stored.active) }]),
  ];
}

function reviewOf(begin: Begin, typed: Typed, choices: readonly WorkflowChoice[]): StrategyModel["review"] {
  const { stored } = begin;
  const { parameters, values } = typed;
  const faults = reviewFaults(typed.faults, strategyLabel);
  const shown = parameters === null ? null : fingerprint(shownContent(begin, typed));
  if (stored === null) return { against: null, save: "Save the strategy", differences: [], faults, shown };
  const text = (value: string) => choices.find((one) => one.value === value)?.text ?? value;
  const before = { ...stored.parameters, workflow: text(stored.workflowVersionId) };
  const versioned =
    parameters === null ? [] : describeDifference(before, { ...parameters, workflow: text(values.workflow) });
  const head = headDifferences(stored, values);
  return {
    against: `version ${stored.version}`,
    save: versioned.length > 0 ? `Save as version ${stored.version + 1}` : "Save",
    differences: [...head, ...versioned],
    faults,
    shown: head.length + versioned.length > 0 ? shown : null,
  };
}

async function storedModel(
  db: Db,
  stored: StrategyRow,
  of: { choices: readonly WorkflowChoice[]; query: URLSearchParams },
) {
  const [versions, unfinished, recent] = await Promise.all([
    listStrategyVersions(db, stored.id),
    unfinishedExecutions(db, { strategyId: stored.id }),
    listExecutions(db, { strategyId: stored.id, limit: LAST }),
  ]);
  const text = (id: WorkflowVersionId) => of.choices.find((one) => one.value === id)?.text ?? id;
  const history = historyOf(
    versions.map((one) => ({
      key: String(one.version),
      version: one.version,
      createdAt: one.createdAt,
      content: { ...one.parameters, workflow: text(one.workflowVersionId) },
      note: text(one.workflowVersionId),
    })),
    { from: of.query.get("from"), to: of.query.get("to") },
  );
  return {
    history,
    kept: unfinished.map((one) => ({ ...one, version: one.strategyVersion })),
    last: recent.rows,
  };
}

const NOTHING_STORED = { history: { versions: [], compared: null }, kept: [], last: [] };

export async function strategyModel(
  site: Site,
  begin: Begin,
  typed: Typed,
  of: { query: URLSearchParams; marketNow: string | null },
): Promise<StrategyModel> {
  const { db } = site.deps.database;
  const { stored } = begin;
  const [choices, prompts, off] = await Promise.all([
    workflowChoices(db),
    listPromptVersions(db),
    listWorkflowSymbols(db, { enabled: false }),
  ]);
  const named = new Set<string>(symbolList(typed.values.symbols));
  const present =
    stored === null ? NOTHING_STORED : await storedModel(db, stored, { choices, query: of.query });
  const chosen = choices.find((one) => one.value === typed.values.workflow);
  const steps: BuilderModel["steps"] = chosen === undefined ? [] : workflowSteps(chosen.definition);
  const now = of.marketNow === null ? null : new Date(of.marketNow);
  return {
    stored:
      stored === null
        ? null
        : { id: stored.id, name: stored.name, version: stored.version, active: stored.active },
    origin: begin.origin,
    values: typed.values,
    limits: limitGroups(begin.parameters, Object.fromEntries(typed.form)),
    faults: typed.faults,
    notice: null,
    turnedOff: off.map((row) => row.symbol).filter((symbol) => named.has(symbol)),
    workflows: choices
      .filter((one) => one.recent || one === chosen || one.value === stored?.workflowVersionId)
      .map(({ value, text }) => [value, text] as const),
    advises: chosen?.definition.orders === "advise",
    steps: steps.map((step) => stepText(step, prompts)),
    schedule: previewOf(typed.values.cron, now, NEXT_RUNS),
    review: reviewOf(begin, typed, choices),
    ...present,
  };
}
