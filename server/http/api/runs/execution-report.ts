// An execution as the command line tells it, and what its nodes did so far: for programs that start runs and wait.
import { createRoute, z } from "@hono/zod-openapi";
import { ExecutionId, SymbolRunId, Ticker } from "#store/model/ids.ts";
import { NodeEventKind, NodeName } from "#store/model/run.ts";
import { feedEvents } from "#store/runs/event-feed.ts";
import { getExecution } from "#store/runs/executions.ts";
import { ExecutionReport, executionReport } from "../../../reports/execution-report.ts";
import type { WebDeps } from "../../deps.ts";
import { type Api, failures, json, newApi } from "../api.ts";

const params = z.object({ id: ExecutionId });
const tags = ["executions"];

const report = createRoute({
  method: "get",
  path: "/executions/{id}/report",
  tags,
  summary: "One execution in the form of `countersign run --json`",
  request: { params },
  responses: { 200: json(ExecutionReport, "The report, as far as the runs have come."), ...failures(404) },
});

const FeedRow = z
  .object({
    id: z.number().int(),
    symbolRunId: SymbolRunId,
    symbol: Ticker,
    node: NodeName,
    visit: z.number().int(),
    attempt: z.number().int(),
    kind: NodeEventKind,
    durationMs: z.number().int().nullable(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
  })
  .openapi("ExecutionEvent");

const events = createRoute({
  method: "get",
  path: "/executions/{id}/events",
  tags,
  summary: "What the nodes of an execution did, oldest first",
  request: {
    params,
    query: z.object({
      after: z.coerce
        .number()
        .int()
        .min(0)
        .default(0)
        .openapi({ description: "Only events with a greater id." }),
    }),
  },
  responses: { 200: json(z.object({ rows: z.array(FeedRow) }), "At most 500 events."), ...failures(404) },
});

export function executionReportApi(deps: WebDeps): Api {
  const { db } = deps.database;
  return newApi()
    .openapi(report, async (c) => {
      const { model, broker } = deps.describe();
      return c.json(await executionReport(db, c.req.valid("param").id, { model, broker }), 200);
    })
    .openapi(events, async (c) => {
      const { id } = c.req.valid("param");
      await getExecution(db, id);
      const rows = await feedEvents(db, { executionId: id, after: c.req.valid("query").after });
      return c.json({ rows: z.array(FeedRow).parse(rows) }, 200);
    });
}
