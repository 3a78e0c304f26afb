// Pages of strategies: list, one with its form, its versions and what changed between them.
import { type Context, Hono } from "hono";
import { StrategiesPage, type StrategyModel, StrategyPage } from "#server/views/pages/strategies.tsx";
import { StrategyId } from "#store/model/ids.ts";
import type { StrategyParameters } from "#store/model/strategy.ts";
import {
  getStrategy,
  listStrategies,
  listStrategyVersions,
  type StrategyRow,
} from "#store/strategies/strategies.ts";
import { getWorkflowVersion } from "#store/strategies/workflows.ts";
import { changeStrategy, StrategyChange } from "../../api/strategies/strategies.ts";
import type { FormEnv } from "../../guards/form-token.ts";
import { problemOf } from "../../problems.ts";
import { decimalText, symbolList } from "../fields.ts";
import { page } from "../html.ts";
import { type Site, withDone } from "../site.tsx";
import { limitGroups } from "./limit-fields.ts";

function flat(parameters: StrategyParameters): Map<string, string> {
  const { risk, askWhen, symbols, ...rest } = parameters;
  return new Map([
    ["symbols", symbols.join(" ")],
    ...Object.entries(rest).map(([key, value]): [string, string] => [key, String(value)]),
    ...Object.entries(askWhen).map(([key, value]): [string, string] => [key, String(value)]),
    ...Object.entries(risk).map(([key, value]): [string, string] => [key, String(value)]),
  ]);
}

function difference(older: StrategyParameters, newer: StrategyParameters): string[] {
  const before = flat(older);
  return [...flat(newer)]
    .filter(([key, value]) => before.get(key) !== value)
    .map(([key, value]) => `${key}: ${before.get(key) ?? "none"} → ${value}`);
}

const MAY_BE_NONE: ReadonlySet<string> = new Set(["valueAbove", "lossAbove"]);

type Refused = Pick<StrategyModel, "faults" | "notice"> & { form: URLSearchParams };

async function strategyModel(site: Site, strategy: StrategyRow, refused?: Refused): Promise<StrategyModel> {
  const { db } = site.deps.database;
  const [workflow, versions] = await Promise.all([
    getWorkflowVersion(db, strategy.workflowVersionId),
    listStrategyVersions(db, strategy.id),
  ]);
  const { parameters } = strategy;
  const typed = refused === undefined ? {} : Object.fromEntries(refused.form);
  return {
    id: strategy.id,
    name: strategy.name,
    active: strategy.active,
    version: strategy.version,
    values: {
      name: typed.name ?? strategy.name,
      active: typed.active ?? String(strategy.active),
      symbols: typed.symbols ?? parameters.symbols.join(", "),
      approval: typed.approval ?? parameters.approval,
    },
    limits: limitGroups(parameters, typed),
    faults: refused?.faults ?? {},
    notice: refused?.notice ?? null,
    workflow,
    versions: versions.map((version, index) => {
      const older = versions[index + 1];
      const changed = older === undefined ? [] : difference(older.parameters, version.parameters);
      return { version: version.version, createdAt: version.createdAt, changed };
    }),
  };
}

/** What was typed, as the kind of value that the field has now; empty text is "none" where there may be none. */
function typedOver(
  form: URLSearchParams,
  present: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const changed: Record<string, unknown> = { ...present };
  for (const [name, value] of Object.entries(present)) {
    const typed = form.get(name);
    if (typed === null) continue;
    const text = decimalText(typed);
    if (typeof value === "boolean") changed[name] = typed === "true";
    else if (typeof value === "number") changed[name] = Number(text);
    else changed[name] = text === "" && MAY_BE_NONE.has(name) ? null : text;
  }
  return changed;
}

/** The form as a change; fields that a browser did not send keep what they are. */
function changeOf(form: URLSearchParams, present: StrategyParameters): unknown {
  return {
    name: form.get("name") ?? undefined,
    active: form.get("active") === "true",
    parameters: {
      ...present,
      symbols: symbolList(form.get("symbols") ?? ""),
      approval: form.get("approval") ?? present.approval,
      askWhen: typedOver(form, present.askWhen),
      risk: typedOver(form, present.risk),
    },
  };
}

export function strategyPages(site: Site): Hono<FormEnv> {
  const app = new Hono<FormEnv>();
  const { db } = site.deps.database;

  app.get("/strategies", async (c) => {
    const [frame, rows] = await Promise.all([site.frame(c), listStrategies(db)]);
    return page(c, <StrategiesPage frame={frame} rows={rows} />);
  });

  app.get("/strategies/:id", async (c) => {
    const strategy = await getStrategy(db, StrategyId.parse(c.req.param("id")));
    const [frame, model] = await Promise.all([site.frame(c), strategyModel(site, strategy)]);
    return page(c, <StrategyPage frame={frame} model={model} />);
  });

  const refuse = async (c: Context<FormEnv>, strategy: StrategyRow, error: unknown) => {
    const found = problemOf(error);
    if (found.status !== 422 && found.status !== 409) throw error;
    // "parameters.risk.minStopAtr" and "parameters.symbols.1" are faults of "minStopAtr" and "symbols".
    const faults = Object.fromEntries(
      (found.errors ?? []).map((fault) => {
        const path = fault.field.split(".").filter((part) => !/^\d+$/.test(part));
        return [path.at(-1) ?? "", fault.message];
      }),
    );
    const refused = { faults, notice: { tone: "bad" as const, text: found.detail }, form: c.get("form") };
    const model = await strategyModel(site, strategy, refused);
    return page(c, <StrategyPage frame={await site.frame(c)} model={model} />, 422);
  };

  app.post("/strategies/:id", async (c) => {
    const strategy = await getStrategy(db, StrategyId.parse(c.req.param("id")));
    try {
      const change = StrategyChange.parse(changeOf(c.get("form"), strategy.parameters));
      await changeStrategy(site.deps, strategy.id, change);
      return c.redirect(withDone(`/strategies/${strategy.id}`, "saved"), 303);
    } catch (error) {
      return refuse(c, strategy, error);
    }
  });
  return app;
}
