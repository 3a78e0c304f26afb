// Pages of workflows: list with templates, the builder for a new one and for each stored version, activate an older one.
import { type Context, Hono } from "hono";
import type { Notice } from "#server/views/parts/blocks.tsx";
import { BuilderPage } from "#server/views/workflows/builder.tsx";
import { WorkflowsPage } from "#server/views/workflows/list.tsx";
import { NotFoundError } from "#store/model/errors.ts";
import { WorkflowVersionId } from "#store/model/ids.ts";
import { WorkflowDefinition } from "#store/model/workflow/definition.ts";
import { WORKFLOW_TEMPLATES } from "#store/model/workflow/templates.ts";
import {
  activateWorkflowVersion,
  createWorkflow,
  getWorkflowVersion,
  listWorkflows,
  saveWorkflowVersion,
} from "#store/strategies/workflows.ts";
import { checkWorkflow } from "../../api/strategies/check-workflow.ts";
import type { FormEnv } from "../../guards/form-token.ts";
import { problemOf } from "../../problems.ts";
import { freeName } from "../fields.ts";
import { page } from "../html.ts";
import { type Site, withDone } from "../site.tsx";
import { fingerprint } from "../strategies/versions.ts";
import { builderFaults, definitionOf, valuesOfDefinition, valuesOfForm } from "./form.ts";
import { type Begin, beginWith, builderModel, type Typed, workflowsModel } from "./model.ts";

const SHOW_FIRST: Notice = {
  tone: "warn",
  text: "Look at what will change, then save. Nothing is saved yet.",
};

/** Where a new workflow begins: a template, a stored version, or the whole multi-agent one. */
async function beginNew(site: Site, query: URLSearchParams): Promise<Begin> {
  const { db } = site.deps.database;
  const from = query.get("from");
  const taken = new Set((await listWorkflows(db)).map((one) => one.name));
  if (from !== null) {
    const row = await getWorkflowVersion(db, WorkflowVersionId.parse(from));
    const origin = `${row.name}, version ${row.version}`;
    const name = freeName(`${row.name} copy`, taken);
    return { stored: null, origin, values: valuesOfDefinition(name, row.definition) };
  }
  const key = query.get("template") ?? "multi-agent";
  const template = WORKFLOW_TEMPLATES.find((one) => one.key === key);
  if (template === undefined) throw new NotFoundError("template_not_found", `There is no template ${key}.`);
  const values = valuesOfDefinition(freeName(template.key, taken), template.definition);
  return { stored: null, origin: `the template “${template.title}”`, values };
}

/** What stands in the form, checked as the API checks it. */
async function typedOf(site: Site, begin: Begin, form: URLSearchParams): Promise<Typed> {
  const values = valuesOfForm(form, begin.values);
  const name = begin.stored?.name ?? values.name;
  const checked = await checkWorkflow(site.deps, {
    name,
    isNew: begin.stored === null,
    definition: definitionOf(values),
  });
  return { values, faults: builderFaults(values, checked.faults), definition: checked.definition };
}

type Shown = { begin: Begin; typed: Typed; notice?: Notice; status?: 200 | 422 };

export function workflowPages(site: Site): Hono<FormEnv> {
  const app = new Hono<FormEnv>();
  const { db } = site.deps.database;

  const show = async (c: Context<FormEnv>, { begin, typed, notice, status }: Shown) => {
    const query = new URL(c.req.url).searchParams;
    const [frame, model] = await Promise.all([site.frame(c), builderModel(site.deps, begin, typed, query)]);
    return page(c, <BuilderPage frame={frame} model={model} notice={notice ?? null} />, status ?? 200);
  };
  const untouched = (begin: Begin): Typed => ({
    values: begin.values,
    faults: {},
    definition: WorkflowDefinition.parse(definitionOf(begin.values)),
  });
  const stored = async (c: Context<FormEnv>) =>
    beginWith(await getWorkflowVersion(db, WorkflowVersionId.parse(c.req.param("id"))));

  /** Saves what was shown; anything else is shown first. */
  const save = async (c: Context<FormEnv>, begin: Begin) => {
    const form = c.get("form");
    const typed = await typedOf(site, begin, form);
    const { definition } = typed;
    if (definition === null || Object.keys(typed.faults).length > 0)
      return show(c, { begin, typed, status: 422 });
    const name = begin.stored?.name ?? typed.values.name.trim();
    if (form.get("shown") !== fingerprint({ name, definition }))
      return show(c, { begin, typed, notice: SHOW_FIRST });
    const id = site.deps.newId() as WorkflowVersionId;
    const input = { id, name, definition };
    try {
      const row = await (begin.stored === null ? createWorkflow(db, input) : saveWorkflowVersion(db, input));
      return c.redirect(withDone(`/workflows/${row.id}`, "saved"), 303);
    } catch (error) {
      const found = problemOf(error);
      if (found.status !== 409) throw error;
      return show(c, { begin, typed: { ...typed, faults: { name: found.detail } }, status: 422 });
    }
  };

  app.get("/workflows", async (c) => {
    const [frame, model] = await Promise.all([site.frame(c), workflowsModel(db)]);
    return page(c, <WorkflowsPage frame={frame} model={model} />);
  });

  // The address of a check shows the form as it began: a reader who reloads it loses nothing but what was typed.
  app.on("GET", ["/workflows/new", "/workflows/new/check"], async (c) => {
    const begin = await beginNew(site, new URL(c.req.url).searchParams);
    return show(c, { begin, typed: untouched(begin) });
  });

  // The form names every field itself: what it began with no longer matters.
  const beginBlank = () => beginNew(site, new URLSearchParams());
  app.post("/workflows/new/check", async (c) => {
    const begin = await beginBlank();
    return show(c, { begin, typed: await typedOf(site, begin, c.get("form")) });
  });
  app.post("/workflows/new", async (c) => save(c, await beginBlank()));

  app.on("GET", ["/workflows/:id", "/workflows/:id/check"], async (c) => {
    const begin = await stored(c);
    return show(c, { begin, typed: untouched(begin) });
  });
  app.post("/workflows/:id/check", async (c) => {
    const begin = await stored(c);
    return show(c, { begin, typed: await typedOf(site, begin, c.get("form")) });
  });
  app.post("/workflows/:id", async (c) => save(c, await stored(c)));

  app.post("/workflows/:id/activate", (c) =>
    site.carryOut(c, "/workflows", async () => {
      const { name, version } = await getWorkflowVersion(db, WorkflowVersionId.parse(c.req.param("id")));
      const row = await activateWorkflowVersion(db, {
        id: site.deps.newId() as WorkflowVersionId,
        name,
        version,
      });
      return withDone(`/workflows/${row.id}`, "saved");
    }),
  );
  return app;
}
