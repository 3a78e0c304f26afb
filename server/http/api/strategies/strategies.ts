// Strategies over HTTP. A change makes a new version; executions that run keep theirs.
import { createRoute, z } from "@hono/zod-openapi";
import { InvariantError } from "#store/model/errors.ts";
import { Instant, StrategyId, WorkflowVersionId } from "#store/model/ids.ts";
import { StrategyParameters } from "#store/model/strategy.ts";
import { describeDifference } from "#store/model/workflow/difference.ts";
import {
  activateStrategyVersion,
  cloneStrategy,
  getStrategy,
  listStrategies,
  listStrategyVersions,
  saveStrategy,
} from "#store/strategies/strategies.ts";
import { getWorkflowVersion } from "#store/strategies/workflows.ts";
import type { WebDeps } from "../../deps.ts";
import { type Api, documented, failures, json, jsonBody, newApi } from "../api.ts";
import { shaped } from "../schemas.ts";
import { checkStrategy, requireUsable } from "./check-strategy.ts";
import { CheckAnswer, DifferenceLine, VersionNumber } from "./versions.ts";

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
    workflow: z.string().openapi({ description: 'Name and version, such as "multi-agent, version 2".' }),
    parameters: StrategyParameters,
    createdAt: Instant,
    differences: z.array(DifferenceLine),
  })
  .openapi("StrategyVersion", { description: "`differences` are against the version before." });

const name = z.string().trim().min(1).max(120);

export const NewStrategy = z
  .strictObject({
    name,
    active: z.boolean().default(true),
    workflowVersionId: WorkflowVersionId.optional(),
    parameters: StrategyParameters.optional(),
    cloneOf: StrategyId.optional(),
  })
  .refine(
    ({ cloneOf, workflowVersionId, parameters }) =>
      cloneOf === undefined
        ? workflowVersionId !== undefined && parameters !== undefined
        : workflowVersionId === undefined && parameters === undefined,
    "give workflowVersionId and parameters, or cloneOf alone",
  )
  .openapi("NewStrategy", {
    description: "`workflowVersionId` and `parameters`, or `cloneOf` alone: a copy without the schedule.",
  });

export const StrategyChange = z
  .strictObject({
    name: name.optional(),
    active: z.boolean().optional(),
    workflowVersionId: WorkflowVersionId.optional(),
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
  summary: "Change name, workflow, parameters or whether it is active",
  description:
    "Takes effect with the next execution; other parameters or another workflow make a new version.",
  request: { params, body: jsonBody(StrategyChange) },
  responses: { 200: json(Strategy, "The strategy as it is now."), ...failures(400, 404, 409) },
});

const create = createRoute({
  method: "post",
  path: "/strategies",
  tags,
  summary: "Create a strategy, or copy one",
  request: { body: jsonBody(NewStrategy) },
  responses: { 201: json(Strategy, "The new strategy."), ...failures(400, 404, 409) },
});

const check = createRoute({
  method: "post",
  path: "/strategies/check",
  tags,
  summary: "Check a strategy without saving it",
  description:
    "Answers every fault with its field: the shape, symbols that the broker does not know, a workflow version that is not there or names a prompt that cannot be used, a cron expression that never comes, a name that is taken.",
  request: {
    body: jsonBody(
      z.strictObject({
        id: StrategyId.optional().openapi({
          description: "The strategy that is changed; absent: a new one.",
        }),
        name: z.string().max(200).optional(),
        workflowVersionId: z.string().max(100).optional(),
        parameters: z.record(z.string(), z.unknown()),
      }),
    ),
  },
  responses: { 200: json(CheckAnswer, "What was found."), ...failures(400) },
});

const activate = createRoute({
  method: "post",
  path: "/strategies/{id}/activate",
  tags,
  summary: "Make an older version's content the newest one",
  request: { params, body: jsonBody(z.strictObject({ version: VersionNumber })) },
  responses: { 200: json(Strategy, "The strategy as it is now."), ...failures(400, 404) },
});

/**
 * Changes what is given and keeps the rest.
 * @throws NotFoundError, InputError with the field, ConflictError `strategy_name_taken`
 */
export async function changeStrategy(deps: WebDeps, id: StrategyId, wanted: z.output<typeof StrategyChange>) {
  const { db } = deps.database;
  const present = await getStrategy(db, id);
  await requireUsable(deps, wanted);
  return saveStrategy(db, {
    id,
    name: wanted.name ?? present.name,
    active: wanted.active ?? present.active,
    workflowVersionId: wanted.workflowVersionId ?? present.workflowVersionId,
    parameters: wanted.parameters ?? present.parameters,
  });
}

/**
 * A new strategy with this content, or a copy of another.
 * @throws NotFoundError, InputError with the field, ConflictError `strategy_name_taken`
 */
export async function newStrategy(deps: WebDeps, wanted: z.output<typeof NewStrategy>) {
  const { db } = deps.database;
  const { name: of, active, cloneOf, workflowVersionId, parameters } = wanted;
  const id = deps.newId() as StrategyId;
  if (cloneOf !== undefined) return cloneStrategy(db, { id, name: of, active, from: cloneOf });
  if (workflowVersionId === undefined || parameters === undefined)
    throw new InvariantError("a new strategy passed its schema without workflow or parameters");
  await requireUsable(deps, { workflowVersionId, parameters });
  return saveStrategy(db, { id, name: of, active, workflowVersionId, parameters });
}

async function historyOf(deps: WebDeps, id: StrategyId) {
  const { db } = deps.database;
  await getStrategy(db, id);
  const rows = await listStrategyVersions(db, id);
  const ids = [...new Set(rows.map((row) => row.workflowVersionId))];
  const workflows = new Map(
    (await Promise.all(ids.map((one) => getWorkflowVersion(db, one)))).map((row) => [
      row.id,
      `${row.name}, version ${row.version}`,
    ]),
  );
  const described = rows.map((row) => ({ ...row, workflow: workflows.get(row.workflowVersionId) ?? "" }));
  return described.map((row, index) => {
    const before = described[index + 1];
    const of = ({ parameters, workflow }: typeof row) => ({ ...parameters, workflow });
    const differences = before === undefined ? [] : describeDifference(of(before), of(row));
    return shaped(StrategyVersion, { ...row, differences });
  });
}

export function strategiesApi(deps: WebDeps): Api {
  const { db } = deps.database;
  return newApi()
    .openapi(list, async (c) => {
      const rows = await listStrategies(db);
      return c.json({ rows: rows.map((row) => shaped(Strategy, row)) }, 200);
    })
    .openapi(create, async (c) => c.json(shaped(Strategy, await newStrategy(deps, c.req.valid("json"))), 201))
    .openapi(check, async (c) => {
      const { id, name: of, workflowVersionId, parameters } = c.req.valid("json");
      const present = id === undefined ? null : await getStrategy(db, id);
      const { faults } = await checkStrategy(deps, {
        id: id ?? null,
        name: of ?? present?.name ?? "unnamed",
        workflowVersionId: workflowVersionId ?? null,
        parameters,
      });
      return c.json({ ok: faults.length === 0, faults }, 200);
    })
    .openapi(get, async (c) => c.json(shaped(Strategy, await getStrategy(db, c.req.valid("param").id)), 200))
    .openapi(versions, async (c) => c.json({ rows: await historyOf(deps, c.req.valid("param").id) }, 200))
    .openapi(change, async (c) => {
      const row = await changeStrategy(deps, c.req.valid("param").id, c.req.valid("json"));
      return c.json(shaped(Strategy, row), 200);
    })
    .openapi(activate, async (c) => {
      const { version } = c.req.valid("json");
      const row = await activateStrategyVersion(db, { id: c.req.valid("param").id, version });
      return c.json(shaped(Strategy, row), 200);
    });
}
