// The page of the desk's symbols: list, add, enable, priority, remove.
import { type Context, Hono } from "hono";
import { z } from "zod";
import { type SymbolsModel, SymbolsPage } from "#server/views/pages/symbols.tsx";
import { instrumentBySymbol } from "#store/market/instruments.ts";
import { latestRuns } from "#store/runs/overview.ts";
import {
  changeWorkflowSymbol,
  listWorkflowSymbols,
  removeWorkflowSymbol,
} from "#store/strategies/workflow-symbols.ts";
import { addSymbol, NewWorkflowSymbol } from "../../api/strategies/workflow-symbols.ts";
import type { FormEnv } from "../../guards/form-token.ts";
import { problemOf } from "../../problems.ts";
import { page } from "../html.ts";
import { type Site, withDone } from "../site.tsx";

async function symbolLines(site: Site): Promise<SymbolsModel["rows"]> {
  const { db } = site.deps.database;
  const rows = await listWorkflowSymbols(db);
  const gateway = site.deps.broker.kind;
  const [runs, instruments] = await Promise.all([
    latestRuns(
      db,
      rows.map((row) => row.symbol),
    ),
    Promise.all(rows.map((row) => instrumentBySymbol(db, { gateway, symbol: row.symbol }))),
  ]);
  return rows.map((row, index) => ({
    ...row,
    instrument: instruments[index] ?? null,
    lastRun: runs.get(row.symbol) ?? null,
  }));
}

const Change = z.object({
  enabled: z.enum(["true", "false"]).optional(),
  priority: z.coerce.number().int().min(-1000).max(1000).optional(),
});

export function symbolPages(site: Site): Hono<FormEnv> {
  const app = new Hono<FormEnv>();
  const { db } = site.deps.database;

  app.get("/symbols", async (c) => {
    const model = { rows: await symbolLines(site), values: { symbol: "", priority: "0" }, faults: {} };
    return page(c, <SymbolsPage frame={await site.frame(c)} model={model} />);
  });

  const refused = async (c: Context<FormEnv>, error: unknown) => {
    const found = problemOf(error);
    if (found.status === 500) throw error;
    const form = c.get("form");
    const faults = Object.fromEntries((found.errors ?? []).map((fault) => [fault.field, fault.message]));
    const model = {
      rows: await symbolLines(site),
      values: { symbol: form.get("symbol") ?? "", priority: form.get("priority") ?? "0" },
      faults: Object.keys(faults).length === 0 ? { symbol: found.detail } : faults,
    };
    return page(c, <SymbolsPage frame={await site.frame(c)} model={model} />, 422);
  };

  app.post("/symbols", async (c) => {
    try {
      const form = c.get("form");
      const priority = Number(form.get("priority") || "0");
      const symbol = (form.get("symbol") ?? "").trim().toUpperCase();
      await addSymbol(site.deps, NewWorkflowSymbol.parse({ symbol, priority }));
      return c.redirect(withDone("/symbols", "added"), 303);
    } catch (error) {
      return refused(c, error);
    }
  });

  app.post("/symbols/:id", (c) =>
    site.carryOut(c, "/symbols", async () => {
      const { enabled, priority } = Change.parse(Object.fromEntries(c.get("form")));
      await changeWorkflowSymbol(db, z.uuid().parse(c.req.param("id")), {
        ...(enabled === undefined ? {} : { enabled: enabled === "true" }),
        ...(priority === undefined ? {} : { priority }),
      });
      return withDone("/symbols", "changed");
    }),
  );

  app.post("/symbols/:id/remove", (c) =>
    site.carryOut(c, "/symbols", async () => {
      await removeWorkflowSymbol(db, z.uuid().parse(c.req.param("id")));
      return withDone("/symbols", "removed");
    }),
  );
  return app;
}
