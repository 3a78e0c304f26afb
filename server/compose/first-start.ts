// What a desk begins with: the built-in prompts, one workflow per template, one strategy, its symbols. Effects: database.
// Invariant: nothing that a person has changed is changed back; a newer built-in prompt is added beside the others.
import { sql } from "drizzle-orm";
import { DEFAULT_STRATEGY } from "#graph/executions/start.ts";
import { loadPromptTemplates } from "#prompts/load.ts";
import { activatePrompt, listPromptVersions, savePromptVersion } from "#store/agents/prompts.ts";
import { type Db, transaction } from "#store/database.ts";
import { derivedId, type StrategyId, type Ticker, type WorkflowVersionId } from "#store/model/ids.ts";
import { StrategyParameters } from "#store/model/strategy.ts";
import { WORKFLOW_TEMPLATES } from "#store/model/workflow/templates.ts";
import { saveStrategy, strategyByName } from "#store/strategies/strategies.ts";
import { addWorkflowSymbol, listWorkflowSymbols } from "#store/strategies/workflow-symbols.ts";
import { createWorkflow, listWorkflowVersions, newestWorkflowVersion } from "#store/strategies/workflows.ts";

const DEFAULT_SYMBOLS = ["AAPL", "SPX"] as Ticker[];

/** Idempotent; safe when two processes start at once. */
export async function prepareFirstStart(db: Db, newId: () => string): Promise<void> {
  await installPrompts(db);
  await transaction(db, async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('countersign-first-start', 0))`);
    await installWorkflows(tx);
    if ((await strategyByName(tx, DEFAULT_STRATEGY)) !== null) return;
    const workflow = await newestWorkflowVersion(tx, "multi-agent");
    await saveStrategy(tx, {
      id: derivedId("strategy", DEFAULT_STRATEGY) as StrategyId,
      name: DEFAULT_STRATEGY,
      active: true,
      workflowVersionId: workflow.id,
      parameters: StrategyParameters.parse({ symbols: DEFAULT_SYMBOLS }),
    });
    const known = new Set((await listWorkflowSymbols(tx)).map((row) => row.symbol));
    for (const symbol of DEFAULT_SYMBOLS)
      if (!known.has(symbol)) await addWorkflowSymbol(tx, { id: newId(), symbol });
  });
}

/** One workflow per template, under its key; a name that exists already is left alone. */
async function installWorkflows(tx: Db): Promise<void> {
  for (const { key, definition } of WORKFLOW_TEMPLATES) {
    if ((await listWorkflowVersions(tx, { name: key })).length > 0) continue;
    const id = derivedId("workflow-version", key, 1) as WorkflowVersionId;
    await createWorkflow(tx, { id, name: key, definition });
  }
}

/** Every built-in template becomes a version; it becomes the active one only of a stage that has none yet. */
async function installPrompts(db: Db): Promise<void> {
  for (const template of await loadPromptTemplates()) {
    const { stage, version, inputs, contentHash } = template;
    const row = await savePromptVersion(db, {
      stage,
      version: String(version),
      template: template.template,
      inputs: Object.keys(inputs),
      contentHash,
    });
    const versions = await listPromptVersions(db, { stage });
    if (!versions.some((one) => one.active)) await activatePrompt(db, row.id);
  }
}
