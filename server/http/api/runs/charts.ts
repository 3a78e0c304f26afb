// The interactive chart of a run over HTTP: the stored specification with levels, fills and the bars since drawn in.
import { createRoute, z } from "@hono/zod-openapi";
import { tradeRows } from "#server/reports/run/rows.ts";
import { overlayOf, tradePictures } from "#server/reports/trade/picture.ts";
import { Timeframe } from "#store/model/bar.ts";
import { NotFoundError } from "#store/model/errors.ts";
import { SymbolRunId } from "#store/model/ids.ts";
import { readArtifact } from "#store/runs/artifacts.ts";
import { withOverlay } from "#tools/charts/index.ts";
import type { WebDeps } from "../../deps.ts";
import { type Api, failures, json, newApi } from "../api.ts";

const READ_MS = 15_000;

const chart = createRoute({
  method: "get",
  path: "/symbol-runs/{id}/charts/{timeframe}",
  tags: ["symbol-runs"],
  summary: "A run's chart with its trade drawn in, as a Vega-Lite specification",
  description:
    "The specification that was stored with the picture, with the levels, the fills and the bars after the decision added; " +
    "a rule marks where the agents' knowledge ended. While an order waits for an answer no later bar is in it.",
  request: { params: z.object({ id: SymbolRunId, timeframe: Timeframe }) },
  responses: { 200: json(z.record(z.string(), z.unknown()), "Vega-Lite 6."), ...failures(404) },
});

export function chartsApi(deps: WebDeps): Api {
  const { db } = deps.database;
  return newApi().openapi(chart, async (c) => {
    const { id, timeframe } = c.req.valid("param");
    const { artifacts, facts } = await tradeRows(db, id);
    const stored = artifacts.findLast((one) => one.kind === "chart_spec" && one.timeframe === timeframe);
    if (stored === undefined) {
      throw new NotFoundError("chart_not_found", `This run has no ${timeframe} chart.`);
    }
    const own = artifacts.filter((one) => one.timeframe === timeframe);
    const [pictures, { bytes }] = await Promise.all([
      tradePictures({ db, objects: deps.objects }, facts, own),
      readArtifact(db, deps.objects, { id: stored.id, signal: AbortSignal.timeout(READ_MS) }),
    ]);
    const [picture] = pictures;
    const overlay = picture === undefined ? { lines: [], fills: [], since: [] } : overlayOf(picture);
    return c.json({ ...withOverlay(JSON.parse(bytes.toString("utf8")), overlay) }, 200);
  });
}
