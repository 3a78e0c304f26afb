// Pages of executions: list, start, one, and retry of what failed.
import { type Context, Hono } from "hono";
import { ExecutionRequest } from "#graph/execution-request.ts";
import {
  type ExecutionModel,
  ExecutionPage,
  ExecutionsPage,
  type StartModel,
  StartPage,
} from "#server/views/pages/executions.tsx";
import { llmTotals } from "#store/agents/llm-calls.ts";
import { DeskError } from "#store/model/errors.ts";
import { ExecutionId } from "#store/model/ids.ts";
import { ExecutionStatus } from "#store/model/run.ts";
import { getExecution, listExecutions } from "#store/runs/executions.ts";
import { executionSummaries, runLines } from "#store/runs/overview.ts";
import { listStrategies, strategyNames } from "#store/strategies/strategies.ts";
import { listWorkflowSymbols } from "#store/strategies/workflow-symbols.ts";
import { type FormEnv, startIdOf } from "../../guards/form-token.ts";
import { problemOf } from "../../problems.ts";
import { symbolList } from "../fields.ts";
import { page } from "../html.ts";
import { executionLines, millisecondsBetween, runLineModel } from "../lines.ts";
import { type Site, withDone } from "../site.tsx";

const PAGE = 40;
const RUNS_PAGE = 50;
const EMPTY = { strategy: "", symbols: "", asOf: "", approval: "" };

async function startModel(site: Site, values: StartModel["values"]): Promise<StartModel> {
  const { db } = site.deps.database;
  const [strategies, symbols] = await Promise.all([
    listStrategies(db, { active: true }),
    listWorkflowSymbols(db, { enabled: true }),
  ]);
  return {
    strategies: strategies.map(({ id, name, parameters }) => ({
      id,
      name,
      symbols: parameters.symbols.slice(0, 6),
    })),
    known: symbols.slice(0, 30).map((row) => row.symbol),
    values,
    faults: {},
    notice: null,
    simulator: site.deps.market !== null,
  };
}

/** Absent fields stay absent, so that the strategy's own values count. */
function requestOf(form: URLSearchParams): unknown {
  const symbols = symbolList(form.get("symbols") ?? "");
  const text = (name: string) => (form.get(name) ?? "").trim();
  return {
    ...(text("strategy") === "" ? {} : { strategy: text("strategy") }),
    ...(symbols.length === 0 ? {} : { symbols }),
    ...(text("asOf") === "" ? {} : { asOf: text("asOf") }),
    ...(text("approval") === "" ? {} : { approval: text("approval") }),
  };
}

async function executionModel(site: Site, id: ExecutionId, after: number | null): Promise<ExecutionModel> {
  const { db } = site.deps.database;
  const execution = await getExecution(db, id);
  const [lines, llm, names, summaries] = await Promise.all([
    runLines(db, { executionId: id, limit: RUNS_PAGE, ...(after === null ? {} : { after }) }),
    llmTotals(db, { executionId: id }),
    strategyNames(db, [execution.strategyId]),
    executionSummaries(db, [id]),
  ]);
  const last = lines.at(-1);
  const more = last !== undefined && last.ordinal + 1 < execution.symbolCount;
  return {
    ...execution,
    strategy: {
      id: execution.strategyId,
      name: names.get(execution.strategyId) ?? "removed",
      version: execution.strategyVersion,
    },
    durationMs: millisecondsBetween(execution.createdAt, execution.finishedAt),
    failed: summaries.get(id)?.counts.failed ?? 0,
    scheduledFor: summaries.get(id)?.scheduledFor ?? null,
    llm,
    runs: lines.map((line) => runLineModel(line, site.deps.clock.now())),
    older: more ? `/executions/${id}?after=${last.ordinal}` : null,
    newer: after === null ? null : `/executions/${id}`,
  };
}

export function executionPages(site: Site): Hono<FormEnv> {
  const app = new Hono<FormEnv>();
  const { db } = site.deps.database;

  app.get("/executions", async (c) => {
    const status = ExecutionStatus.nullable()
      .catch(null)
      .parse(c.req.query("status") ?? null);
    const cursor = c.req.query("cursor") ?? null;
    const found = await listExecutions(db, { cursor, limit: PAGE, ...(status === null ? {} : { status }) });
    const query = status === null ? "" : `status=${status}&`;
    const model = {
      rows: await executionLines(db, found.rows),
      status,
      older: found.next === null ? null : `/executions?${query}cursor=${found.next}`,
      newer: cursor === null ? null : status === null ? "/executions" : `/executions?status=${status}`,
    };
    return page(c, <ExecutionsPage frame={await site.frame(c)} model={model} />);
  });

  app.get("/executions/new", async (c) => {
    const values = {
      ...EMPTY,
      symbols: c.req.query("symbols") ?? "",
      strategy: c.req.query("strategy") ?? "",
    };
    return page(c, <StartPage frame={await site.frame(c)} model={await startModel(site, values)} />);
  });

  const refused = async (c: Context<FormEnv>, error: unknown) => {
    const found = problemOf(error);
    if (found.status >= 500 && !(error instanceof DeskError)) throw error;
    const form = c.get("form");
    const values = Object.fromEntries(
      Object.keys(EMPTY).map((name) => [name, form.get(name) ?? ""]),
    ) as StartModel["values"];
    // "symbols.1" is a fault of the field "symbols".
    const faults = Object.fromEntries(
      (found.errors ?? []).map((fault) => [fault.field.split(".")[0] ?? "", fault.message]),
    );
    const model = {
      ...(await startModel(site, values)),
      faults,
      notice: { tone: "bad" as const, text: found.detail },
    };
    return page(c, <StartPage frame={await site.frame(c)} model={model} />, 422);
  };

  app.post("/executions", async (c) => {
    try {
      const request = ExecutionRequest.parse(requestOf(c.get("form")));
      const { executionId } = await site.deps.desk.startExecution(request, { id: startIdOf(c) });
      return c.redirect(withDone(`/executions/${executionId}`, "started"), 303);
    } catch (error) {
      return refused(c, error);
    }
  });

  app.get("/executions/:id", async (c) => {
    const id = ExecutionId.parse(c.req.param("id"));
    const after = /^\d{1,6}$/.test(c.req.query("after") ?? "") ? Number(c.req.query("after")) : null;
    const [frame, model] = await Promise.all([site.frame(c), executionModel(site, id, after)]);
    return page(c, <ExecutionPage frame={frame} model={model} />);
  });

  app.post("/executions/:id/retry", (c) => {
    const id = ExecutionId.parse(c.req.param("id"));
    return site.carryOut(c, `/executions/${id}`, async () => {
      const queued = await site.deps.desk.retryFailed(id);
      return withDone(`/executions/${id}`, queued.length === 0 ? "nothing" : "retried");
    });
  });
  return app;
}
