// The page of one symbol run.
import { Hono } from "hono";
import { RunPage } from "#server/views/run/page.tsx";
import { SymbolRunId } from "#store/model/ids.ts";
import type { FormEnv } from "../../guards/form-token.ts";
import { page } from "../html.ts";
import type { Site } from "../site.tsx";
import { runModel } from "./run-model.ts";

export function runPages(site: Site): Hono<FormEnv> {
  const app = new Hono<FormEnv>();
  const { db } = site.deps.database;
  app.get("/runs/:id", async (c) => {
    const id = SymbolRunId.parse(c.req.param("id"));
    const [frame, run] = await Promise.all([site.frame(c), runModel(db, id)]);
    return page(c, <RunPage frame={frame} run={run} />);
  });
  return app;
}
