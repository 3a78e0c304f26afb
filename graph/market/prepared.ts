// Bars, indicators and values of one timeframe of a run: from the pass's scratch, else loaded and computed again.
// Effects: database. Invariant: after a crash a run sees exactly the bars it was begun with, or stops.

import { loadBars } from "#store/market/bars.ts";
import { instrumentByConid } from "#store/market/instruments.ts";
import type { Bar, Timeframe } from "#store/model/bar.ts";
import { InvariantError, MarketDataError } from "#store/model/errors.ts";
import type { Instrument } from "#store/model/instrument.ts";
import { type ChartSetting, chartOf } from "#store/model/workflow/definition.ts";
import { RISK_BARS } from "#store/model/workflow/steps.ts";
import {
  type ComputedValues,
  computedValues,
  computeIndicators,
  type IndicatorTable,
} from "#tools/indicators/index.ts";
import { barsFingerprint } from "#tools/market/fingerprint.ts";
import type { RunContext } from "../context.ts";
import type { DeskDeps } from "../desk.ts";
import { type MarketFacts, made } from "../state.ts";

export type Prepared = {
  bars: readonly Bar[];
  table: IndicatorTable;
  /** Of the indicators that the workflow looks at on this timeframe. */
  values: ComputedValues;
};

/** The run's instrument. */
export async function instrumentOf(
  deps: DeskDeps,
  run: RunContext,
  market: MarketFacts,
): Promise<Instrument> {
  if (run.scratch.instrument !== undefined) return run.scratch.instrument;
  const gateway = await run.gateway();
  const row = await instrumentByConid(deps.database.db, { gateway: gateway.kind, conid: market.conid });
  if (row === null) throw new InvariantError("the run's instrument is not stored", { conid: market.conid });
  const { gateway: _gateway, createdAt: _createdAt, updatedAt: _updatedAt, ...instrument } = row;
  run.scratch.instrument = instrument;
  return instrument;
}

/** @throws MarketDataError `bars_changed` when the cache no longer holds the bars that the run was begun with */
export async function prepare(
  deps: DeskDeps,
  of: { run: RunContext; market: MarketFacts; timeframe: Timeframe },
): Promise<Prepared> {
  const { run, market, timeframe } = of;
  const known = run.scratch.prepared[timeframe];
  if (known !== undefined) return known;
  const [bars, instrument] = await Promise.all([barsOf(deps, of), instrumentOf(deps, run, market)]);
  const table = computeIndicators(bars);
  const { symbol, currency } = instrument;
  const chart = chartOf(run.subject.workflow, timeframe);
  const chosen = chart === null ? {} : { indicators: chart.indicators };
  const values = computedValues({ symbol, timeframe, currency, table, ...chosen });
  const prepared = { bars, table, values };
  run.scratch.prepared[timeframe] = prepared;
  return prepared;
}

/** The workflow's chart of a timeframe. @throws InvariantError when it has none */
export function chartSetting(run: RunContext, timeframe: Timeframe): ChartSetting {
  const setting = chartOf(run.subject.workflow, timeframe);
  if (setting === null) throw new InvariantError(`the workflow draws no ${timeframe} chart`);
  return setting;
}

/** Finished bars to load: as the chart says, and for the rules where there is no daily chart. */
export function barsWanted(run: RunContext, timeframe: Timeframe): number {
  return chartOf(run.subject.workflow, timeframe)?.barsLoaded ?? RISK_BARS;
}

async function barsOf(
  deps: DeskDeps,
  of: { run: RunContext; market: MarketFacts; timeframe: Timeframe },
): Promise<readonly Bar[]> {
  const { run, market, timeframe } = of;
  const inHand = run.scratch.bars[timeframe];
  if (inHand !== undefined) return inHand;
  const facts = made(market[timeframe], "market");
  const gateway = await run.gateway();
  const stored = await loadBars(deps.database.db, {
    source: gateway.barSource,
    conid: market.conid,
    timeframe,
    upTo: facts.last,
    weekEndsOnUpTo: true, // `last` is the date of a bar that was finished when the run was begun
    limit: facts.count,
  });
  const bars = stored?.bars ?? [];
  if (barsFingerprint(bars) !== facts.sha256) {
    throw new MarketDataError(
      "bars_changed",
      `${run.subject.symbol}: the stored ${timeframe} bars are not the run's any more`,
      {
        facts: { timeframe, count: bars.length, expected: facts.count },
      },
    );
  }
  return bars;
}
