// Computes the indicators once and draws the workflow's charts: picture, browser specification and numbers become artifacts.
// Effects: CPU, database, object store.
import type { Timeframe } from "#store/model/bar.ts";
import { chartOf } from "#store/model/workflow/definition.ts";
import { type ArtifactRow, type SaveArtifact, saveArtifact } from "#store/runs/artifacts.ts";
import { type ChartInput, chartSpec, marketDataDocument, renderChart } from "#tools/charts/index.ts";
import type { DeskDeps } from "../desk.ts";
import { chartSetting, instrumentOf, prepare } from "../market/prepared.ts";
import type { NodeDefinition, NodeStep } from "../node.ts";
import { type ChartIds, made } from "../state.ts";

export function charts(deps: DeskDeps): NodeDefinition {
  return {
    name: "charts",
    async body(step) {
      const chosen = (timeframe: Timeframe) =>
        chartOf(step.run.subject.workflow, timeframe) === null ? null : draw(deps, step, timeframe);
      const [daily, weekly] = await Promise.all([chosen("daily"), chosen("weekly")]);
      return { pictures: { daily, weekly } };
    },
  };
}

async function draw(deps: DeskDeps, step: NodeStep, timeframe: Timeframe): Promise<ChartIds> {
  const { run, state, signal } = step;
  const market = made(state.market, "market");
  const [{ symbol, currency }, { table }, gateway] = await Promise.all([
    instrumentOf(deps, run, market),
    prepare(deps, { run, market, timeframe }),
    run.gateway(),
  ]);
  const { barsShown, indicators } = chartSetting(run, timeframe);
  const chart: Omit<ChartInput, "size"> = { symbol, timeframe, table, barsShown, indicators };
  const save = (input: Pick<SaveArtifact, "kind" | "mediaType" | "bytes" | "marketDataId" | "seriesId">) =>
    saveArtifact(deps.database.db, deps.objects, {
      ...input,
      symbolRunId: run.subject.symbolRunId,
      timeframe,
      signal,
    });
  const source = { gateway: gateway.kind, session: gateway.session, delaySeconds: market.delaySeconds };
  const numbers = marketDataDocument({
    symbol,
    timeframe,
    currency,
    asOf: run.subject.asOf,
    source,
    table,
    barsShown,
    indicators,
  });
  const drawing = renderChart({ ...chart, size: "model" }, signal);
  const marketData = await save({
    kind: "market_data",
    mediaType: "application/json",
    bytes: json(numbers),
    seriesId: made(market[timeframe], "market").seriesId,
  });
  const [spec, png] = await Promise.all([
    save({
      kind: "chart_spec",
      mediaType: "application/vnd.vegalite.v6+json",
      bytes: json(chartSpec({ ...chart, size: "web" })),
      marketDataId: marketData.id,
    }),
    drawing.then(({ png: bytes }) => {
      run.scratch.png[timeframe] = bytes;
      return save({ kind: "chart_png", mediaType: "image/png", bytes, marketDataId: marketData.id });
    }),
  ]);
  return idsOf({ png, spec, marketData });
}

function idsOf(of: Record<"png" | "spec" | "marketData", ArtifactRow>): ChartIds {
  return { png: of.png.id, spec: of.spec.id, marketData: of.marketData.id, sha256: of.png.sha256 };
}

function json(document: unknown): Buffer {
  return Buffer.from(JSON.stringify(document));
}
