// One decision as one self-contained file over HTTP: a page that opens offline with its data inside, or the data alone.
import { createRoute, z } from "@hono/zod-openapi";
import { exportBundle } from "#server/reports/export/bundle.ts";
import { htmlFile, jsonFile } from "#server/reports/export/file.ts";
import { SymbolRunId } from "#store/model/ids.ts";
import { getSymbolRun } from "#store/runs/symbol-runs.ts";
import type { WebDeps } from "../../deps.ts";
import { type Api, failures, newApi } from "../api.ts";

const file = createRoute({
  method: "get",
  path: "/symbol-runs/{id}/export",
  tags: ["symbol-runs"],
  summary: "One decision as one self-contained file",
  description:
    "Charts, reports, exact prompts and raw answers, verdicts, the approval with what was shown, orders, fills, outcome, and " +
    "the hashes of it all in a chain. `html` opens in any browser without a network and holds the same data; " +
    "`countersign export --verify` checks either.",
  request: {
    params: z.object({ id: SymbolRunId }),
    query: z.object({ format: z.enum(["html", "json"]).default("html") }),
  },
  responses: {
    200: {
      description: "The file. Its ETag is the chain's head.",
      content: {
        "text/html": { schema: z.string() },
        "application/json": { schema: z.record(z.string(), z.unknown()) },
      },
    },
    ...failures(404),
  },
});

export function exportApi(deps: WebDeps): Api {
  const { db } = deps.database;
  return newApi().openapi(file, async (c) => {
    const { id } = c.req.valid("param");
    const { format } = c.req.valid("query");
    const run = await getSymbolRun(db, id);
    const program = `countersign ${deps.describe().version}`;
    const bundle = await exportBundle({ db, objects: deps.objects, program }, id);
    const text = format === "html" ? htmlFile(bundle) : jsonFile(bundle);
    const name = `countersign-${run.symbol}-${run.execution.asOf.slice(0, 10)}-${id.slice(0, 8)}.${format}`;
    return new Response(text, {
      headers: {
        "content-type": format === "html" ? "text/html; charset=utf-8" : "application/json",
        "content-disposition": `attachment; filename="${name}"`,
        etag: `"${bundle.head}-${format}"`,
        "cache-control": "private, no-cache",
      },
    });
  });
}
