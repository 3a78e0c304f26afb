// Charts, chart specifications and market data over HTTP. Content never changes: it is answered with a strong ETag.
import { createRoute, z } from "@hono/zod-openapi";
import { Timeframe } from "#store/model/bar.ts";
import { NotFoundError } from "#store/model/errors.ts";
import { ArtifactId, ExecutionId, SymbolRunId, Ticker } from "#store/model/ids.ts";
import { type ArtifactRow, getArtifact, pageOfArtifacts, readArtifact } from "#store/runs/artifacts.ts";
import { ARTIFACT_KINDS } from "#store/schema/index.ts";
import type { WebDeps } from "../../deps.ts";
import { type Api, failures, json, newApi, pageOf, pageQuery } from "../api.ts";
import { Artifact, shaped } from "../schemas.ts";

const READ_DEADLINE_MS = 15_000;
const params = z.object({ id: ArtifactId });
const tags = ["artifacts"];
const conditional = z.object({ "if-none-match": z.string().optional() });

const ListedArtifact = Artifact.extend({ executionId: ExecutionId, symbol: Ticker }).openapi(
  "ListedArtifact",
);

const list = createRoute({
  method: "get",
  path: "/artifacts",
  tags,
  summary: "List artifacts, newest first",
  request: {
    query: z.object({
      ...pageQuery,
      execution: ExecutionId.optional(),
      run: SymbolRunId.optional(),
      symbol: Ticker.optional(),
      kind: z.enum(ARTIFACT_KINDS).optional(),
      timeframe: Timeframe.optional(),
    }),
  },
  responses: { 200: json(pageOf(ListedArtifact), "A page of artifacts."), ...failures() },
});

const meta = createRoute({
  method: "get",
  path: "/artifacts/{id}",
  tags,
  summary: "What an artifact is",
  request: { params },
  responses: { 200: json(Artifact, "Kind, hash, size and what it belongs to."), ...failures(404) },
});

const content = createRoute({
  method: "get",
  path: "/artifacts/{id}/content",
  tags,
  summary: "The bytes of an artifact",
  request: { params, headers: conditional },
  responses: {
    200: {
      description: "The bytes, of the artifact's own media type, with a strong ETag.",
      content: {
        "image/png": { schema: z.string().openapi({ format: "binary" }) },
        "application/json": { schema: z.unknown() },
      },
    },
    304: { description: "Unchanged: it never changes." },
    ...failures(404),
  },
});

const marketData = createRoute({
  method: "get",
  path: "/artifacts/{id}/market-data",
  tags,
  summary: "The OHLCV and indicator values behind a chart",
  request: { params, headers: conditional },
  responses: {
    200: json(
      z.record(z.string(), z.unknown()),
      "Values per bar; the same numbers that the agents were given.",
    ),
    304: { description: "Unchanged: it never changes." },
    ...failures(404),
  },
});

/** The market data that an artifact is, or that its chart draws. */
function marketDataOf(artifact: ArtifactRow): ArtifactId {
  if (artifact.kind === "market_data") return artifact.id;
  if (artifact.marketDataId !== null) return artifact.marketDataId;
  throw new NotFoundError("market_data_not_found", "No market data is stored behind this artifact.");
}

export function artifactsApi(deps: WebDeps): Api {
  const { db } = deps.database;

  const bytesOf = async (id: ArtifactId, ifNoneMatch: string | undefined): Promise<Response> => {
    const artifact = await getArtifact(db, id);
    const etag = `"${artifact.sha256}"`;
    const headers = {
      etag,
      "cache-control": "private, max-age=31536000, immutable",
      "content-type": artifact.mediaType,
      // Pictures and data are shown, never run as a page of ours.
      "content-disposition": "inline",
    };
    const known = (ifNoneMatch ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
    if (known.includes(etag) || known.includes("*")) return new Response(null, { status: 304, headers });
    const signal = AbortSignal.timeout(READ_DEADLINE_MS);
    const { bytes } = await readArtifact(db, deps.objects, { id, signal });
    return new Response(new Uint8Array(bytes), { status: 200, headers });
  };

  return newApi()
    .openapi(list, async (c) => {
      const { execution, run, symbol, kind, timeframe, cursor, limit } = c.req.valid("query");
      const page = await pageOfArtifacts(db, {
        cursor,
        limit,
        ...(execution === undefined ? {} : { executionId: execution }),
        ...(run === undefined ? {} : { symbolRunId: run }),
        ...(symbol === undefined ? {} : { symbol }),
        ...(kind === undefined ? {} : { kind }),
        ...(timeframe === undefined ? {} : { timeframe }),
      });
      return c.json({ rows: page.rows.map((row) => shaped(ListedArtifact, row)), next: page.next }, 200);
    })
    .openapi(meta, async (c) => {
      return c.json(shaped(Artifact, await getArtifact(db, c.req.valid("param").id)), 200);
    })
    .openapi(content, (c) => bytesOf(c.req.valid("param").id, c.req.valid("header")["if-none-match"]))
    .openapi(marketData, async (c) => {
      const artifact = await getArtifact(db, c.req.valid("param").id);
      return bytesOf(marketDataOf(artifact), c.req.valid("header")["if-none-match"]);
    });
}
