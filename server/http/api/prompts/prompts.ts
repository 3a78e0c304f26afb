// Prompt versions over HTTP.
import { createRoute, z } from "@hono/zod-openapi";
import { listPromptVersions } from "#store/agents/prompts.ts";
import { Instant, PromptVersionId } from "#store/model/ids.ts";
import { AgentStage } from "#store/model/run.ts";
import type { WebDeps } from "../../deps.ts";
import { type Api, failures, json, newApi } from "../api.ts";
import { shaped } from "../schemas.ts";

export const PromptVersion = z
  .object({
    id: PromptVersionId,
    stage: AgentStage,
    version: z.string(),
    template: z.string(),
    inputs: z.array(z.string()),
    contentHash: z.string(),
    active: z.boolean(),
    createdAt: Instant,
  })
  .openapi("PromptVersion");

const prompts = createRoute({
  method: "get",
  path: "/prompts",
  tags: ["prompts"],
  summary: "Every prompt version, with the active one of each stage marked",
  request: { query: z.object({ stage: AgentStage.optional() }) },
  responses: {
    200: json(z.object({ rows: z.array(PromptVersion) }), "Newest first per stage."),
    ...failures(),
  },
});

export function promptsApi(deps: WebDeps): Api {
  const { db } = deps.database;
  return newApi().openapi(prompts, async (c) => {
    const { stage } = c.req.valid("query");
    const rows = await listPromptVersions(db, stage === undefined ? {} : { stage });
    return c.json({ rows: rows.map((row) => shaped(PromptVersion, row)) }, 200);
  });
}
