// The page that writes a new prompt version: shown, checked while it is typed, stored.
import { type Context, Hono } from "hono";
import { STAGE_INPUTS } from "#prompts/stage-inputs.ts";
import { type PromptFault, writePrompt } from "#prompts/write.ts";
import type { VersionModel, WriteModel } from "#server/views/prompts/model.ts";
import { WritePromptPage } from "#server/views/prompts/write.tsx";
import { DeskError, InputError } from "#store/model/errors.ts";
import { PromptVersionId } from "#store/model/ids.ts";
import { differenceOfPrompts, storeWritten } from "../../api/prompts/versions.ts";
import { nameOf } from "../../auth/guard.ts";
import type { FormEnv } from "../../guards/form-token.ts";
import { problemOf } from "../../problems.ts";
import { page } from "../html.ts";
import { type Site, withDone } from "../site.tsx";
import { versionWithOthers } from "./models.ts";

type Typed = Pick<WriteModel, "template" | "note" | "activate">;
type From = { version: VersionModel; others: VersionModel[] };

function faultsOf(
  template: string,
  of: { stage: VersionModel["stage"]; version: number },
): readonly PromptFault[] {
  try {
    writePrompt(template, of);
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { faults } = error.facts;
    return Array.isArray(faults) ? faults : [{ field: "template", line: null, message: error.message }];
  }
}

function modelOf({ version: base, others }: From, typed: Typed, refusal: string | null = null): WriteModel {
  const { stage } = base;
  const numbers = others.map((one) => (/^\d+$/.test(one.version) ? Number(one.version) : 0));
  const nextNumber = Math.max(0, ...numbers) + 1;
  return {
    stage,
    base,
    nextNumber,
    ...typed,
    inputs: Object.entries(STAGE_INPUTS[stage]),
    faults: faultsOf(typed.template, { stage, version: nextNumber }),
    difference: differenceOfPrompts(base.template, typed.template),
    notice: refusal === null ? null : { tone: "bad", text: refusal },
  };
}

function typedOf(form: URLSearchParams): Typed {
  return {
    // Browsers send a text area's lines with a carriage return each.
    template: (form.get("template") ?? "").replaceAll("\r\n", "\n"),
    note: (form.get("note") ?? "").trim().slice(0, 500),
    activate: form.get("activate") === "true",
  };
}

export function writePages(site: Site): Hono<FormEnv> {
  const app = new Hono<FormEnv>();
  const { db } = site.deps.database;
  const from = (c: Context<FormEnv>) => versionWithOthers(site, PromptVersionId.parse(c.req.query("from")));

  app.get("/prompts/new", async (c) => {
    const base = await from(c);
    const model = modelOf(base, { template: base.version.template, note: "", activate: false });
    return page(c, <WritePromptPage frame={await site.frame(c)} model={model} />);
  });

  app.post("/prompts/new/check", async (c) => {
    const model = modelOf(await from(c), typedOf(c.get("form")));
    return page(c, <WritePromptPage frame={await site.frame(c)} model={model} />);
  });

  app.post("/prompts/new", async (c) => {
    const base = await from(c);
    const typed = typedOf(c.get("form"));
    try {
      const written = { ...typed, stage: base.version.stage, note: typed.note === "" ? null : typed.note };
      const row = await storeWritten(db, written, nameOf(c.get("caller")));
      return c.redirect(withDone(`/prompts/${row.id}`, typed.activate ? "promptInUse" : "promptStored"), 303);
    } catch (error) {
      if (!(error instanceof DeskError)) throw error;
      const found = problemOf(error);
      const malformed = found.code === "prompt_malformed";
      const model = modelOf(
        base,
        typed,
        malformed ? "Not stored: see the faults and their lines." : found.detail,
      );
      const status = found.status === 409 ? 409 : 422;
      return page(c, <WritePromptPage frame={await site.frame(c)} model={model} />, status);
    }
  });
  return app;
}
