// The daily bar that a verdict holds prices against: the run's own last one, or at the answer the newest there is.
// Effects: database, gateway reads.
import type { Bar } from "#store/model/bar.ts";
import { toDecimalString } from "#store/model/money.ts";
import { lastFinishedSession } from "#tools/calendar.ts";
import { computeIndicators, type IndicatorTable } from "#tools/indicators/index.ts";
import type { LastBar } from "#tools/risk/input.ts";
import type { DeskDeps } from "../desk.ts";
import { loadSeries } from "../market/load-series.ts";
import { barsWanted, instrumentOf, prepare } from "../market/prepared.ts";
import type { NodeStep } from "../node.ts";
import { made } from "../state.ts";

type Step = Pick<NodeStep, "run" | "state" | "signal">;

/** The bar that the run's analysis ends with. */
export async function runsLastBar(deps: DeskDeps, step: Step): Promise<LastBar | null> {
  const market = made(step.state.market, "market");
  const { bars, table } = await prepare(deps, { run: step.run, market, timeframe: "daily" });
  return lastBar(step, { bars, table, delaySeconds: market.delaySeconds });
}

/** The bar of the newest finished session: sessions may have passed between a question and its answer. */
export async function newestBar(deps: DeskDeps, step: Step): Promise<LastBar | null> {
  const { run, state, signal } = step;
  const market = made(state.market, "market");
  const gateway = await run.gateway();
  const asOf = await gateway.marketClock.now(signal);
  const upTo = lastFinishedSession(asOf);
  if (upTo === market.upTo) return runsLastBar(deps, step);
  const instrument = await instrumentOf(deps, run, market);
  const wanted = barsWanted(run, "daily");
  const of = { gateway, instrument, timeframe: "daily" as const, wanted, asOf, upTo, signal };
  const { bars, delaySeconds } = await loadSeries(deps, new Map(), of);
  return lastBar(step, { bars, table: computeIndicators(bars), delaySeconds });
}

async function lastBar(
  step: Step,
  of: { bars: readonly Bar[]; table: IndicatorTable; delaySeconds: number },
): Promise<LastBar | null> {
  const bar = of.bars.at(-1);
  if (bar === undefined) return null;
  const { kind, session } = await step.run.gateway();
  const atr = of.table.atr14.at(-1) ?? null;
  return {
    date: bar.date,
    close: bar.close,
    atr: atr === null ? null : toDecimalString(atr),
    source: { gateway: kind, session, delaySeconds: of.delaySeconds },
  };
}
