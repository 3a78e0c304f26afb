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
import { type ExecutionRow, getExecution, listExecutions } from "#store/runs/executions.ts";
import { lineageOfRun } from "#store/runs/lineage.ts";
import { recordsOfRuns } from "#store/runs/run-records.ts";
import { getSymbolRun, listRunsOfSymbol, listSymbolRuns } from "#store/runs/symbol-runs.ts";
import { strategyNames } from "#store/strategies/strategies.ts";
import { MarketDataDocument } from "#tools/charts/index.ts";
import type { FormEnv } from "../../guards/form-token.ts";
import { page } from "../html.ts";
import type { Site } from "../site.tsx";
import { shelfOf } from "./shelves.ts";

const EXECUTIONS = 8;
const RUNS_EACH = 6;
const RUNS = 30;
const RUNS_OF_ONE = 100;
const READ_MS = 10_000;

type Found = { execution: ExecutionRow; runIds: SymbolRunId[]; more: number };
type Asked = {
  execution: ExecutionId | null;
  run: SymbolRunId | null;
  symbol: Ticker | null;
  group: Group | null;
  cursor: string | null;
};

/** What the address says, where it is well formed; anything else is not asked. */
function optional<Schema extends z.ZodType>(
  schema: Schema,
  text: string | undefined,
): z.output<Schema> | null {
  const found = schema.safeParse(text);
  return found.success ? found.data : null;
}

/** Which runs are shown: one, those of an execution, those of a symbol, or the newest executions' first few. */
async function runsOf(site: Site, asked: Asked): Promise<{ found: Found[]; next: string | null }> {
  const { db } = site.deps.database;
  const { run, execution, symbol, cursor } = asked;
  if (run !== null) {
    const row = await getSymbolRun(db, run);
    return { found: [{ execution: row.execution, runIds: [run], more: 0 }], next: null };
  }
  if (execution !== null) {
    const [row, runs] = await Promise.all([getExecution(db, execution), listSymbolRuns(db, execution)]);
    const wanted = runs.filter((one) => symbol === null || one.symbol === symbol);
    const runIds = wanted.slice(0, RUNS_OF_ONE).map(({ id }) => id);
    return { found: [{ execution: row, runIds, more: wanted.length - runIds.length }], next: null };
  }
  if (symbol !== null) {
    const { rows, next } = await listRunsOfSymbol(db, { symbol, cursor, limit: RUNS });
    const found = await Promise.all(
      rows.map(async ({ id, executionId }) => ({
        execution: await getExecution(db, executionId),
        runIds: [id],
        more: 0,
      })),
    );
    return { found, next };
  }
  const { rows, next } = await listExecutions(db, { cursor, limit: EXECUTIONS });
  const found = await Promise.all(
    rows.map(async (row): Promise<Found> => {
      const runs = await listSymbolRuns(db, row.id);
      const runIds = runs.slice(0, RUNS_EACH).map(({ id }) => id);
      return { execution: row, runIds, more: runs.length - runIds.length };
    }),
  );
  return { found, next };
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
    ...(asked.symbol === null ? {} : { symbol: asked.symbol }),
    ...(group === null ? {} : { kind: group }),
  });
  const older = new URLSearchParams(query);
  if (next !== null) older.set("cursor", next);
  return {
    shelves: shelves.filter((shelf) => shelf.runs.length > 0),
    filter: { symbol: asked.symbol ?? "", group, of: backTo(asked) },
    older: next === null ? null : `/artifacts?${older}`,
    newer: asked.cursor === null ? null : `/artifacts?${query}`,
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
