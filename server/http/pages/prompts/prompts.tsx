// Pages of prompts: the stages with their versions, one version.
import { Hono } from "hono";
import { PromptPage, PromptsPage } from "#server/views/pages/prompts.tsx";
import { getPromptVersion, listPromptVersions } from "#store/agents/prompts.ts";
import { PromptVersionId } from "#store/model/ids.ts";
import type { FormEnv } from "../../guards/form-token.ts";
import { page } from "../html.ts";
import type { Site } from "../site.tsx";

export function promptPages(site: Site): Hono<FormEnv> {
  const app = new Hono<FormEnv>();
  const { db } = site.deps.database;
  app.get("/prompts", async (c) => {
    const [frame, rows] = await Promise.all([site.frame(c), listPromptVersions(db)]);
    return page(c, <PromptsPage frame={frame} rows={rows} />);
  });

  app.get("/prompts/:id", async (c) => {
    const id = PromptVersionId.parse(c.req.param("id"));
    const prompt = await getPromptVersion(db, id);
    const [frame, versions] = await Promise.all([
      site.frame(c),
      listPromptVersions(db, { stage: prompt.stage }),
    ]);
    const active = versions.some((version) => version.id === id && version.active);
    return page(c, <PromptPage frame={frame} prompt={{ ...prompt, active }} />);
  });
  return app;
}
