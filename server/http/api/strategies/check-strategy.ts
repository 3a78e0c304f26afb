// A strategy as typed, checked without saving: its shape, its name, its workflow, its schedule, its symbols at the broker.
// Effects: database and broker reads. A broker that is away makes no fault: it is asked again when the strategy runs.
import { z } from "zod";
import { InputError, NotFoundError } from "#store/model/errors.ts";
import { type StrategyId, Ticker, WorkflowVersionId } from "#store/model/ids.ts";
import { StrategyParameters } from "#store/model/strategy.ts";
import { promptFaults } from "#store/strategies/prompt-faults.ts";
import { listStrategies } from "#store/strategies/strategies.ts";
import { symbolStatuses } from "#store/strategies/symbol-status.ts";
import { getWorkflowVersion } from "#store/strategies/workflows.ts";
import { nextInstants } from "#tools/schedule.ts";
import type { WebDeps } from "../../deps.ts";
import { type FieldFault, fieldFaults } from "../../problems.ts";
import { lookUp } from "./look-up.ts";

/** Symbols that the broker is asked about in one check; the others are looked up at the first run. */
const MOST_ASKED = 8;
/** A check is asked for while somebody types: it does not wait for a broker that is away. */
const ASKED_MS = 4_000;
const Name = z.string().trim().min(1, "give it a name").max(120);

/** Symbols that the broker does not know or cannot tell apart, each with its place and why. */
async function unknownSymbols(deps: WebDeps, symbols: readonly string[]): Promise<FieldFault[]> {
  const tickers = symbols.flatMap((symbol, place) => {
    const parsed = Ticker.safeParse(symbol);
    return parsed.success ? [{ symbol: parsed.data, place }] : [];
  });
  const known = await symbolStatuses(deps.database.db, {
    gateway: deps.broker.kind,
    symbols: tickers.map((one) => one.symbol),
  });
  const unseen = tickers.filter((_, index) => known[index]?.instrument === null).slice(0, MOST_ASKED);
  const answers = await Promise.all(
    unseen.map(async ({ symbol, place }): Promise<FieldFault[]> => {
      const found = await lookUp(deps, symbol, ASKED_MS);
      return found?.kind === "refused" && found.fault
        ? [{ field: `parameters.symbols.${place}`, message: found.text }]
        : [];
    }),
  );
  return answers.flat();
}

/** Every fault with its field; `parameters` is null while their shape has one. */
export async function checkStrategy(
  deps: WebDeps,
  of: {
    /** Null: a new strategy. */
    id: StrategyId | null;
    name: string;
    /** Null: not looked at. */
    workflowVersionId: string | null;
    parameters: Record<string, unknown>;
  },
): Promise<{ name: string; parameters: StrategyParameters | null; faults: FieldFault[] }> {
  const faults: FieldFault[] = [];
  const name = Name.safeParse(of.name);
  if (!name.success) faults.push(...name.error.issues.map(({ message }) => ({ field: "name", message })));
  else if ((await listStrategies(deps.database.db)).some((one) => one.name === name.data && one.id !== of.id))
    faults.push({ field: "name", message: `there is another strategy named ${name.data}` });
  if (of.workflowVersionId !== null) faults.push(...(await workflowFaults(deps, of.workflowVersionId)));
  const parsed = StrategyParameters.safeParse(of.parameters);
  if (!parsed.success) {
    const shape = fieldFaults(parsed.error).map(({ field, message }) => ({
      field: `parameters.${field}`,
      message,
    }));
    return { name: of.name.trim(), parameters: null, faults: [...faults, ...shape] };
  }
  const { schedule, symbols } = parsed.data;
  if (schedule !== null) faults.push(...cronFaults(deps, schedule.cron));
  faults.push(...(await unknownSymbols(deps, symbols)));
  return { name: of.name.trim(), parameters: parsed.data, faults };
}

/** @throws InputError with the field, for a workflow version or a schedule that cannot be used */
export async function requireUsable(
  deps: WebDeps,
  of: { workflowVersionId?: WorkflowVersionId | undefined; parameters?: StrategyParameters | undefined },
): Promise<void> {
  const { workflowVersionId, parameters } = of;
  const faults = [
    ...(workflowVersionId === undefined ? [] : await workflowFaults(deps, workflowVersionId)),
    ...(parameters?.schedule == null ? [] : cronFaults(deps, parameters.schedule.cron)),
  ];
  const [fault] = faults;
  if (fault === undefined) return;
  throw new InputError("strategy_invalid", fault.message, { facts: { field: fault.field } });
}

function cronFaults(deps: WebDeps, cron: string): FieldFault[] {
  if (nextInstants(cron, deps.clock.now(), 1).length > 0) return [];
  return [{ field: "parameters.schedule.cron", message: "there is no such day: it would never run" }];
}

async function workflowFaults(deps: WebDeps, id: string): Promise<FieldFault[]> {
  const { db } = deps.database;
  const parsed = WorkflowVersionId.safeParse(id);
  const field = "workflowVersionId";
  if (!parsed.success) return [{ field, message: "the id of a workflow version" }];
  try {
    const { definition, name: workflow, version } = await getWorkflowVersion(db, parsed.data);
    const [fault] = await promptFaults(db, definition);
    return fault === undefined
      ? []
      : [{ field, message: `${workflow}, version ${version}: ${fault.path.join(".")}: ${fault.message}` }];
  } catch (error) {
    if (error instanceof NotFoundError) return [{ field, message: error.message }];
    throw error;
  }
}
