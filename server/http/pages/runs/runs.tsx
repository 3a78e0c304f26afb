// The page of one symbol run; and, mounted with it, the pages of what runs leave behind.
import { Hono } from "hono";
import { z } from "zod";
import { RunPage } from "#server/views/run/page.tsx";
import { LlmCallId, SymbolRunId } from "#store/model/ids.ts";
import { NodeName } from "#store/model/run.ts";
import type { FormEnv } from "../../guards/form-token.ts";
import { page } from "../html.ts";
import type { Site } from "../site.tsx";
import { artifactPages } from "./artifacts.tsx";
import { type Chosen, runModel } from "./run-model.ts";
import { tradePages } from "./trades.tsx";

/** The node's visit that the address asks for; anything else is not asked. */
function chosenNode(node: string | undefined, visit: string | undefined): Chosen | null {
  const found = NodeName.safeParse(node);
  if (!found.success) return null;
  return { node: found.data, visit: /^\d{1,3}$/.test(visit ?? "") ? Number(visit) : null };
}

export function runPages(site: Site): Hono<FormEnv> {
  const app = new Hono<FormEnv>();
  const { objects, database } = site.deps;
  app.get("/runs/:id", async (c) => {
    const id = SymbolRunId.parse(c.req.param("id"));
    const asked = {
      node: chosenNode(c.req.query("node"), c.req.query("visit")),
      call: LlmCallId.or(z.literal("all"))
        .nullable()
        .catch(null)
        .parse(c.req.query("call") ?? null),
    };
    const sources = { db: database.db, objects };
    const [frame, run] = await Promise.all([site.frame(c), runModel(sources, id, asked)]);
    return page(c, <RunPage frame={frame} run={run} />);
  });
  app.route("/", tradePages(site));
  app.route("/", artifactPages(site));
  return app;
}
