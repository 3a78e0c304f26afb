// A strategy as typed, checked without saving: its shape, its name, its workflow, its symbols at the broker.
// Effects: database and broker reads. A broker that is away makes no fault: it is asked again when the strategy runs.
import { z } from "zod";
import { type StrategyId, Ticker } from "#store/model/ids.ts";
import { StrategyParameters } from "#store/model/strategy.ts";
import { listStrategies } from "#store/strategies/strategies.ts";
import { symbolStatuses } from "#store/strategies/symbol-status.ts";
import { nextInstants } from "#tools/schedule.ts";
import type { WebDeps } from "../../deps.ts";
import { type FieldFault, fieldFaults } from "../../problems.ts";
import { lookUp } from "../symbols/lines.ts";

/** Symbols that the broker is asked about in one check; the others are looked up at the first run. */
const MOST_ASKED = 8;
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
      const found = await lookUp(deps, symbol);
      return found?.kind === "refused" && found.fault
        ? [{ field: `parameters.symbols.${place}`, message: found.text }]
        : [];
    }),
  );
  return answers.flat();
}

export async function checkStrategy(
  deps: WebDeps,
  of: { id: StrategyId | null; name: string; parameters: Record<string, unknown> },
): Promise<{ name: string; parameters: StrategyParameters | null; faults: FieldFault[] }> {
  const faults: FieldFault[] = [];
  const name = Name.safeParse(of.name);
  if (!name.success) faults.push(...name.error.issues.map(({ message }) => ({ field: "name", message })));
  else if ((await listStrategies(deps.database.db)).some((one) => one.name === name.data && one.id !== of.id))
    faults.push({ field: "name", message: `there is another strategy named ${name.data}` });
  const parsed = StrategyParameters.safeParse(of.parameters);
  if (!parsed.success) {
    const shape = fieldFaults(parsed.error).map(({ field, message }) => ({
      field: `parameters.${field}`,
      message,
    }));
    return { name: of.name.trim(), parameters: null, faults: [...faults, ...shape] };
  }
  const { schedule, symbols } = parsed.data;
  if (schedule !== null && nextInstants(schedule.cron, deps.clock.now(), 1).length === 0)
    faults.push({ field: "parameters.schedule.cron", message: "there is no such day: it would never run" });
  faults.push(...(await unknownSymbols(deps, symbols)));
  return { name: of.name.trim(), parameters: parsed.data, faults };
}
