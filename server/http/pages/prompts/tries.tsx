// Pages of tries: choose a run for a version or a version for a run, and look at the two side by side.
import { type Context, Hono } from "hono";
import { GRAPH_VERSION } from "#graph/state.ts";
import { compareFork } from "#server/reports/comparison.ts";
import { ComparisonPage } from "#server/views/prompts/comparison.tsx";
import type { TryRunModel, TryVersionModel } from "#server/views/prompts/model.ts";
import { TryRunPage, TryVersionPage } from "#server/views/prompts/try.tsx";
import { getPromptVersion, listPromptVersions, promptsUsedBy } from "#store/agents/prompts.ts";
import { type ExecutionId, PromptVersionId, SymbolRunId, Ticker } from "#store/model/ids.ts";
import { AGENT_STAGES } from "#store/model/run.ts";
import { listTries, runsToTry } from "#store/results/tries.ts";
import { getSymbolRun } from "#store/runs/symbol-runs.ts";
import { type FormEnv, startIdOf } from "../../guards/form-token.ts";
import { problemOf } from "../../problems.ts";
import { page } from "../html.ts";
import type { Site } from "../site.tsx";
import { versionWithOthers } from "./models.ts";

const RUNS = 30;
const TRIES = 20;

type Typed = { chosen: string; model: string };
type Fault = TryRunModel["fault"];

/** What a form's answer can show: the field at fault, or the whole. @throws everything that is not the caller's */
function faultOf(error: unknown): { status: 409 | 422 | 404; fault: NonNullable<Fault> } {
  const found = problemOf(error);
  if (found.status !== 409 && found.status !== 422 && found.status !== 404) throw error;
  const field = found.errors?.[0]?.field ?? "";
  return { status: found.status, fault: { field, message: found.detail } };
}

async function tryVersionModel(
  site: Site,
  id: PromptVersionId,
  of: Typed & { symbol: string; fault: Fault },
): Promise<TryVersionModel> {
  const { version } = await versionWithOthers(site, id);
  const symbol = Ticker.safeParse(of.symbol);
  const runs = await runsToTry(site.deps.database.db, {
    stage: version.stage,
    graphVersion: GRAPH_VERSION,
    symbol: symbol.success ? symbol.data : undefined,
    limit: RUNS,
  });
  const presentModel = site.deps.describe().model;
  return { version, ...of, chosen: of.chosen || (runs[0]?.id ?? ""), runs, presentModel };
}

async function tryRunModel(site: Site, id: SymbolRunId, of: Typed & { fault: Fault }): Promise<TryRunModel> {
  const { db } = site.deps.database;
  const [run, used, versions, tries] = await Promise.all([
    getSymbolRun(db, id),
    promptsUsedBy(db, id),
    listPromptVersions(db),
    listTries(db, { source: id, limit: TRIES }),
  ]);
  const stages = AGENT_STAGES.filter((stage) => used.has(stage)).map((stage) => ({
    stage,
    versions: versions
      .filter((version) => version.stage === stage)
      .map((version) => ({ ...version, used: used.get(stage) === version.id })),
  }));
  const asOf = run.execution.asOf;
  const presentModel = site.deps.describe().model;
  return { run: { ...run, asOf }, stages, ...of, presentModel, tries };
}

/** One stage's version, and a model if one was typed. */
async function begin(
  site: Site,
  of: { run: SymbolRunId; prompt: PromptVersionId; model: string; id: ExecutionId | undefined },
): Promise<string> {
  const { stage } = await getPromptVersion(site.deps.database.db, of.prompt);
  const models = of.model === "" ? {} : { models: { [stage]: of.model } };
  const request = { prompts: { [stage]: of.prompt }, ...models };
  const started = await site.deps.desk.forkRun(of.run, request, { id: of.id });
  return `/prompts/tries/${started.symbolRunId}`;
}

function typedOf(form: URLSearchParams, name: "run" | "prompt"): Typed {
  return { chosen: form.get(name) ?? "", model: (form.get("model") ?? "").trim().slice(0, 200) };
}

export function tryPages(site: Site): Hono<FormEnv> {
  const app = new Hono<FormEnv>();
  const { db } = site.deps.database;

  app.get("/prompts/tries/:id", async (c) => {
    const { settings, source, fork, stages, parts } = await compareFork(
      db,
      SymbolRunId.parse(c.req.param("id")),
    );
    const model = { settings, source: { ...source, asOf: source.execution.asOf }, fork, stages, parts };
    return page(c, <ComparisonPage frame={await site.frame(c)} model={model} />);
  });

  app.get("/prompts/:id/try", async (c) => {
    const symbol = (c.req.query("symbol") ?? "").trim().toUpperCase();
    const of = { symbol, chosen: "", model: "", fault: null };
    const model = await tryVersionModel(site, PromptVersionId.parse(c.req.param("id")), of);
    return page(c, <TryVersionPage frame={await site.frame(c)} model={model} />);
  });

  app.post("/prompts/:id/try", async (c: Context<FormEnv, "/prompts/:id/try">) => {
    const prompt = PromptVersionId.parse(c.req.param("id"));
    const typed = typedOf(c.get("form"), "run");
    try {
      const run = SymbolRunId.parse(typed.chosen);
      return c.redirect(await begin(site, { run, prompt, model: typed.model, id: startIdOf(c) }), 303);
    } catch (error) {
      const { status, fault } = faultOf(error);
      const model = await tryVersionModel(site, prompt, { ...typed, symbol: "", fault });
      return page(c, <TryVersionPage frame={await site.frame(c)} model={model} />, status);
    }
  });

  app.get("/runs/:id/try", async (c) => {
    const of = { chosen: "", model: "", fault: null };
    const model = await tryRunModel(site, SymbolRunId.parse(c.req.param("id")), of);
    return page(c, <TryRunPage frame={await site.frame(c)} model={model} />);
  });

  app.post("/runs/:id/try", async (c: Context<FormEnv, "/runs/:id/try">) => {
    const run = SymbolRunId.parse(c.req.param("id"));
    const typed = typedOf(c.get("form"), "prompt");
    try {
      const prompt = PromptVersionId.parse(typed.chosen);
      return c.redirect(await begin(site, { run, prompt, model: typed.model, id: startIdOf(c) }), 303);
    } catch (error) {
      const { status, fault } = faultOf(error);
      const model = await tryRunModel(site, run, { ...typed, fault });
      return page(c, <TryRunPage frame={await site.frame(c)} model={model} />, status);
    }
  });
  return app;
}
