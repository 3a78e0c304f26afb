// The whole API: every module in one router, the OpenAPI document and the reference page made from it.
import { createRoute, z } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { type CallerEnv, sessionCookie } from "../auth/guard.ts";
import type { Sessions } from "../auth/sessions.ts";
import type { WebDeps } from "../deps.ts";
import type { Feed } from "../events/feed.ts";
import { idempotent } from "../guards/idempotency.ts";
import { problem, problemResponse } from "../problems.ts";
import { type Api, newApi } from "./api.ts";
import { decisionsApi } from "./decisions/decisions.ts";
import { verdictsApi } from "./decisions/verdicts.ts";
import { eventsApi, healthApi, livenessApi } from "./health.ts";
import { promptsApi } from "./prompts/prompts.ts";
import { artifactsApi } from "./runs/artifacts.ts";
import { chartsApi } from "./runs/charts.ts";
import { executionReportApi } from "./runs/execution-report.ts";
import { executionsApi } from "./runs/executions.ts";
import { exportApi } from "./runs/export.ts";
import { forksApi } from "./runs/forks.ts";
import { symbolRunsApi } from "./runs/symbol-runs.ts";
import { schedulesApi } from "./strategies/schedules.ts";
import { strategiesApi } from "./strategies/strategies.ts";
import { workflowSymbolsApi } from "./strategies/workflow-symbols.ts";
import { workflowsApi } from "./strategies/workflows.ts";
import { approvalsApi } from "./trading/approvals.ts";
import { blocksApi } from "./trading/blocks.ts";
import { deskStateApi } from "./trading/desk-state.ts";
import { instrumentsApi } from "./trading/instruments.ts";
import { ordersApi } from "./trading/orders.ts";
import { portfolioApi } from "./trading/portfolio.ts";
import { tradesApi } from "./trading/trades.ts";

const openapi = createRoute({
  method: "get",
  path: "/openapi.json",
  tags: ["reference"],
  summary: "This document",
  security: [],
  responses: {
    200: {
      description: "OpenAPI 3.1.",
      content: { "application/json": { schema: z.record(z.string(), z.unknown()) } },
    },
  },
});

const OPEN_PATHS: ReadonlySet<string> = new Set(["/api/health", "/api/openapi.json", "/api/docs"]);

/** What is started under an id of its key: a try that a crash broke off is gone on with. */
const RESUMABLE = /^POST \/api\/(executions|symbol-runs\/[^/]+\/fork)$/;

const TAGS = [
  ["executions", "A strategy run over symbols at one as-of time."],
  ["symbol-runs", "One symbol of an execution: nodes, reports, decision, verdict, orders, model calls."],
  ["decisions", "What the executor agent proposed, and its figures."],
  ["verdicts", "What the risk rules said to each proposal."],
  ["approvals", "What waits for a person's countersign."],
  ["orders", "Orders and their life at the broker."],
  ["fills", "What the broker executed."],
  ["symbol-blocks", "Where the desk and the broker disagree, and how that was settled."],
  ["portfolio", "The account as the broker states it."],
  ["artifacts", "Charts and the market data behind them."],
  ["workflow-symbols", "The desk's list of symbols."],
  ["strategies", "What is traded, within which limits, and when by itself."],
  ["workflows", "What a run looks at and which agents work on it; versioned."],
  ["prompts", "Prompt versions."],
  ["instruments", "What the broker knows a ticker as."],
  ["trading-state", "Halt and resume."],
  ["market", "The market's clock."],
  ["alerts", "What a person must come to know."],
  ["events", "Live progress."],
  ["health", "Whether everything works."],
  ["reference", "The API's own description."],
] as const;

/** The OpenAPI 3.1 document of the whole API. */
export function apiDocument(api: Api, version: string) {
  return api.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Countersign",
      version,
      description:
        "Agents argue, code sizes and limits, every order is countersigned. Money and prices are decimal strings, " +
        "times UTC instants, sessions exchange dates. Errors are problem documents (RFC 9457) with a stable `code`.",
      license: { name: "MIT", url: "https://opensource.org/license/mit" },
    },
    servers: [{ url: "/" }],
    security: [{ bearer: [] }, { session: [] }],
    tags: TAGS.map(([name, description]) => ({ name, description })),
  });
}

/** All routes under /api. `guard` turns strangers away; liveness and the document itself are open to all. */
export function apiRoutes(
  deps: WebDeps,
  live: { feed: Feed; sessions: Sessions },
  guard: MiddlewareHandler<CallerEnv>,
): Api {
  const api = newApi().basePath("/api");
  api.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    description: "The admin token.",
  });
  api.openAPIRegistry.registerComponent("securitySchemes", "session", {
    type: "apiKey",
    in: "cookie",
    name: sessionCookie(deps.auth),
    description: "Set by the sign-in page.",
  });

  let document: ReturnType<typeof apiDocument> | undefined;
  api.openapi(openapi, (c) => {
    document ??= apiDocument(api, deps.describe().version);
    return c.json(document as unknown as Record<string, unknown>, 200);
  });
  api.route("/", livenessApi());

  api.use("*", async (c, next) => {
    const open = OPEN_PATHS.has(c.req.path);
    return open ? next() : guard(c, next);
  });
  const { database, newId, log } = deps;
  api.use("*", idempotent({ database, newId, log, resumable: RESUMABLE }));
  api.use("*", async (c, next) => {
    await next();
    if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", "no-store");
  });
  for (const part of [
    executionsApi(deps),
    executionReportApi(deps),
    symbolRunsApi(deps),
    forksApi(deps),
    decisionsApi(deps),
    verdictsApi(deps),
    chartsApi(deps),
    exportApi(deps),
    tradesApi(deps),
    approvalsApi(deps),
    ordersApi(deps),
    blocksApi(deps),
    portfolioApi(deps),
    artifactsApi(deps),
    workflowSymbolsApi(deps),
    strategiesApi(deps),
    workflowsApi(deps),
    schedulesApi(deps),
    instrumentsApi(deps),
    deskStateApi(deps),
    promptsApi(deps),
    healthApi(deps),
    eventsApi(deps, live),
  ]) {
    api.route("/", part);
  }
  api.all("*", () =>
    problemResponse(problem(404, "route_not_found", "There is no such address in the API.")),
  );
  return api;
}
