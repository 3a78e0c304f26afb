// What a desk begins with: the built-in prompts, one workflow per template, one strategy, its symbols. Effects: database.
// Invariant: nothing that a person has changed is changed back; a newer built-in prompt is added beside the others.
import { sql } from "drizzle-orm";
import { DEFAULT_STRATEGY } from "#graph/executions/start.ts";
import { loadPromptTemplates } from "#prompts/load.ts";
import { addPromptVersion, savePromptVersion } from "#store/agents/prompts.ts";
import { type Db, transaction } from "#store/database.ts";
import { ConflictError } from "#store/model/errors.ts";
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

/**
 * Every built-in template becomes a version; the first one of a stage becomes its active one. Where a person has written a
 * version under the same number, the built-in one takes the next: its text, number included, stays what it is.
 */
async function installPrompts(db: Db): Promise<void> {
  for (const { stage, version, template, inputs, contentHash } of await loadPromptTemplates()) {
    const made = { template, inputs: Object.keys(inputs), contentHash };
    try {
      await savePromptVersion(db, { ...made, stage, version: String(version) });
    } catch (error) {
      if (!(error instanceof ConflictError) || error.code !== "prompt_version_taken") throw error;
      await addPromptVersion(db, { stage, author: null, note: null }, () => made);
    }
  }
}
