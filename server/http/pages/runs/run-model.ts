// Collects everything the page of one symbol run shows. Effects: database.

import { z } from "zod";
import { runRows, tradeFactsOf, tradeRows } from "#server/reports/run/rows.ts";
import { tradePictures } from "#server/reports/trade/picture.ts";
import type { ChartModel } from "#server/views/parts/chart.tsx";
import type { RunModel } from "#server/views/run/model.ts";
import type { ObjectStore } from "#store/artifacts/object-store.ts";
import type { Db } from "#store/database.ts";
import type { SymbolRunId } from "#store/model/ids.ts";
import type { NodeName } from "#store/model/run.ts";
import type { ArtifactRow } from "#store/runs/artifacts.ts";
import type { NodeEventRow } from "#store/runs/node-events.ts";
import { millisecondsBetween } from "../lines.ts";
import { nodeDetail, nodeModels } from "./node-models.ts";
import { threadOf } from "./thread.ts";

function chartModels(run: { id: string; symbol: string }, artifacts: readonly ArtifactRow[]): ChartModel[] {
  const timeframes = ["daily", "weekly"] as const;
  return timeframes.flatMap((timeframe) => {
    const of = (kind: ArtifactRow["kind"]) =>
      artifacts.filter((artifact) => artifact.kind === kind && artifact.timeframe === timeframe).at(-1);
    const picture = of("chart_png");
    const data = of("market_data");
    if (picture === undefined && data === undefined) return [];
    return {
      runId: run.id,
      timeframe,
      symbol: run.symbol,
      pictureId: picture?.id ?? null,
      specId: of("chart_spec")?.id ?? null,
      marketDataId: data?.id ?? picture?.marketDataId ?? null,
    };
  });
}

/** The charts of a run with its trade drawn in, for other pages than its own. @throws NotFoundError */
export async function chartsOfRun(
  sources: { db: Db; objects: ObjectStore },
  id: SymbolRunId,
): Promise<Pick<RunModel, "charts" | "pictures">> {
  const { run, artifacts, facts } = await tradeRows(sources.db, id);
  return {
    charts: chartModels(run, artifacts),
    pictures: await tradePictures(sources, facts, artifacts),
  };
}

export type Chosen = { node: NodeName; visit: number | null };

/** @throws NotFoundError `symbol_run_not_found` */
export async function runModel(
  sources: { db: Db; objects: ObjectStore },
  id: SymbolRunId,
  asked: { node: Chosen | null; call: string | null } = { node: null, call: null },
): Promise<RunModel> {
  const { run, events, artifacts, ...read } = await runRows(sources.db, id);
  // What the rules looked at is in the export; here it would only make long keys of kept parts.
  const rows = { ...read, verdicts: read.verdicts.map(({ snapshot: _snapshot, ...verdict }) => verdict) };
  const { calls } = rows;
  const facts = tradeFactsOf({ symbol: run.symbol, ...rows });
  return {
    ...run,
    ...rows,
    asOf: run.execution.asOf,
    mode: run.execution.mode,
    gatewaySession: run.execution.gatewaySession,
    dryRun: run.execution.dryRun,
    forkedFrom: run.execution.forkedFrom,
    durationMs: millisecondsBetween(run.startedAt, run.finishedAt),
    nodes: nodeModels(events, run.status),
    advice: adviceOf(events),
    chosen: asked.node === null ? null : nodeDetail({ events, calls, status: run.status }, asked.node),
    openCall: asked.call,
    charts: chartModels(run, artifacts),
    pictures: await tradePictures(sources, facts, artifacts),
    thread: threadOf(rows),
    artifactCount: artifacts.length,
    pictureOf: Object.fromEntries(
      artifacts
        .filter((artifact) => artifact.kind === "chart_png")
        .map((artifact) => [artifact.sha256, artifact.id]),
    ),
  };
}

const Advised = z.object({ outcome: z.object({ code: z.literal("advice"), reason: z.string() }) });

/** The order that a workflow which only advises would have placed. */
function adviceOf(events: readonly NodeEventRow[]): string | null {
  const record = events.find(({ node, kind }) => node === "record" && kind === "finished");
  return Advised.safeParse(record?.output).data?.outcome.reason ?? null;
}
