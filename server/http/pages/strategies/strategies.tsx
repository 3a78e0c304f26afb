// Pages of strategies: list, new, one; saved is only what was shown. A change makes a new version for the next execution.
import { type Context, Hono } from "hono";
import { StrategiesPage } from "#server/views/pages/strategies.tsx";
import type { Notice } from "#server/views/parts/blocks.tsx";
import { StrategyPage } from "#server/views/strategies/page.tsx";
import { InputError, NotFoundError } from "#store/model/errors.ts";
import { StrategyId, WorkflowVersionId } from "#store/model/ids.ts";
import { StrategyParameters } from "#store/model/strategy.ts";
import { canonicalJson } from "#store/model/workflow/canonical.ts";
import { WORKFLOW_TEMPLATES } from "#store/model/workflow/templates.ts";
import { getStrategy, getStrategyVersion, listStrategies } from "#store/strategies/strategies.ts";
import { listWorkflowSymbols } from "#store/strategies/workflow-symbols.ts";
import { createWorkflow, getWorkflowVersion, listWorkflows } from "#store/strategies/workflows.ts";
import { checkStrategy } from "../../api/strategies/check-strategy.ts";
import { changeStrategy, newStrategy } from "../../api/strategies/strategies.ts";
import type { FormEnv } from "../../guards/form-token.ts";
import { problemOf } from "../../problems.ts";
import { freeName } from "../fields.ts";
import { page } from "../html.ts";
import { type Site, withDone } from "../site.tsx";
import { parametersOf, strategyFaults, typedValues, valuesOf } from "./form.ts";
import { strategyLines } from "./lines.ts";
import { type Begin, shownContent, strategyModel, type Typed, workflowChoices } from "./model.ts";
import { fingerprint } from "./versions.ts";

const SHOW_FIRST: Notice = {
  tone: "warn",
  text: "Look at what will change, then save. Nothing is saved yet.",
};

/** As it is stored; or, to bring it back, as an older version says. */
async function beginStored(site: Site, id: string, query = new URLSearchParams()): Promise<Begin> {
  const { db } = site.deps.database;
  const stored = await getStrategy(db, StrategyId.parse(id));
  const number = /^\d{1,9}$/.exec(query.get("version") ?? "")?.[0];
  const content =
    number === undefined ? stored : await getStrategyVersion(db, { id: stored.id, version: Number(number) });
  const { workflowVersionId, parameters } = content;
  const { name, active } = stored;
  const wanted = query.get("workflow");
  const workflow =
    wanted === null ? workflowVersionId : (await getWorkflowVersion(db, WorkflowVersionId.parse(wanted))).id;
  const values = valuesOf({ name, active, workflow, parameters });
  return { stored, origin: null, values, parameters };
}

async function takenNames(site: Site): Promise<ReadonlySet<string>> {
  return new Set((await listStrategies(site.deps.database.db)).map((row) => row.name));
}

/** A copy has no schedule: two would run at the same instants. */
async function beginClone(site: Site, from: string): Promise<Begin> {
  const row = await getStrategy(site.deps.database.db, StrategyId.parse(from));
  const parameters = { ...row.parameters, schedule: null };
  const values = valuesOf({
    name: freeName(`${row.name} copy`, await takenNames(site)),
    active: row.active,
    workflow: row.workflowVersionId,
    parameters,
  });
  return {
    stored: null,
    origin: `${row.name}, version ${row.version}, without its schedule`,
    values,
    parameters,
  };
}

async function beginNew(site: Site, query: URLSearchParams): Promise<Begin> {
  const { db } = site.deps.database;
  const from = query.get("from");
  if (from !== null) return beginClone(site, from);
  const [choices, listed] = await Promise.all([
    workflowChoices(db),
    listWorkflowSymbols(db, { enabled: true }),
  ]);
  const key = query.get("template") ?? "multi-agent";
  const template = WORKFLOW_TEMPLATES.find((one) => one.key === key);
  if (template === undefined) throw new NotFoundError("template_not_found", `There is no template ${key}.`);
  const wanted = query.get("workflow");
  const same = choices.find((one) => canonicalJson(one.definition) === canonicalJson(template.definition));
  const chosen = choices.find((one) => one.value === wanted) ?? same;
  const symbols = listed.slice(0, 10).map((row) => row.symbol);
  // The first symbol only fills the place until somebody names one.
  const parameters = StrategyParameters.parse({ symbols: symbols.length === 0 ? ["AAPL"] : symbols });
  const titled = wanted === null ? template.title : (chosen?.text.split(", version")[0] ?? template.title);
  const name = freeName(titled, await takenNames(site));
  const values = valuesOf({ name, active: true, workflow: chosen?.value ?? "", parameters });
  return { stored: null, origin: chosen?.text ?? null, values, parameters };
}

/** The stored version of the chosen workflow; a template becomes a workflow of its own. */
async function workflowOf(site: Site, value: string): Promise<WorkflowVersionId> {
  const { db } = site.deps.database;
  if (!value.startsWith("template:"))
    return (await getWorkflowVersion(db, WorkflowVersionId.parse(value))).id;
  const template = WORKFLOW_TEMPLATES.find((one) => `template:${one.key}` === value);
  if (template === undefined) {
    throw new InputError("workflow_unknown", "choose a workflow", { facts: { field: "workflow" } });
  }
  const name = freeName(template.key, new Set((await listWorkflows(db)).map((one) => one.name)));
  const id = site.deps.newId() as WorkflowVersionId;
  return (await createWorkflow(db, { id, name, definition: template.definition })).id;
}

async function typedOf(site: Site, begin: Begin, form: URLSearchParams): Promise<Typed> {
  const values = typedValues(form, begin.values);
  const wanted = parametersOf(form, values, begin.parameters);
  const checked = await checkStrategy(site.deps, {
    id: begin.stored?.id ?? null,
    name: values.name,
    workflowVersionId: values.workflow.startsWith("template:") ? null : values.workflow,
    parameters: wanted,
  });
  const faults = strategyFaults(wanted.symbols as string[], checked.faults);
  const choices = await workflowChoices(site.deps.database.db);
  if (!choices.some((one) => one.value === values.workflow)) faults.workflow = "choose a workflow";
  return { form, values, faults, parameters: Object.keys(faults).length > 0 ? null : checked.parameters };
}

type Shown = { begin: Begin; typed: Typed; notice?: Notice; status?: 200 | 422 };

export function strategyPages(site: Site): Hono<FormEnv> {
  const app = new Hono<FormEnv>();

  const show = async (c: Context<FormEnv>, { begin, typed, notice, status }: Shown) => {
    const query = new URL(c.req.url).searchParams;
    const frame = await site.frame(c);
    const model = await strategyModel(site, begin, typed, { query, marketNow: frame.marketNow });
    return page(
      c,
      <StrategyPage frame={frame} model={{ ...model, notice: notice ?? null }} />,
      status ?? 200,
    );
  };

  const untouched = (begin: Begin): Typed => ({
    form: new URLSearchParams(),
    values: begin.values,
    faults: {},
    parameters: begin.parameters,
  });

  const write = async (begin: Begin, typed: Typed, parameters: StrategyParameters): Promise<StrategyId> => {
    const { name, active, workflow } = typed.values;
    const content = {
      name: name.trim(),
      active: active === "true",
      workflowVersionId: await workflowOf(site, workflow),
      parameters,
    };
    const row = await (begin.stored === null
      ? newStrategy(site.deps, content)
      : changeStrategy(site.deps, begin.stored.id, content));
    return row.id;
  };

  /** Saves what was shown; anything else is shown first. */
  const save = async (c: Context<FormEnv>, begin: Begin) => {
    const form = c.get("form");
    const typed = await typedOf(site, begin, form);
    if (typed.parameters === null) return show(c, { begin, typed, status: 422 });
    if (form.get("shown") !== fingerprint(shownContent(begin, typed)))
      return show(c, { begin, typed, notice: SHOW_FIRST });
    try {
      const id = await write(begin, typed, typed.parameters);
      return c.redirect(withDone(`/strategies/${id}`, "saved"), 303);
    } catch (error) {
      const found = problemOf(error);
      if (found.status !== 409 && found.status !== 422) throw error;
      const faults = strategyFaults([], found.errors ?? [{ field: "name", message: found.detail }]);
      return show(c, { begin, typed: { ...typed, faults }, status: 422 });
    }
  };

  app.get("/strategies", async (c) => {
    const frame = await site.frame(c);
    const rows = await strategyLines(site.deps, frame.marketNow);
    return page(c, <StrategiesPage frame={frame} rows={rows} templates={WORKFLOW_TEMPLATES} />);
  });

  app.on("GET", ["/strategies/new", "/strategies/new/check"], async (c) => {
    const begin = await beginNew(site, new URL(c.req.url).searchParams);
    return show(c, { begin, typed: untouched(begin) });
  });
  // The form names every field itself: what it began with no longer matters.
  const beginBlank = () => beginNew(site, new URLSearchParams());
  app.post("/strategies/new/check", async (c) => {
    const begin = await beginBlank();
    return show(c, { begin, typed: await typedOf(site, begin, c.get("form")) });
  });
  app.post("/strategies/new", async (c) => save(c, await beginBlank()));

  // The address of a check shows the form as it is stored: a reader who reloads it loses nothing but what was typed.
  app.on("GET", ["/strategies/:id", "/strategies/:id/check"], async (c) => {
    const begin = await beginStored(site, c.req.param("id"), new URL(c.req.url).searchParams);
    return show(c, { begin, typed: untouched(begin) });
  });
  app.post("/strategies/:id/check", async (c) => {
    const begin = await beginStored(site, c.req.param("id"));
    return show(c, { begin, typed: await typedOf(site, begin, c.get("form")) });
  });
  app.post("/strategies/:id", async (c) => save(c, await beginStored(site, c.req.param("id"))));

  app.post("/strategies/:id/active", (c) =>
    site.carryOut(c, "/strategies", async () => {
      const id = StrategyId.parse(c.req.param("id"));
      const active = c.get("form").get("active") === "true";
      await changeStrategy(site.deps, id, { active });
      return withDone("/strategies", active ? "activated" : "deactivated");
    }),
  );

  return app;
}
