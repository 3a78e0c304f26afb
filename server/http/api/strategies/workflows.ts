// Workflows over HTTP: create from a template or a copy, change by a new version, check without saving.
import { createRoute, z } from "@hono/zod-openapi";
import { InputError } from "#store/model/errors.ts";
import { Instant, StrategyId, WorkflowVersionId } from "#store/model/ids.ts";
import { WorkflowDefinition, WorkflowName } from "#store/model/workflow/definition.ts";
import { describeDifference } from "#store/model/workflow/difference.ts";
import { STEP_TYPES, workflowSteps } from "#store/model/workflow/steps.ts";
import { WORKFLOW_TEMPLATES } from "#store/model/workflow/templates.ts";
import { promptFaults } from "#store/strategies/prompt-faults.ts";
import {
  activateWorkflowVersion,
  cloneWorkflow,
  createWorkflow,
  getWorkflowVersion,
  listWorkflows,
  listWorkflowVersions,
  newestWorkflowVersion,
  saveWorkflowVersion,
  type WorkflowVersionRow,
} from "#store/strategies/workflows.ts";
import type { WebDeps } from "../../deps.ts";
import { type Api, documented, failures, json, jsonBody, newApi } from "../api.ts";
import { shaped } from "../schemas.ts";
import { checkWorkflow } from "./check-workflow.ts";
import { CheckAnswer, DifferenceLine, VersionNumber } from "./versions.ts";

const Definition = documented(WorkflowDefinition, "WorkflowDefinition");

const Step = z.looseObject({ type: z.enum(STEP_TYPES) }).openapi("WorkflowStep", {
  description: "A step type with what the definition says of it, in the order of a run.",
});

const WorkflowVersion = z
  .object({
    id: WorkflowVersionId,
    name: z.string(),
    version: z.number().int(),
    definition: Definition,
    steps: z.array(Step),
    contentHash: z.string(),
    createdAt: Instant,
  })
  .openapi("WorkflowVersion");

const Workflow = z
  .object({
    name: z.string(),
    versions: z.number().int().openapi({ description: "How many there are." }),
    newest: WorkflowVersion,
    strategies: z.array(
      z.object({
        id: StrategyId,
        name: z.string(),
        active: z.boolean(),
        workflowVersion: z
          .number()
          .int()
          .openapi({ description: "The version that its next execution runs." }),
      }),
    ),
  })
  .openapi("Workflow");

const WorkflowHistory = Workflow.omit({ versions: true, newest: true })
  .extend({
    rows: z.array(WorkflowVersion.extend({ differences: z.array(DifferenceLine) })),
  })
  .openapi("WorkflowHistory", { description: "Newest first; `differences` are against the version before." });

const TemplateKey = z.enum(["two-indicator", "three-indicator", "single-timeframe", "multi-agent"]);
const Template = z
  .object({
    key: TemplateKey,
    title: z.string(),
    description: z.string(),
    definition: Definition,
    steps: z.array(Step),
  })
  .openapi("WorkflowTemplate");

const name = documented(WorkflowName, null, "One line of at most 60 characters, no slashes.");

export const NewWorkflow = z
  .strictObject({
    name,
    definition: Definition.optional(),
    template: TemplateKey.optional(),
    cloneOf: name.optional(),
  })
  .refine(
    ({ definition, template, cloneOf }) =>
      [definition, template, cloneOf].filter((given) => given !== undefined).length === 1,
    "give one of definition, template and cloneOf",
  )
  .openapi("NewWorkflow", { description: "Exactly one of `definition`, `template` and `cloneOf`." });

const params = z.object({ name });
const tags = ["workflows"];

const templates = createRoute({
  method: "get",
  path: "/workflow-templates",
  tags,
  summary: "Templates that a workflow can begin with",
  responses: { 200: json(z.object({ rows: z.array(Template) }), "The templates."), ...failures() },
});

const list = createRoute({
  method: "get",
  path: "/workflows",
  tags,
  summary: "List workflows by name, each with its newest version and who uses it",
  responses: { 200: json(z.object({ rows: z.array(Workflow) }), "All workflows."), ...failures() },
});

const create = createRoute({
  method: "post",
  path: "/workflows",
  tags,
  summary: "Create a workflow from a definition, a template or another workflow",
  request: { body: jsonBody(NewWorkflow) },
  responses: { 201: json(WorkflowVersion, "Its first version."), ...failures(400, 404, 409) },
});

const check = createRoute({
  method: "post",
  path: "/workflows/check",
  tags,
  summary: "Check a definition without saving it",
  description:
    "Answers every fault with its field: the shape, prompts that are not there or of another stage, and with `name` whether it is free.",
  request: {
    body: jsonBody(z.strictObject({ name: z.string().max(200).optional(), definition: z.unknown() })),
  },
  responses: { 200: json(CheckAnswer, "What was found."), ...failures(400) },
});

const get = createRoute({
  method: "get",
  path: "/workflows/{name}",
  tags,
  summary: "Every version of one workflow, newest first, with what changed",
  request: { params },
  responses: { 200: json(WorkflowHistory, "The workflow."), ...failures(404) },
});

const save = createRoute({
  method: "post",
  path: "/workflows/{name}/versions",
  tags,
  summary: "Save a definition as the newest version",
  description:
    "The newest version comes back unchanged when it says just that. Strategies keep the version that they name.",
  request: { params, body: jsonBody(z.strictObject({ definition: Definition })) },
  responses: { 201: json(WorkflowVersion, "The newest version."), ...failures(400, 404) },
});

const activate = createRoute({
  method: "post",
  path: "/workflows/{name}/activate",
  tags,
  summary: "Save an older version's content as the newest one",
  request: { params, body: jsonBody(z.strictObject({ version: VersionNumber })) },
  responses: { 201: json(WorkflowVersion, "The newest version."), ...failures(400, 404) },
});

const versions = createRoute({
  method: "get",
  path: "/workflow-versions",
  tags,
  summary: "List workflow versions",
  responses: { 200: json(z.object({ rows: z.array(WorkflowVersion) }), "All versions."), ...failures() },
});

const version = createRoute({
  method: "get",
  path: "/workflow-versions/{id}",
  tags,
  summary: "One workflow version",
  request: { params: z.object({ id: WorkflowVersionId }) },
  responses: { 200: json(WorkflowVersion, "The version."), ...failures(404) },
});

function withSteps<Of extends { definition: WorkflowDefinition }>(of: Of) {
  return { ...of, steps: workflowSteps(of.definition) };
}

const shapedVersion = (row: WorkflowVersionRow) => shaped(WorkflowVersion, withSteps(row));

/** @throws InputError for the first prompt that cannot be used, with its field */
async function requirePrompts(deps: WebDeps, definition: WorkflowDefinition): Promise<void> {
  const [fault] = await promptFaults(deps.database.db, definition);
  if (fault === undefined) return;
  throw new InputError(fault.code, fault.message, {
    facts: { field: ["definition", ...fault.path].join(".") },
  });
}

async function createFrom(deps: WebDeps, wanted: z.output<typeof NewWorkflow>): Promise<WorkflowVersionRow> {
  const { db } = deps.database;
  const id = deps.newId() as WorkflowVersionId;
  if (wanted.cloneOf !== undefined) return cloneWorkflow(db, { id, name: wanted.name, from: wanted.cloneOf });
  const template = WORKFLOW_TEMPLATES.find(({ key }) => key === wanted.template);
  const definition = wanted.definition ?? template?.definition ?? WorkflowDefinition.parse({});
  await requirePrompts(deps, definition);
  return createWorkflow(db, { id, name: wanted.name, definition });
}

async function historyOf(deps: WebDeps, of: string) {
  const { db } = deps.database;
  const newest = await newestWorkflowVersion(db, of);
  const [rows, all] = await Promise.all([listWorkflowVersions(db, { name: newest.name }), listWorkflows(db)]);
  return shaped(WorkflowHistory, {
    name: newest.name,
    strategies: [...(all.find((one) => one.name === newest.name)?.strategies ?? [])],
    rows: rows.map((row, index) => {
      const before = rows[index + 1];
      const differences = before === undefined ? [] : describeDifference(before.definition, row.definition);
      return { ...withSteps(row), differences };
    }),
  });
}

export function workflowsApi(deps: WebDeps): Api {
  const { db } = deps.database;
  return newApi()
    .openapi(templates, (c) => {
      return c.json({ rows: WORKFLOW_TEMPLATES.map((one) => shaped(Template, withSteps(one))) }, 200);
    })
    .openapi(list, async (c) => {
      const rows = await listWorkflows(db);
      const told = rows.map((row) =>
        shaped(Workflow, { ...row, newest: withSteps(row.newest), strategies: [...row.strategies] }),
      );
      return c.json({ rows: told }, 200);
    })
    .openapi(create, async (c) => c.json(shapedVersion(await createFrom(deps, c.req.valid("json"))), 201))
    .openapi(check, async (c) => {
      const { name: wanted, definition } = c.req.valid("json");
      const { faults } = await checkWorkflow(deps, {
        name: wanted ?? "unnamed",
        isNew: wanted !== undefined,
        definition,
      });
      const placed = faults.map(({ field, message }) => ({
        field: field === "name" ? field : ["definition", field].filter((part) => part !== "").join("."),
        message,
      }));
      return c.json({ ok: faults.length === 0, faults: placed }, 200);
    })
    .openapi(get, async (c) => c.json(await historyOf(deps, c.req.valid("param").name), 200))
    .openapi(save, async (c) => {
      const { definition } = c.req.valid("json");
      const { name: of } = await newestWorkflowVersion(db, c.req.valid("param").name);
      await requirePrompts(deps, definition);
      const id = deps.newId() as WorkflowVersionId;
      return c.json(shapedVersion(await saveWorkflowVersion(db, { id, name: of, definition })), 201);
    })
    .openapi(activate, async (c) => {
      const id = deps.newId() as WorkflowVersionId;
      const { name: of } = c.req.valid("param");
      const { version: older } = c.req.valid("json");
      const row = await activateWorkflowVersion(db, { id, name: of, version: older });
      return c.json(shapedVersion(row), 201);
    })
    .openapi(versions, async (c) =>
      c.json({ rows: (await listWorkflowVersions(db)).map(shapedVersion) }, 200),
    )
    .openapi(version, async (c) => {
      return c.json(shapedVersion(await getWorkflowVersion(db, c.req.valid("param").id)), 200);
    });
}
