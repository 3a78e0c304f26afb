// All pages behind the sign-in, and the form guard in front of everything they post.
import { Hono, type MiddlewareHandler } from "hono";
import type { CallerEnv, Door } from "../auth/guard.ts";
import type { WebDeps } from "../deps.ts";
import { type FormEnv, readForm } from "../guards/form-token.ts";
import { approvalPages } from "./approvals.tsx";
import { dashboardPages } from "./dashboard.tsx";
import { decisionPages } from "./decisions/decisions.tsx";
import { haltPages } from "./halt.tsx";
import { orderPages } from "./orders.tsx";
import { promptPages } from "./prompts/prompts.tsx";
import { executionPages } from "./runs/executions.tsx";
import { runPages } from "./runs/runs.tsx";
import { settingsPages } from "./settings.tsx";
import { createSite } from "./site.tsx";
import { schedulePages } from "./strategies/schedules.tsx";
import { strategyPages } from "./strategies/strategies.tsx";
import { symbolPages } from "./symbols/symbols.tsx";
import { workflowPages } from "./workflows/workflows.tsx";

export function pageRoutes(options: {
  deps: WebDeps;
  door: Door;
  assets: string;
  guard: MiddlewareHandler<CallerEnv>;
}): Hono<FormEnv> {
  const { deps, door, assets, guard } = options;
  const site = createSite({ deps, door, assets });
  const app = new Hono<FormEnv>();
  app.use("*", guard);
  app.use("*", readForm(door.sessions));
  for (const part of [
    dashboardPages(site),
    haltPages(site),
    executionPages(site),
    approvalPages(site),
    orderPages(site),
    decisionPages(site),
    strategyPages(site),
    workflowPages(site),
    schedulePages(site),
    symbolPages(site),
    runPages(site),
    promptPages(site),
    settingsPages(site),
  ]) {
    app.route("/", part);
  }
  return app;
}
