// Resolves the instrument, brings the bars that the workflow and the rules need up to the run's instant and refuses
// unusable ones.
// Effects: gateway, database.
import { instrumentBySymbol, saveInstrument } from "#store/market/instruments.ts";
import type { Timeframe } from "#store/model/bar.ts";
import type { Instrument } from "#store/model/instrument.ts";
import { chartOf } from "#store/model/workflow/definition.ts";
import { setSymbolRunInstrument } from "#store/runs/symbol-runs.ts";
import { lastFinishedSession } from "#tools/calendar.ts";
import { barsFingerprint } from "#tools/market/fingerprint.ts";
import { portfolioFacts } from "../cases/portfolio.ts";
import { withRecentAccount } from "../cases/recent-account.ts";
import type { DeskDeps } from "../desk.ts";
import type { Gateway } from "../gateway.ts";
import { type HistoryStarts, type LoadedSeries, loadSeries } from "../market/load-series.ts";
import { barsWanted } from "../market/prepared.ts";
import type { NodeDefinition, NodeStep } from "../node.ts";
import type { MarketFacts } from "../state.ts";

export function marketData(deps: DeskDeps): NodeDefinition {
  const starts: HistoryStarts = new Map();
  return {
    name: "market_data",
    async body({ run, signal }) {
      const gateway = await run.gateway();
      const instrument = await resolve(deps, { gateway, run, signal });
      const asOf = new Date(run.subject.asOf);
      const upTo = lastFinishedSession(asOf);
      const load = (timeframe: Timeframe) => {
        const wanted = barsWanted(run, timeframe);
        return loadSeries(deps, starts, { gateway, instrument, timeframe, wanted, asOf, upTo, signal });
      };
      const [daily, weekly, portfolio] = await Promise.all([
        load("daily"),
        chartOf(run.subject.workflow, "weekly") === null ? null : load("weekly"),
        portfolioFacts(deps, withRecentAccount(gateway, deps.clock), instrument),
        setSymbolRunInstrument(deps.database.db, run.subject.symbolRunId, instrument.conid),
      ]);
      run.scratch.instrument = instrument;
      run.scratch.bars = { daily: daily.bars, ...(weekly === null ? {} : { weekly: weekly.bars }) };
      const market: MarketFacts = {
        conid: instrument.conid,
        upTo,
        delaySeconds: Math.max(daily.delaySeconds, weekly?.delaySeconds ?? 0),
        daily: seriesFacts(daily),
        weekly: weekly === null ? null : seriesFacts(weekly),
      };
      return { market, portfolio };
    },
  };
}

/** The instrument as the broker resolved it, now or earlier. */
async function resolve(
  deps: DeskDeps,
  of: { gateway: Gateway } & Pick<NodeStep, "run" | "signal">,
): Promise<Instrument> {
  const { gateway, run, signal } = of;
  const { db } = deps.database;
  const stored = await instrumentBySymbol(db, { gateway: gateway.kind, symbol: run.subject.symbol });
  if (stored !== null) {
    const { gateway: _gateway, createdAt: _createdAt, updatedAt: _updatedAt, ...instrument } = stored;
    return instrument;
  }
  const instrument = await gateway.client.resolveStock(run.subject.symbol, signal);
  await saveInstrument(db, { gateway: gateway.kind, instrument });
  return instrument;
}

function seriesFacts(series: LoadedSeries): MarketFacts["daily"] {
  const first = series.bars[0]?.date;
  const last = series.bars.at(-1)?.date;
  // Validation has refused a series without bars.
  if (first === undefined || last === undefined) throw new RangeError("an empty series passed validation");
  const { seriesId, bars } = series;
  return { seriesId, count: bars.length, first, last, sha256: barsFingerprint(bars) };
}
