// What a desk begins with: the built-in prompts, one workflow, one strategy, its symbols. Effects: database.
// Invariant: nothing that a person has changed is changed back; a newer built-in prompt is added beside the others.
import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import { DEFAULT_STRATEGY } from "#graph/executions/start.ts";
import { loadPromptTemplates } from "#prompts/load.ts";
import { activatePrompt, listPromptVersions, savePromptVersion } from "#store/agents/prompts.ts";
import { type Db, transaction } from "#store/database.ts";
import { derivedId, type StrategyId, type Ticker, type WorkflowVersionId } from "#store/model/ids.ts";
import { StrategyParameters, WorkflowDefinition } from "#store/model/strategy.ts";
import { saveStrategy, saveWorkflowVersion, strategyByName } from "#store/strategies/strategies.ts";
import { addWorkflowSymbol, listWorkflowSymbols } from "#store/strategies/workflow-symbols.ts";

const DEFAULT_SYMBOLS = ["AAPL", "SPX"] as Ticker[];

/** Idempotent; safe when two processes start at once. */
export async function prepareFirstStart(db: Db, newId: () => string): Promise<void> {
  await installPrompts(db);
  await transaction(db, async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('countersign-first-start', 0))`);
    if ((await strategyByName(tx, DEFAULT_STRATEGY)) !== null) return;
    const definition = WorkflowDefinition.parse({});
    const workflow = await saveWorkflowVersion(tx, {
      id: derivedId("workflow-version", "multi-agent", 1) as WorkflowVersionId,
      name: "multi-agent",
      definition,
      contentHash: createHash("sha256").update(JSON.stringify(definition)).digest("hex"),
    });
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
