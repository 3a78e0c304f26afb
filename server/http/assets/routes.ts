// Serves the catalog: immutable addresses, gzip where the browser takes it. No sign-in needed, nothing secret inside.
import { Hono } from "hono";
import { problem, problemResponse } from "../problems.ts";
import type { Assets } from "./catalog.ts";

export function assetRoutes(assets: Assets): Hono {
  const app = new Hono();
  app.get("/:version/:name", async (c) => {
    const found = assets.find(c.req.param("name"));
    const current = assets.base === `/assets/${c.req.param("version")}`;
    if (found === undefined || !current) {
      return problemResponse(problem(404, "asset_not_found", "There is no such file."));
    }
    const gzipped = /\bgzip\b/.test(c.req.header("accept-encoding") ?? "") ? await found.gzipped() : null;
    const headers = {
      "content-type": found.mediaType,
      "cache-control": "public, max-age=31536000, immutable",
      vary: "Accept-Encoding",
      ...(gzipped === null ? {} : { "content-encoding": "gzip" }),
    };
    return c.body(new Uint8Array(gzipped ?? found.bytes), 200, headers);
  });
  return app;
}
