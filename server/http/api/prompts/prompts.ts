// Prompt versions over HTTP: read, write, compare, put into use; what each came to and where it is used.
import { createRoute, z } from "@hono/zod-openapi";
import {
  activatePrompt,
  getPromptVersion,
  listPromptVersions,
  promptActivationsOf,
} from "#store/agents/prompts.ts";
import { Signal } from "#store/model/decision.ts";
import {
  Instant,
  PromptVersionId,
  StrategyId,
  SymbolRunId,
  Ticker,
  WorkflowVersionId,
} from "#store/model/ids.ts";
import { AgentStage, ForkSettings, SymbolRunStatus } from "#store/model/run.ts";
import { PromptResults } from "#store/results/prompt-results.ts";
import { listTries, promptUses } from "#store/results/tries.ts";
import { nameOf } from "../../auth/guard.ts";
import type { WebDeps } from "../../deps.ts";
import { type Api, documented, failures, idempotencyHeader, json, jsonBody, newApi } from "../api.ts";
import { shaped } from "../schemas.ts";
import { resultsOfStage } from "./results.ts";
import { comparePrompts, storeWritten } from "./versions.ts";

const TRIES = 50;
const tags = ["prompts"];
const params = z.object({ id: PromptVersionId });

export const PromptVersion = z
  .object({
    id: PromptVersionId,
    stage: AgentStage,
    version: z.string(),
    template: z.string(),
    inputs: z.array(z.string()),
    contentHash: z.string(),
    author: z.string().nullable().openapi({ description: "Who wrote it; null: it came with the desk." }),
    note: z.string().nullable(),
    active: z.boolean(),
    createdAt: Instant,
  })
  .openapi("PromptVersion");

export const PromptDraft = z
  .strictObject({
    stage: AgentStage,
    template: z.string().min(1).max(70_000).openapi({
      description: "Front matter, `# System` and `# Task`. Its number is given by the desk.",
    }),
    note: z.string().trim().max(500).nullish(),
    activate: z.boolean().default(false).openapi({ description: "Put it into use for new runs at once." }),
  })
  .openapi("PromptDraft");

const Activation = z
  .object({
    id: z.number().int(),
    stage: AgentStage,
    promptVersionId: PromptVersionId,
    version: z.string(),
    who: z.string(),
    at: Instant,
  })
  .openapi("PromptActivation");

const PromptDifference = z
  .object({
    before: PromptVersionId,
    after: PromptVersionId,
    added: z.number().int().openapi({ description: "Lines." }),
    removed: z.number().int(),
    hunks: z.array(
      z.object({
        skipped: z.number().int().openapi({ description: "Equal lines that lie before this hunk." }),
        lines: z.array(
          z.object({
            kind: z.enum(["same", "removed", "added"]),
            before: z.number().int().nullable(),
            after: z.number().int().nullable(),
            pieces: z.array(z.object({ text: z.string(), changed: z.boolean() })),
          }),
        ),
      }),
    ),
  })
  .openapi("PromptDifference");

export const Try = z
  .object({
    id: SymbolRunId,
    source: SymbolRunId.nullable(),
    symbol: Ticker,
    asOf: Instant,
    status: SymbolRunStatus,
    signal: Signal.nullable(),
    settings: documented(ForkSettings, "ForkSettings"),
    createdAt: Instant,
  })
  .openapi("Try");

const Usage = z
  .object({
    active: z.boolean(),
    workflows: z.array(
      z.object({
        workflowVersionId: WorkflowVersionId,
        workflow: z.string(),
        version: z.number().int(),
        strategies: z.array(z.object({ id: StrategyId, name: z.string(), active: z.boolean() })),
      }),
    ),
    tries: z.array(Try),
  })
  .openapi("PromptUsage");

const list = createRoute({
  method: "get",
  path: "/prompts",
  tags,
  summary: "Every prompt version, with the active one of each stage marked",
  request: { query: z.object({ stage: AgentStage.optional() }) },
  responses: {
    200: json(z.object({ rows: z.array(PromptVersion) }), "Newest first per stage."),
    ...failures(),
  },
});

const one = createRoute({
  method: "get",
  path: "/prompts/{id}",
  tags,
  summary: "One prompt version",
  request: { params },
  responses: { 200: json(PromptVersion, "The version."), ...failures(404) },
});

const write = createRoute({
  method: "post",
  path: "/prompts",
  tags,
  summary: "Write a new version of a stage's prompt",
  description:
    "Checked against the inputs that the stage is given: `errors` names the line of every fault. Versions never change; " +
    "the next number of the stage is given by the desk.",
  request: { headers: idempotencyHeader, body: jsonBody(PromptDraft) },
  responses: { 201: json(PromptVersion, "The new version."), ...failures(400, 409, 413) },
});

const activate = createRoute({
  method: "post",
  path: "/prompts/{id}/activate",
  tags,
  summary: "Put a version into use",
  description: "For runs that ask its stage from now on. Who did it and when is kept.",
  request: { headers: idempotencyHeader, params },
  responses: { 200: json(PromptVersion, "The version, now in use."), ...failures(404, 409) },
});

const difference = createRoute({
  method: "get",
  path: "/prompts/{id}/difference",
  tags,
  summary: "What changed from another version to this one, line by line and word by word",
  request: { params, query: z.object({ from: PromptVersionId }) },
  responses: {
    200: json(PromptDifference, "Changed lines with three equal ones around them."),
    ...failures(404),
  },
});

const usage = createRoute({
  method: "get",
  path: "/prompts/{id}/usage",
  tags,
  summary: "Where a version is used: by workflows and strategies, and on which past runs it was tried",
  request: { params },
  responses: { 200: json(Usage, "The newest fifty tries."), ...failures(404) },
});

const activations = createRoute({
  method: "get",
  path: "/prompt-activations",
  tags,
  summary: "Who put which version of a stage into use, newest first",
  request: { query: z.object({ stage: AgentStage }) },
  responses: { 200: json(z.object({ rows: z.array(Activation) }), "The newest fifty."), ...failures() },
});

const results = createRoute({
  method: "get",
  path: "/prompt-results",
  tags,
  summary: "What each version of a stage came to",
  description:
    "One row per version and kind of run; live, paper, replay and dry runs are counted apart. Shares carry Wilson's 95 % " +
    "interval, means Student's; `enough` is false below 20 cases. " +
    "A count serves for a while, the longer the more there is to count; `countedAt` tells its time.",
  request: { query: z.object({ stage: AgentStage }) },
  responses: {
    200: json(
      z.object({ countedAt: Instant, rows: z.array(documented(PromptResults, "PromptResults")) }),
      "Versions that were asked at least once.",
    ),
    ...failures(),
  },
});

export function promptsApi(deps: WebDeps): Api {
  const { db } = deps.database;
  const told = async (id: PromptVersionId) => {
    const row = await getPromptVersion(db, id);
    const rows = await listPromptVersions(db, { stage: row.stage });
    return shaped(PromptVersion, { ...row, active: rows.some((other) => other.id === id && other.active) });
  };
  return newApi()
    .openapi(list, async (c) => {
      const { stage } = c.req.valid("query");
      const rows = await listPromptVersions(db, stage === undefined ? {} : { stage });
      return c.json({ rows: rows.map((row) => shaped(PromptVersion, row)) }, 200);
    })
    .openapi(one, async (c) => c.json(await told(c.req.valid("param").id), 200))
    .openapi(write, async (c) => {
      const draft = c.req.valid("json");
      const note = draft.note === undefined || draft.note === "" ? null : draft.note;
      const row = await storeWritten(db, { ...draft, note }, nameOf(c.get("caller")));
      return c.json(await told(row.id), 201);
    })
    .openapi(activate, async (c) => {
      const row = await activatePrompt(db, c.req.valid("param").id, nameOf(c.get("caller")));
      return c.json(await told(row.id), 200);
    })
    .openapi(difference, async (c) => {
      const { id } = c.req.valid("param");
      const { from } = c.req.valid("query");
      const found = await comparePrompts(db, { before: from, after: id });
      return c.json(shaped(PromptDifference, { before: from, after: id, ...found.difference }), 200);
    })
    .openapi(usage, async (c) => {
      const version = await told(c.req.valid("param").id);
      const [workflows, tries] = await Promise.all([
        promptUses(db, version),
        listTries(db, { promptVersionId: version.id, stage: version.stage, limit: TRIES }),
      ]);
      const answer = { active: version.active, workflows, tries };
      return c.json(shaped(Usage, answer as z.input<typeof Usage>), 200);
    })
    .openapi(activations, async (c) => {
      const rows = await promptActivationsOf(db, c.req.valid("query").stage);
      return c.json({ rows: rows.map((row) => shaped(Activation, row)) }, 200);
    })
    .openapi(results, async (c) => {
      const found = await resultsOfStage(deps, c.req.valid("query").stage);
      return c.json({ countedAt: found.countedAt, rows: [...found.rows] }, 200);
    });
}
