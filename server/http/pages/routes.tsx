// All pages behind the sign-in, and the form guard in front of everything they post.
import { Hono, type MiddlewareHandler } from "hono";
import { currentTradingState } from "#store/trading/trading-state.ts";
import type { CallerEnv, Door } from "../auth/guard.ts";
import type { WebDeps } from "../deps.ts";
import { type FormEnv, readForm } from "../guards/form-token.ts";
import { onceOnly } from "../guards/idempotency.ts";
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

/** What is started under an id of its form: a try that a crash broke off is gone on with. */
const RESUMABLE = /^POST \/(executions|runs\/[^/]+\/try|prompts\/[^/]+\/try)$/;

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
  const { database, newId, log } = deps;
  // A halt that was lifted since is no halt: an old page's button then halts again.
  const holds = async (path: string) =>
    path !== "/halt" || (await currentTradingState(database.db)).state !== "ACTIVE";
  app.use("*", onceOnly({ database, newId, log, resumable: RESUMABLE, holds }));
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
