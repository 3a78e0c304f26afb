// The desk's list of symbols over HTTP: add, look at, change, remove. A new symbol is looked up at the broker first.
import { createRoute, z } from "@hono/zod-openapi";
import { saveInstrument } from "#store/market/instruments.ts";
import { Instant, Ticker } from "#store/model/ids.ts";
import {
  addWorkflowSymbol,
  changeWorkflowSymbol,
  getWorkflowSymbol,
  listWorkflowSymbols,
  removeWorkflowSymbol,
} from "#store/strategies/workflow-symbols.ts";
import type { WebDeps } from "../../deps.ts";
import { type Api, failures, json, jsonBody, newApi } from "../api.ts";
import { shaped } from "../schemas.ts";

const LOOKUP_DEADLINE_MS = 15_000;

/** What a person may set besides enabled and priority. Settings that nothing reads are refused. */
export const SymbolSettings = z
  .strictObject({
    note: z
      .string()
      .trim()
      .max(500)
      .optional()
      .openapi({ description: "Why the symbol is on the list, for people; agents and rules never read it." }),
  })
  .openapi("SymbolSettings");
const priority = z.number().int().min(-1000).max(1000);

const WorkflowSymbol = z
  .object({
    id: z.uuid(),
    symbol: Ticker,
    enabled: z.boolean(),
    priority: z.number().int().openapi({ description: "Higher is served first." }),
    settings: z.record(z.string(), z.unknown()),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .openapi("WorkflowSymbol");

export const NewWorkflowSymbol = z
  .strictObject({
    symbol: Ticker,
    enabled: z.boolean().default(true),
    priority: priority.default(0),
    settings: SymbolSettings.default({}),
  })
  .openapi("NewWorkflowSymbol");

export const WorkflowSymbolChange = z
  .strictObject({
    enabled: z.boolean().optional(),
    priority: priority.optional(),
    settings: SymbolSettings.optional(),
  })
  .refine((change) => Object.keys(change).length > 0, "name at least one thing to change")
  .openapi("WorkflowSymbolChange");

const params = z.object({ id: z.uuid() });
const tags = ["workflow-symbols"];

const list = createRoute({
  method: "get",
  path: "/workflow-symbols",
  tags,
  summary: "List the symbols by priority",
  request: { query: z.object({ enabled: z.enum(["true", "false"]).optional() }) },
  responses: { 200: json(z.object({ rows: z.array(WorkflowSymbol) }), "All symbols."), ...failures() },
});

const add = createRoute({
  method: "post",
  path: "/workflow-symbols",
  tags,
  summary: "Add a symbol",
  description: "The broker must know it; an ambiguous or unknown ticker is refused.",
  request: { body: jsonBody(NewWorkflowSymbol) },
  responses: { 201: json(WorkflowSymbol, "The new symbol."), ...failures(400, 409, 502) },
});

const get = createRoute({
  method: "get",
  path: "/workflow-symbols/{id}",
  tags,
  summary: "One symbol",
  request: { params },
  responses: { 200: json(WorkflowSymbol, "The symbol."), ...failures(404) },
});

const change = createRoute({
  method: "patch",
  path: "/workflow-symbols/{id}",
  tags,
  summary: "Enable, disable, set priority or settings",
  request: { params, body: jsonBody(WorkflowSymbolChange) },
  responses: { 200: json(WorkflowSymbol, "The symbol as it is now."), ...failures(400, 404) },
});

const remove = createRoute({
  method: "delete",
  path: "/workflow-symbols/{id}",
  tags,
  summary: "Remove a symbol; its runs and orders stay",
  request: { params },
  responses: { 204: { description: "Removed." }, ...failures(404) },
});

/** Adds a symbol after the broker has confirmed it. @throws InputError, ConflictError, UnavailableError */
export async function addSymbol(deps: WebDeps, input: z.output<typeof NewWorkflowSymbol>) {
  const { db } = deps.database;
  const signal = AbortSignal.timeout(LOOKUP_DEADLINE_MS);
  const instrument = await deps.broker.resolve(input.symbol, signal);
  await saveInstrument(db, { gateway: deps.broker.kind, instrument });
  return addWorkflowSymbol(db, { id: deps.newId(), ...input });
}

/** Leaves out what was not given, so that it is not overwritten. */
function given<Input extends object>(input: Input) {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Input]?: Exclude<Input[Key], undefined>;
  };
}

export function workflowSymbolsApi(deps: WebDeps): Api {
  const { db } = deps.database;
  return newApi()
    .openapi(list, async (c) => {
      const { enabled } = c.req.valid("query");
      const rows = await listWorkflowSymbols(
        db,
        enabled === undefined ? {} : { enabled: enabled === "true" },
      );
      return c.json({ rows: rows.map((row) => shaped(WorkflowSymbol, row)) }, 200);
    })
    .openapi(add, async (c) =>
      c.json(shaped(WorkflowSymbol, await addSymbol(deps, c.req.valid("json"))), 201),
    )
    .openapi(get, async (c) => {
      return c.json(shaped(WorkflowSymbol, await getWorkflowSymbol(db, c.req.valid("param").id)), 200);
    })
    .openapi(change, async (c) => {
      const row = await changeWorkflowSymbol(db, c.req.valid("param").id, given(c.req.valid("json")));
      return c.json(shaped(WorkflowSymbol, row), 200);
    })
    .openapi(remove, async (c) => {
      await removeWorkflowSymbol(db, c.req.valid("param").id);
      return c.body(null, 204);
    });
}
