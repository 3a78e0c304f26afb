// Executions over HTTP: start, list, look at, retry what failed.
import { createRoute, z } from "@hono/zod-openapi";
import { ExecutionRequest } from "#graph/execution-request.ts";
import { llmTotals } from "#store/agents/llm-calls.ts";
import { ExecutionId, StrategyId, SymbolRunId } from "#store/model/ids.ts";
import { ExecutionStatus } from "#store/model/run.ts";
import { getExecution, listExecutions } from "#store/runs/executions.ts";
import { listSymbolRuns } from "#store/runs/symbol-runs.ts";
import type { WebDeps } from "../../deps.ts";
import {
  type Api,
  documented,
  failures,
  idempotencyHeader,
  json,
  jsonBody,
  newApi,
  pageOf,
  pageQuery,
} from "../api.ts";
import { Execution, ExecutionDetail, shaped } from "../schemas.ts";

const params = z.object({ id: ExecutionId });
const tags = ["executions"];

const start = createRoute({
  method: "post",
  path: "/executions",
  tags,
  summary: "Start an execution",
  request: { headers: idempotencyHeader, body: jsonBody(documented(ExecutionRequest, "ExecutionRequest")) },
  responses: {
    202: json(
      z
        .object({ executionId: ExecutionId, symbolRunIds: z.array(SymbolRunId), status: ExecutionStatus })
        .openapi("StartedExecution"),
      "Started: one symbol run is queued per symbol.",
    ),
    ...failures(400, 404, 409, 413),
  },
});

const list = createRoute({
  method: "get",
  path: "/executions",
  tags,
  summary: "List executions, newest first",
  request: {
    query: z.object({
      ...pageQuery,
      status: ExecutionStatus.optional(),
      strategy: StrategyId.optional(),
    }),
  },
  responses: { 200: json(pageOf(Execution), "A page of executions."), ...failures() },
});

const detail = createRoute({
  method: "get",
  path: "/executions/{id}",
  tags,
  summary: "One execution with its symbol runs",
  request: { params },
  responses: { 200: json(ExecutionDetail, "The execution."), ...failures(404) },
});

const retry = createRoute({
  method: "post",
  path: "/executions/{id}/retry",
  tags,
  summary: "Queue the failed symbol runs again",
  description: "Only failed symbols run again, each from the node that failed. Finished ones are left alone.",
  request: { headers: idempotencyHeader, params },
  responses: {
    202: json(z.object({ symbolRunIds: z.array(SymbolRunId) }), "The runs that were queued; possibly none."),
    ...failures(404, 409),
  },
});

export function executionsApi(deps: WebDeps): Api {
  const { db } = deps.database;
  return newApi()
    .openapi(start, async (c) => {
      // Under the idempotency key's own id: a second try after a crash finds what the first one started.
      const id = c.get("startId") as ExecutionId | undefined;
      const started = await deps.desk.startExecution(c.req.valid("json"), { id });
      return c.json({ ...started, symbolRunIds: [...started.symbolRunIds] }, 202);
    })
    .openapi(list, async (c) => {
      const { cursor, limit, status, strategy } = c.req.valid("query");
      const page = await listExecutions(db, {
        cursor,
        limit,
        ...(status === undefined ? {} : { status }),
        ...(strategy === undefined ? {} : { strategyId: strategy }),
      });
      return c.json({ rows: page.rows.map((row) => shaped(Execution, row)), next: page.next }, 200);
    })
    .openapi(detail, async (c) => {
      const { id } = c.req.valid("param");
      const [execution, runs, llm] = await Promise.all([
        getExecution(db, id),
        listSymbolRuns(db, id),
        llmTotals(db, { executionId: id }),
      ]);
      return c.json(shaped(ExecutionDetail, { ...execution, runs, llm }), 200);
    })
    .openapi(retry, async (c) => {
      const symbolRunIds = await deps.desk.retryFailed(c.req.valid("param").id);
      return c.json({ symbolRunIds: [...symbolRunIds] }, 202);
    });
}
