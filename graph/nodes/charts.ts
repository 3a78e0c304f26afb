// Computes the indicators once and draws both charts: picture, browser specification and numbers become artifacts.
// Effects: CPU, database, object store.
import type { Timeframe } from "#store/model/bar.ts";
import { type ArtifactRow, type SaveArtifact, saveArtifact } from "#store/runs/artifacts.ts";
import { type ChartInput, chartSpec, marketDataDocument, renderChart } from "#tools/charts/index.ts";
import type { DeskDeps } from "../desk.ts";
import { instrumentOf, prepare } from "../market/prepared.ts";
import type { NodeDefinition, NodeStep } from "../node.ts";
import { type ChartFacts, made } from "../state.ts";

export function charts(deps: DeskDeps): NodeDefinition {
  return {
    name: "charts",
    async body(step) {
      const [daily, weekly] = await Promise.all([draw(deps, step, "daily"), draw(deps, step, "weekly")]);
      return { pictures: { daily, weekly } };
    },
  };
}

async function draw(deps: DeskDeps, step: NodeStep, timeframe: Timeframe): Promise<ChartFacts["daily"]> {
  const { run, state, signal } = step;
  const market = made(state.market, "market");
  const [{ symbol, currency }, { table, setting }, gateway] = await Promise.all([
    instrumentOf(deps, run, market),
    prepare(deps, { run, market, timeframe }),
    run.gateway(),
  ]);
  const { barsShown } = setting;
  const chart: Omit<ChartInput, "size"> = { symbol, timeframe, table, barsShown };
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
  });
  const drawing = renderChart({ ...chart, size: "model" }, signal);
  const marketData = await save({
    kind: "market_data",
    mediaType: "application/json",
    bytes: json(numbers),
    seriesId: market[timeframe].seriesId,
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

function idsOf(of: Record<"png" | "spec" | "marketData", ArtifactRow>): ChartFacts["daily"] {
  return { png: of.png.id, spec: of.spec.id, marketData: of.marketData.id, sha256: of.png.sha256 };
}

function json(document: unknown): Buffer {
  return Buffer.from(JSON.stringify(document));
}
