// Strategies and workflows over HTTP. A change makes a new version; executions that run keep theirs.
import { createRoute, z } from "@hono/zod-openapi";
import { Instant, StrategyId, WorkflowVersionId } from "#store/model/ids.ts";
import { StrategyParameters, WorkflowDefinition } from "#store/model/strategy.ts";
import {
  getStrategy,
  listStrategies,
  listStrategyVersions,
  saveStrategy,
} from "#store/strategies/strategies.ts";
import { getWorkflowVersion, listWorkflowVersions } from "#store/strategies/workflows.ts";
import type { WebDeps } from "../../deps.ts";
import { type Api, documented, failures, json, jsonBody, newApi } from "../api.ts";
import { shaped } from "../schemas.ts";

const Strategy = z
  .object({
    id: StrategyId,
    name: z.string(),
    active: z.boolean(),
    version: z.number().int(),
    workflowVersionId: WorkflowVersionId,
    parameters: documented(StrategyParameters, "StrategyParameters"),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .openapi("Strategy");

const StrategyVersion = z
  .object({
    strategyId: StrategyId,
    version: z.number().int(),
    workflowVersionId: WorkflowVersionId,
    parameters: StrategyParameters,
    createdAt: Instant,
  })
  .openapi("StrategyVersion");

const WorkflowVersion = z
  .object({
    id: WorkflowVersionId,
    name: z.string(),
    version: z.number().int(),
    definition: documented(WorkflowDefinition, "WorkflowDefinition"),
    contentHash: z.string(),
    createdAt: Instant,
  })
  .openapi("WorkflowVersion");

export const StrategyChange = z
  .strictObject({
    name: z.string().trim().min(1).max(120).optional(),
    active: z.boolean().optional(),
    parameters: StrategyParameters.optional(),
  })
  .refine((change) => Object.keys(change).length > 0, "name at least one thing to change")
  .openapi("StrategyChange");

const params = z.object({ id: StrategyId });
const tags = ["strategies"];

const list = createRoute({
  method: "get",
  path: "/strategies",
  tags,
  summary: "List strategies by name",
  responses: { 200: json(z.object({ rows: z.array(Strategy) }), "All strategies."), ...failures() },
});

const get = createRoute({
  method: "get",
  path: "/strategies/{id}",
  tags,
  summary: "One strategy with its newest parameters",
  request: { params },
  responses: { 200: json(Strategy, "The strategy."), ...failures(404) },
});

const versions = createRoute({
  method: "get",
  path: "/strategies/{id}/versions",
  tags,
  summary: "Every version of a strategy, newest first",
  request: { params },
  responses: { 200: json(z.object({ rows: z.array(StrategyVersion) }), "The versions."), ...failures(404) },
});

const change = createRoute({
  method: "patch",
  path: "/strategies/{id}",
  tags,
  summary: "Change name, parameters or whether it is active",
  description: "Takes effect with the next execution; other parameters make a new version.",
  request: { params, body: jsonBody(StrategyChange) },
  responses: { 200: json(Strategy, "The strategy as it is now."), ...failures(400, 404, 409) },
});

const workflows = createRoute({
  method: "get",
  path: "/workflow-versions",
  tags,
  summary: "List workflow versions",
  responses: { 200: json(z.object({ rows: z.array(WorkflowVersion) }), "All versions."), ...failures() },
});

const workflow = createRoute({
  method: "get",
  path: "/workflow-versions/{id}",
  tags,
  summary: "One workflow version",
  request: { params: z.object({ id: WorkflowVersionId }) },
  responses: { 200: json(WorkflowVersion, "The version."), ...failures(404) },
});

/** Changes what is given and keeps the rest. @throws NotFoundError, ConflictError `strategy_name_taken` */
export async function changeStrategy(deps: WebDeps, id: StrategyId, wanted: z.output<typeof StrategyChange>) {
  const { db } = deps.database;
  const present = await getStrategy(db, id);
  return saveStrategy(db, {
    id,
    name: wanted.name ?? present.name,
    active: wanted.active ?? present.active,
    workflowVersionId: present.workflowVersionId,
    parameters: wanted.parameters ?? present.parameters,
  });
}

export function strategiesApi(deps: WebDeps): Api {
  const { db } = deps.database;
  return newApi()
    .openapi(list, async (c) => {
      const rows = await listStrategies(db);
      return c.json({ rows: rows.map((row) => shaped(Strategy, row)) }, 200);
    })
    .openapi(get, async (c) => c.json(shaped(Strategy, await getStrategy(db, c.req.valid("param").id)), 200))
    .openapi(versions, async (c) => {
      const { id } = c.req.valid("param");
      await getStrategy(db, id);
      const rows = await listStrategyVersions(db, id);
      return c.json({ rows: rows.map((row) => shaped(StrategyVersion, row)) }, 200);
    })
    .openapi(change, async (c) => {
      const row = await changeStrategy(deps, c.req.valid("param").id, c.req.valid("json"));
      return c.json(shaped(Strategy, row), 200);
    })
    .openapi(workflows, async (c) => {
      const rows = await listWorkflowVersions(db);
      return c.json({ rows: rows.map((row) => shaped(WorkflowVersion, row)) }, 200);
    })
    .openapi(workflow, async (c) => {
      const row = await getWorkflowVersion(db, c.req.valid("param").id);
      return c.json(shaped(WorkflowVersion, row), 200);
    });
}
