// Trying a past run again over HTTP: fork it with other prompts or models, list the forks, compare one with its source.
import { createRoute, z } from "@hono/zod-openapi";
import { ForkRequest } from "#graph/executions/fork-request.ts";
import { compareFork } from "#server/reports/comparison.ts";
import { ExecutionId, PromptVersionId, SymbolRunId } from "#store/model/ids.ts";
import { DecimalString } from "#store/model/money.ts";
import { AgentStage, ForkPoint, ForkSettings } from "#store/model/run.ts";
import { listTries } from "#store/results/tries.ts";
import { getSymbolRun } from "#store/runs/symbol-runs.ts";
import type { WebDeps } from "../../deps.ts";
import { type Api, documented, failures, idempotencyHeader, json, jsonBody, newApi } from "../api.ts";
import { Try } from "../prompts/prompts.ts";
import { Execution, SymbolRun, shaped } from "../schemas.ts";

const MOST_FORKS = 100;
const params = z.object({ id: SymbolRunId });
const tags = ["symbol-runs"];

const StartedFork = z
  .object({ executionId: ExecutionId, symbolRunId: SymbolRunId, fromNode: ForkPoint })
  .openapi("StartedFork");

const AskedStage = z
  .object({
    promptVersionId: PromptVersionId.nullable(),
    version: z.string().nullable(),
    model: z.string(),
    calls: z.number().int(),
    tokens: z.number().int(),
    costUsd: documented(DecimalString, null, "Of what is priced.").nullable(),
    latencyMs: z.number(),
    answered: z.boolean(),
  })
  .openapi("AskedStage");

const Comparison = z
  .object({
    settings: documented(ForkSettings, "ForkSettings"),
    source: SymbolRun.extend({ execution: Execution }),
    fork: SymbolRun.extend({ execution: Execution }),
    stages: z.array(
      z.object({
        stage: AgentStage,
        original: AskedStage.nullable(),
        tried: AskedStage.nullable(),
        taken: z.boolean().openapi({ description: "The source's answer stands." }),
        chosen: z
          .boolean()
          .openapi({ description: "Somebody chose this stage's prompt or model for the try." }),
      }),
    ),
    parts: z.array(
      z.object({
        stage: z.union([AgentStage, z.enum(["rules", "outcome"])]),
        taken: z.boolean(),
        facts: z.array(
          z.object({
            label: z.string(),
            original: z.string().nullable(),
            tried: z.string().nullable(),
            same: z.boolean(),
          }),
        ),
      }),
    ),
  })
  .openapi("Comparison");

const fork = createRoute({
  method: "post",
  path: "/symbol-runs/{id}/fork",
  tags,
  summary: "Try a past run again with other prompts or models",
  description:
    "A dry run under ids of its own: it never asks for and never sends an order, and takes no room from the account. It " +
    "starts at the latest node from which every named stage is asked anew; stages that are not named keep the prompt " +
    "version of the past run. The rules judge it on what they saw then (account, quote, market), or on what is now when " +
    "the past run never reached them or when it starts from `market_data`.",
  request: {
    headers: idempotencyHeader,
    params,
    body: jsonBody(documented(ForkRequest, "ForkRequest")),
  },
  responses: { 202: json(StartedFork, "Started: the fork is queued."), ...failures(400, 404, 409, 413) },
});

const forks = createRoute({
  method: "get",
  path: "/symbol-runs/{id}/forks",
  tags,
  summary: "Forks of one run, newest first",
  request: { params },
  responses: { 200: json(z.object({ rows: z.array(Try) }), "The newest hundred."), ...failures(404) },
});

const comparison = createRoute({
  method: "get",
  path: "/symbol-runs/{id}/comparison",
  tags,
  summary: "A fork beside its source: what was asked, what each said, what it cost",
  request: { params },
  responses: { 200: json(Comparison, "Both sides."), ...failures(404, 409) },
});

export function forksApi(deps: WebDeps): Api {
  const { db } = deps.database;
  return newApi()
    .openapi(fork, async (c) => {
      // Under the idempotency key's own id, as executions are.
      const id = c.get("startId") as ExecutionId | undefined;
      const started = await deps.desk.forkRun(c.req.valid("param").id, c.req.valid("json"), { id });
      return c.json(started, 202);
    })
    .openapi(forks, async (c) => {
      const { id } = c.req.valid("param");
      await getSymbolRun(db, id);
      const rows = await listTries(db, { source: id, limit: MOST_FORKS });
      return c.json({ rows: rows.map((row) => shaped(Try, row)) }, 200);
    })
    .openapi(comparison, async (c) =>
      c.json(shaped(Comparison, await compareFork(db, c.req.valid("param").id)), 200),
    );
}
