// Pages of prompts: the stages, one stage with its versions, one version, two compared; putting one into use.
import { Hono } from "hono";
import { DifferencePage } from "#server/views/prompts/difference.tsx";
import { PromptsPage, StagePage } from "#server/views/prompts/list.tsx";
import type { ResultsLine } from "#server/views/prompts/model.ts";
import { PromptPage } from "#server/views/prompts/version.tsx";
import { activatePrompt, listPromptVersions, promptActivationsOf } from "#store/agents/prompts.ts";
import { NotFoundError } from "#store/model/errors.ts";
import { PromptVersionId } from "#store/model/ids.ts";
import { AGENT_STAGES, AgentStage } from "#store/model/run.ts";
import { ResultKind } from "#store/results/prompt-results.ts";
import { comparePrompts } from "../../api/prompts/versions.ts";
import { nameOf } from "../../auth/guard.ts";
import type { FormEnv } from "../../guards/form-token.ts";
import { page } from "../html.ts";
import { type Site, withDone } from "../site.tsx";
import { stageModel, versionModel, versionWithOthers } from "./models.ts";
import { tryPages } from "./tries.tsx";
import { writePages } from "./write.tsx";

/** What was asked for, else the kind with the most questions. */
function kindOf(wanted: string | undefined, results: readonly ResultsLine[]): ResultsLine["kind"] {
  const asked = ResultKind.safeParse(wanted);
  if (asked.success) return asked.data;
  const count = (kind: ResultKind) =>
    results.filter((line) => line.kind === kind).reduce((sum, line) => sum + line.asked, 0);
  return ResultKind.options.toSorted((a, b) => count(b) - count(a))[0] ?? "paper";
}

export function promptPages(site: Site): Hono<FormEnv> {
  const app = new Hono<FormEnv>();
  const { db } = site.deps.database;

  app.get("/prompts", async (c) => {
    const [frame, rows] = await Promise.all([site.frame(c), listPromptVersions(db)]);
    const stages = await Promise.all(
      AGENT_STAGES.map(async (stage) => {
        const versions = rows.filter((row) => row.stage === stage);
        const active = versions.find((row) => row.active) ?? null;
        const [since = null] = await promptActivationsOf(db, stage);
        return { stage, versions: versions.length, active, since };
      }),
    );
    return page(c, <PromptsPage frame={frame} stages={stages} />);
  });

  app.get("/prompts/stages/:stage", async (c) => {
    const stage = AgentStage.safeParse(c.req.param("stage"));
    if (!stage.success) throw new NotFoundError("stage_not_found", "there is no such stage");
    const [frame, model] = await Promise.all([site.frame(c), stageModel(site, stage.data)]);
    return page(
      c,
      <StagePage frame={frame} model={model} kind={kindOf(c.req.query("kind"), model.results)} />,
    );
  });

  app.get("/prompts/difference", async (c) => {
    const [before, after] = [c.req.query("from"), c.req.query("to")].map((id) => PromptVersionId.parse(id));
    if (before === undefined || after === undefined)
      throw new NotFoundError("prompt_not_found", "name two versions");
    const [frame, found, { others }] = await Promise.all([
      site.frame(c),
      comparePrompts(db, { before, after }),
      versionWithOthers(site, after),
    ]);
    const of = (id: string, row: typeof found.before) =>
      others.find((one) => one.id === id) ?? { ...row, active: false };
    return page(
      c,
      <DifferencePage
        frame={frame}
        before={of(before, found.before)}
        after={of(after, found.after)}
        versions={others}
        difference={found.difference}
      />,
    );
  });

  app.route("/", writePages(site));
  app.route("/", tryPages(site));

  app.get("/prompts/:id", async (c) => {
    const id = PromptVersionId.parse(c.req.param("id"));
    const [frame, model] = await Promise.all([site.frame(c), versionModel(site, id)]);
    return page(c, <PromptPage frame={frame} model={model} />);
  });

  app.post("/prompts/:id/activate", (c) => {
    const id = PromptVersionId.parse(c.req.param("id"));
    return site.carryOut(c, `/prompts/${id}`, async () => {
      await activatePrompt(db, id, nameOf(c.get("caller")));
      return withDone(`/prompts/${id}`, "promptInUse");
    });
  });
  return app;
}
