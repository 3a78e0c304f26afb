// Pages of artifacts: all of them grouped by execution, and one of them.
import { Hono } from "hono";
import { z } from "zod";
import { ArtifactPage } from "#server/views/artifacts/artifact.tsx";
import {
  type ArtifactModel,
  type ArtifactsModel,
  type ExecutionShelf,
  GROUPS,
  type Group,
} from "#server/views/artifacts/model.ts";
import { ArtifactsPage } from "#server/views/artifacts/page.tsx";
import { words } from "#server/views/parts/format.ts";
import { DeskError } from "#store/model/errors.ts";
import { ArtifactId, ExecutionId, SymbolRunId, Ticker } from "#store/model/ids.ts";
import { getArtifact, readArtifact } from "#store/runs/artifacts.ts";
import { type ExecutionRow, executionsById, getExecution, listExecutions } from "#store/runs/executions.ts";
import { lineageOfRun } from "#store/runs/lineage.ts";
import { recordsOfRuns } from "#store/runs/run-records.ts";
import { firstRuns, getSymbolRun, listRunsOfSymbol, runsInOrder } from "#store/runs/symbol-runs.ts";
import { strategyNames } from "#store/strategies/strategies.ts";
import { MarketDataDocument } from "#tools/charts/index.ts";
import type { FormEnv } from "../../guards/form-token.ts";
import { page } from "../html.ts";
import type { Site } from "../site.tsx";
import { shelfOf } from "./shelves.ts";

const EXECUTIONS = 6;
const RUNS_EACH = 4;
const RUNS = 25;
const READ_MS = 10_000;

type Found = { execution: ExecutionRow; runIds: SymbolRunId[]; more: number };
type Asked = {
  execution: ExecutionId | null;
  run: SymbolRunId | null;
  symbol: Ticker | null;
  group: Group | null;
  cursor: string | null;
  /** Of one execution: the place of the last run that was shown. */
  after: number | null;
};
/** `next` goes into the address of what follows. */
type Runs = { found: Found[]; next: Record<string, string> | null };

/** What the address says, where it is well formed; anything else is not asked. */
function optional<Schema extends z.ZodType>(
  schema: Schema,
  text: string | undefined,
): z.output<Schema> | null {
  const found = schema.safeParse(text);
  return found.success ? found.data : null;
}

/** Which runs are shown: one, those of an execution, those of a symbol, or the newest executions' first few. */
async function runsOf(site: Site, asked: Asked): Promise<Runs> {
  const { db } = site.deps.database;
  const { run, execution, symbol, cursor } = asked;
  if (run !== null) {
    const row = await getSymbolRun(db, run);
    return { found: [{ execution: row.execution, runIds: [run], more: 0 }], next: null };
  }
  if (execution !== null) return runsOfExecution(site, execution, asked);
  if (symbol !== null) {
    const { rows, next } = await listRunsOfSymbol(db, { symbol, cursor, limit: RUNS });
    const executions = await executionsById(
      db,
      rows.map(({ executionId }) => executionId),
    );
    const found = rows.flatMap(({ id, executionId }) => {
      const row = executions.get(executionId);
      return row === undefined ? [] : [{ execution: row, runIds: [id], more: 0 }];
    });
    return { found, next: next === null ? null : { cursor: next } };
  }
  const { rows, next } = await listExecutions(db, { cursor, limit: EXECUTIONS });
  const first = await firstRuns(db, { executionIds: rows.map(({ id }) => id), each: RUNS_EACH });
  const found = rows.map((row): Found => {
    const runIds = first.get(row.id) ?? [];
    return { execution: row, runIds, more: row.symbolCount - runIds.length };
  });
  return { found, next: next === null ? null : { cursor: next } };
}

async function runsOfExecution(site: Site, id: ExecutionId, asked: Asked): Promise<Runs> {
  const { db } = site.deps.database;
  const { symbol, after } = asked;
  const [execution, rows] = await Promise.all([
    getExecution(db, id),
    runsInOrder(db, { executionId: id, symbol, after, limit: RUNS + 1 }),
  ]);
  const shown = rows.slice(0, RUNS);
  const last = rows.length > RUNS ? shown.at(-1) : undefined;
  return {
    found: [{ execution, runIds: shown.map((one) => one.id), more: 0 }],
    next: last === undefined ? null : { after: String(last.ordinal) },
  };
}

async function artifactsModel(site: Site, asked: Asked): Promise<ArtifactsModel> {
  const { db } = site.deps.database;
  const { found, next } = await runsOf(site, asked);
  const [records, names] = await Promise.all([
    recordsOfRuns(
      db,
      found.flatMap(({ runIds }) => runIds),
    ),
    strategyNames(
      db,
      found.map(({ execution }) => execution.strategyId),
    ),
  ]);
  const byRun = new Map(records.map((row) => [row.symbolRunId, shelfOf(row)]));
  const { group } = asked;
  const shelves = found.map(({ execution, runIds, more }): ExecutionShelf => {
    const runs = runIds.flatMap((id) => byRun.get(id) ?? []);
    return {
      executionId: execution.id,
      asOf: execution.asOf,
      createdAt: execution.createdAt,
      mode: execution.mode,
      strategy: names.get(execution.strategyId) ?? "removed",
      runs: group === null ? runs : runs.filter((run) => run.groups[group].length > 0),
      more,
    };
  });
  const query = new URLSearchParams({
    ...(asked.execution === null ? {} : { execution: asked.execution }),
    ...(asked.symbol === null ? {} : { symbol: asked.symbol }),
    ...(group === null ? {} : { kind: group }),
  });
  const older = new URLSearchParams({ ...Object.fromEntries(query), ...next });
  return {
    shelves: shelves.filter((shelf) => shelf.runs.length > 0),
    filter: { symbol: asked.symbol ?? "", group, of: backTo(asked) },
    older: next === null ? null : `/artifacts?${older}`,
    newer: asked.cursor === null && asked.after === null ? null : `/artifacts?${query}`,
  };
}

function backTo(asked: Asked): ArtifactsModel["filter"]["of"] {
  if (asked.run !== null) return { href: `/runs/${asked.run}`, text: "Its run" };
  return asked.execution === null ? null : { href: `/executions/${asked.execution}`, text: "Its execution" };
}

/** Newest bar first: what a person looks for. */
function tableOf(bytes: Buffer): NonNullable<ArtifactModel["table"]> {
  const { columns, rows, currency, asOf } = MarketDataDocument.parse(JSON.parse(bytes.toString("utf8")));
  return { columns, rows: rows.toReversed(), notice: `${rows.length} bars in ${currency}, as of ${asOf}` };
}

async function artifactModel(site: Site, id: ArtifactId): Promise<ArtifactModel> {
  const { database, objects } = site.deps;
  const { db } = database;
  const artifact = await getArtifact(db, id);
  const lineage = await lineageOfRun(db, artifact.symbolRunId);
  const signal = AbortSignal.timeout(READ_MS);
  const content =
    artifact.kind === "market_data"
      ? await readArtifact(db, objects, { id, signal }).then(
          ({ bytes }) => ({ table: tableOf(bytes), fault: null }),
          (error: unknown) => {
            if (!(error instanceof DeskError)) throw error;
            return { table: null, fault: `The stored bytes cannot be read now: ${error.message}` };
          },
        )
      : { table: null, fault: null };
  return {
    ...artifact,
    ...content,
    runId: artifact.symbolRunId,
    executionId: lineage.executionId,
    symbol: lineage.symbol,
    drawnBy: lineage.artifacts.filter((one) => one.marketDataId === id),
    shownTo: lineage.calls
      .filter((call) => call.artifactIds.includes(id))
      .map((call) => ({ callId: call.id, text: words(call.stage) })),
  };
}

export function artifactPages(site: Site): Hono<FormEnv> {
  const app = new Hono<FormEnv>();
  app.get("/artifacts", async (c) => {
    const asked = {
      execution: optional(ExecutionId, c.req.query("execution")),
      run: optional(SymbolRunId, c.req.query("run")),
      symbol: optional(Ticker, (c.req.query("symbol") ?? "").trim().toUpperCase()),
      group: optional(z.enum(GROUPS), c.req.query("kind")),
      cursor: c.req.query("cursor") ?? null,
      after: optional(z.coerce.number().int().min(0).max(1_000_000), c.req.query("after")),
    };
    const [frame, model] = await Promise.all([site.frame(c), artifactsModel(site, asked)]);
    return page(c, <ArtifactsPage frame={frame} model={model} />);
  });

  app.get("/artifacts/:id", async (c) => {
    const id = ArtifactId.parse(c.req.param("id"));
    const [frame, artifact] = await Promise.all([site.frame(c), artifactModel(site, id)]);
    return page(c, <ArtifactPage frame={frame} artifact={artifact} />);
  });
  return app;
}
