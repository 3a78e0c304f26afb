// The pages of the desk's symbols: list, look-up and add, one with its status, settings, blocks, remove.
import { type Context, Hono } from "hono";
import { z } from "zod";
import { SymbolsPage } from "#server/views/pages/symbols.tsx";
import type { SymbolModel, SymbolsModel } from "#server/views/symbols/model.ts";
import { SymbolPage } from "#server/views/symbols/page.tsx";
import { InvariantError } from "#store/model/errors.ts";
import {
  changeWorkflowSymbol,
  getWorkflowSymbol,
  removeWorkflowSymbol,
  workflowSymbolsFrom,
} from "#store/strategies/workflow-symbols.ts";
import { lookUp } from "../../api/strategies/look-up.ts";
import { addSymbol, NewWorkflowSymbol, WorkflowSymbolChange } from "../../api/strategies/workflow-symbols.ts";
import type { FormEnv } from "../../guards/form-token.ts";
import { problemOf } from "../../problems.ts";
import { page } from "../html.ts";
import { type Site, withDone } from "../site.tsx";
import { symbolLines } from "./lines.ts";

const PAGE = 30;

type Typed = Pick<SymbolsModel, "values" | "faults" | "lookUp">;
const UNTYPED: Typed = { values: { symbol: "", priority: "0", note: "" }, faults: {}, lookUp: null };

async function symbolsModel(site: Site, query: URLSearchParams, typed: Typed): Promise<SymbolsModel> {
  const filter = (query.get("q") ?? "").trim().toUpperCase().slice(0, 10);
  const from = /^\d{1,5}$/.test(query.get("from") ?? "") ? Number(query.get("from")) : 0;
  const { rows, total, more } = await workflowSymbolsFrom(site.deps.database.db, {
    prefix: filter,
    from,
    limit: PAGE,
  });
  const to = (start: number) => `/symbols?${new URLSearchParams({ q: filter, from: String(start) })}`;
  return {
    rows: await symbolLines(site.deps, rows),
    total,
    filter,
    newer: from === 0 ? null : to(0),
    older: more ? to(from + PAGE) : null,
    ...typed,
  };
}

function valuesOf(form: URLSearchParams): SymbolsModel["values"] {
  return {
    symbol: (form.get("symbol") ?? "").trim().toUpperCase(),
    priority: form.get("priority") ?? "0",
    note: form.get("note") ?? "",
  };
}

/** What was typed, as the API takes it. */
function settingsOf(values: { priority: string; note: string }) {
  const priority = values.priority.trim();
  const note = values.note.trim();
  return {
    priority: priority === "" ? 0 : Number(priority),
    settings: note === "" ? {} : { note },
  };
}

const PLAIN: Readonly<Record<string, string>> = {
  priority: "a whole number from −1000 to 1000",
  symbol: "a capital letter, then up to nine capitals, digits or dots, such as BRK.B",
};

function faultsOf(error: unknown): Record<string, string> {
  const { errors } = problemOf(error);
  return Object.fromEntries((errors ?? []).map(({ field, message }) => [field, PLAIN[field] ?? message]));
}

/** Faults of what is typed so far; an empty ticker is not one yet. */
function typedFaults(values: SymbolsModel["values"]): Record<string, string> {
  const parsed = NewWorkflowSymbol.safeParse({ symbol: values.symbol, ...settingsOf(values) });
  const faults = parsed.success ? {} : faultsOf(parsed.error);
  return Object.fromEntries(
    Object.entries(faults).filter(([field]) => field !== "symbol" || values.symbol !== ""),
  );
}

async function symbolModel(site: Site, id: string, form?: URLSearchParams): Promise<SymbolModel> {
  const row = await getWorkflowSymbol(site.deps.database.db, id);
  const [line] = await symbolLines(site.deps, [row]);
  if (line === undefined) throw new InvariantError("a symbol without a line");
  const values = {
    enabled: form?.get("enabled") ?? String(row.enabled),
    priority: form?.get("priority") ?? String(row.priority),
    note: form?.get("note") ?? line.note ?? "",
  };
  return { line, values, faults: {} };
}

const Id = z.uuid();

export function symbolPages(site: Site): Hono<FormEnv> {
  const app = new Hono<FormEnv>();
  const { db } = site.deps.database;

  const show = async (c: Context<FormEnv>, typed: Typed, status: 200 | 422 = 200) => {
    const query = new URL(c.req.url).searchParams;
    const [frame, model] = await Promise.all([site.frame(c), symbolsModel(site, query, typed)]);
    return page(c, <SymbolsPage frame={frame} model={model} />, status);
  };

  app.on("GET", ["/symbols", "/symbols/look-up"], (c) => show(c, UNTYPED));

  app.post("/symbols/look-up", async (c) => {
    const values = valuesOf(c.get("form"));
    return show(c, { values, faults: typedFaults(values), lookUp: await lookUp(site.deps, values.symbol) });
  });

  app.post("/symbols", async (c) => {
    const values = valuesOf(c.get("form"));
    try {
      await addSymbol(site.deps, NewWorkflowSymbol.parse({ symbol: values.symbol, ...settingsOf(values) }));
      return c.redirect(withDone("/symbols", "added"), 303);
    } catch (error) {
      const found = problemOf(error);
      if (found.status === 500) throw error;
      const named = faultsOf(error);
      const faults = Object.keys(named).length === 0 ? { symbol: found.detail } : named;
      return show(c, { values, faults, lookUp: null }, 422);
    }
  });

  app.get("/symbols/:id", async (c) => {
    const id = Id.parse(c.req.param("id"));
    const [frame, model] = await Promise.all([site.frame(c), symbolModel(site, id)]);
    return page(c, <SymbolPage frame={frame} model={model} />);
  });

  app.post("/symbols/:id", async (c) => {
    const id = Id.parse(c.req.param("id"));
    const form = c.get("form");
    const values = valuesOf(form);
    const change = { enabled: form.get("enabled") !== "false", ...settingsOf(values) };
    const parsed = WorkflowSymbolChange.safeParse(change);
    if (!parsed.success) {
      const model = { ...(await symbolModel(site, id, form)), faults: faultsOf(parsed.error) };
      return page(c, <SymbolPage frame={await site.frame(c)} model={model} />, 422);
    }
    return site.carryOut(c, `/symbols/${id}`, async () => {
      await changeWorkflowSymbol(db, id, change);
      return withDone(`/symbols/${id}`, "changed");
    });
  });

  app.post("/symbols/:id/enabled", (c) =>
    site.carryOut(c, "/symbols", async () => {
      const enabled = c.get("form").get("enabled") === "true";
      await changeWorkflowSymbol(db, Id.parse(c.req.param("id")), { enabled });
      return withDone("/symbols", enabled ? "enabled" : "disabled");
    }),
  );

  app.post("/symbols/:id/remove", (c) =>
    site.carryOut(c, "/symbols", async () => {
      await removeWorkflowSymbol(db, Id.parse(c.req.param("id")));
      return withDone("/symbols", "removed");
    }),
  );

  return app;
}
