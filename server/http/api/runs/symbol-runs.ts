// One symbol run over HTTP, with everything that led to its end: nodes, reports, decisions, verdicts, orders, calls.
import { createRoute, z } from "@hono/zod-openapi";
import { decisionsOfRun } from "#store/agents/decisions.ts";
import { listLlmCalls, llmTotals } from "#store/agents/llm-calls.ts";
import { listReports } from "#store/agents/reports.ts";
import { SymbolRunId, Ticker } from "#store/model/ids.ts";
import { listArtifacts } from "#store/runs/artifacts.ts";
import { listNodeEvents } from "#store/runs/node-events.ts";
import { getSymbolRun, listRunsOfSymbol } from "#store/runs/symbol-runs.ts";
import { approvalsOfRun } from "#store/trading/approvals.ts";
import { ordersOfRun } from "#store/trading/orders.ts";
import { verdictsOfRun } from "#store/trading/verdicts.ts";
import type { WebDeps } from "../../deps.ts";
import { type Api, failures, json, newApi, pageOf, pageQuery } from "../api.ts";
import { Artifact, Execution, LlmTotals, NodeEvent, SymbolRun, shaped } from "../schemas.ts";
import { Approval, Decision, LlmCall, Order, Report, Verdict } from "../trading/schemas.ts";

const params = z.object({ id: SymbolRunId });
const tags = ["symbol-runs"];

const SymbolRunDetail = SymbolRun.extend({
  execution: Execution,
  nodes: z.array(NodeEvent).openapi({ description: "Everything each node did, oldest first." }),
  artifacts: z.array(Artifact),
  reports: z.array(Report),
  decisions: z.array(Decision).openapi({ description: "By visit; the last one counts." }),
  verdicts: z.array(Verdict),
  approvals: z.array(Approval),
  orders: z.array(Order),
  llm: LlmTotals,
}).openapi("SymbolRunDetail");

const list = createRoute({
  method: "get",
  path: "/symbol-runs",
  tags,
  summary: "Runs of one symbol over all executions, newest first",
  request: { query: z.object({ ...pageQuery, symbol: Ticker }) },
  responses: { 200: json(pageOf(SymbolRun), "A page of runs."), ...failures() },
});

const detail = createRoute({
  method: "get",
  path: "/symbol-runs/{id}",
  tags,
  summary: "One symbol run, whole",
  request: { params },
  responses: { 200: json(SymbolRunDetail, "The run."), ...failures(404) },
});

const calls = createRoute({
  method: "get",
  path: "/symbol-runs/{id}/llm-calls",
  tags,
  summary: "Every exchange with a model: exact prompt and raw answer",
  request: { params },
  responses: { 200: json(z.object({ rows: z.array(LlmCall) }), "In order."), ...failures(404) },
});

export function symbolRunsApi(deps: WebDeps): Api {
  const { db } = deps.database;
  return newApi()
    .openapi(list, async (c) => {
      const page = await listRunsOfSymbol(db, c.req.valid("query"));
      return c.json({ rows: page.rows.map((row) => shaped(SymbolRun, row)), next: page.next }, 200);
    })
    .openapi(detail, async (c) => {
      const { id } = c.req.valid("param");
      const run = await getSymbolRun(db, id);
      const of = { symbolRunId: id };
      const [nodes, artifacts, reports, decided, verdicts, approvals, orders, llm] = await Promise.all([
        listNodeEvents(db, id),
        listArtifacts(db, of),
        listReports(db, of),
        decisionsOfRun(db, id),
        verdictsOfRun(db, id),
        approvalsOfRun(db, id),
        ordersOfRun(db, id),
        llmTotals(db, of),
      ]);
      const whole = {
        ...run,
        nodes,
        artifacts,
        reports,
        decisions: decided,
        verdicts,
        approvals,
        orders,
        llm,
      };
      // Rows hold `shown` as unknown JSON; the schema proves it on the way out.
      return c.json(shaped(SymbolRunDetail, whole as z.input<typeof SymbolRunDetail>), 200);
    })
    .openapi(calls, async (c) => {
      const { id } = c.req.valid("param");
      await getSymbolRun(db, id);
      const rows = await listLlmCalls(db, id);
      return c.json({ rows: rows.map((row) => shaped(LlmCall, row)) }, 200);
    });
}
