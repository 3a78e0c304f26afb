// Bars of one timeframe as known at the run's instant: from the cache, and from the gateway what the cache lacks.
// Effects: database, gateway. Invariant: no bar after `upTo` is read, and none is stored that was not validated.

import { loadBars, saveBars } from "#store/market/bars.ts";
import type { Bar, BarSeries, Timeframe } from "#store/model/bar.ts";
import { InvariantError, MarketDataError } from "#store/model/errors.ts";
import type { SessionDate } from "#store/model/ids.ts";
import type { Instrument } from "#store/model/instrument.ts";
import { type Coverage, coverageOf, joinBars } from "#tools/market/coverage.ts";
import { lastFinishedPeriod, periodDate, periodNumber } from "#tools/market/session-index.ts";
import { type BarRequirements, validateBars } from "#tools/market/validate.ts";
import type { DeskDeps } from "../desk.ts";
import type { Gateway } from "../gateway.ts";

/** Finished bars below which a timeframe is not analysed: a year and the longest average. */
export const MINIMUM_BARS: Readonly<Record<Timeframe, number>> = { daily: 250, weekly: 104 };

export type SeriesRequest = {
  gateway: Gateway;
  instrument: Instrument;
  timeframe: Timeframe;
  /** Finished bars wanted; fewer come when the instrument is younger. */
  wanted: number;
  asOf: Date;
  /** The newest session over at `asOf`. */
  upTo: SessionDate;
  signal: AbortSignal;
};

export type LoadedSeries = {
  /** Row of the cache that the bars are kept under. */
  seriesId: number;
  bars: readonly Bar[];
  delaySeconds: number;
};

/** Series known to start where the cache starts, so that a young instrument is not asked for its past every time. */
export type HistoryStarts = Map<string, SessionDate>;
const MOST_STARTS = 20_000;

/** @throws MarketDataError with a code of MARKET_DATA_CODES, UnavailableError, VendorError */
export async function loadSeries(
  deps: DeskDeps,
  starts: HistoryStarts,
  request: SeriesRequest,
): Promise<LoadedSeries> {
  const { gateway, instrument, timeframe, wanted, upTo } = request;
  const key = `${gateway.barSource}|${instrument.conid}|${timeframe}`;
  const stored = await loadBars(deps.database.db, {
    source: gateway.barSource,
    conid: instrument.conid,
    timeframe,
    upTo: newestAllowed(timeframe, upTo),
    weekEndsOnUpTo: timeframe === "weekly",
    limit: wanted,
  });
  const cached = stored?.bars ?? [];
  const exhausted = cached[0] !== undefined && cached[0].date === starts.get(key);
  const coverage = coverageOf({ timeframe, bars: cached, wanted, upTo, exhausted });
  if (coverage.kind === "complete" && stored !== null) {
    const { seriesId, delaySeconds } = stored;
    validateBars(seriesOf(request, cached, delaySeconds), requirementsOf(deps, request));
    return { seriesId, bars: cached, delaySeconds };
  }
  const count = coverage.kind === "complete" ? wanted : coverage.count;
  const answer = await ask(deps, request, { kind: coverage.kind, count }, cached);
  const first = answer.bars[0]?.date;
  if (first !== undefined && answer.bars.length < wanted) {
    if (starts.size >= MOST_STARTS) starts.clear();
    starts.set(key, first);
  }
  const series = { ...answer, bars: answer.fresh };
  const { seriesId } = await saveBars(deps.database.db, { source: gateway.barSource, series });
  return { seriesId, bars: answer.bars, delaySeconds: answer.source.delaySeconds };
}

/** The last date that a bar finished by `upTo` can have: a week counts only when its last session is over. */
function newestAllowed(timeframe: Timeframe, upTo: SessionDate): SessionDate {
  const date = periodDate(timeframe, lastFinishedPeriod(timeframe, upTo));
  if (date === null) throw new InvariantError("no finished period", { timeframe, upTo });
  return date;
}

/** The whole series, validated, and which of its bars came from the gateway now. */
async function ask(
  deps: DeskDeps,
  request: SeriesRequest,
  coverage: { kind: Coverage["kind"]; count: number },
  cached: readonly Bar[],
): Promise<BarSeries & { fresh: Bar[] }> {
  const { gateway, instrument, timeframe, wanted, upTo, signal } = request;
  const history = (count: number) =>
    gateway.client
      .history({ instrument, timeframe, count, until: upTo, signal })
      .then((series) => finished(series, upTo));
  let series = await history(coverage.count);
  let bars = coverage.kind === "tail" ? joinBars(cached, series.bars, wanted) : series.bars;
  if (bars === null) {
    series = await history(wanted);
    bars = series.bars;
  }
  const whole = { ...series, bars: bars.slice(-wanted), forming: null };
  validateBars(whole, requirementsOf(deps, request));
  return { ...whole, fresh: series.bars };
}

/** Without the bar of a week that was still forming at `upTo` although the gateway's market has moved on since. */
function finished(series: BarSeries, upTo: SessionDate): BarSeries {
  const { timeframe } = series;
  const future = series.bars.find((bar) => bar.date > upTo);
  if (future !== undefined) {
    const facts = { date: future.date, upTo, timeframe };
    const message = `${series.symbol}: the gateway gave a bar of ${future.date}, after ${upTo}`;
    throw new MarketDataError("bars_after_as_of", message, { facts });
  }
  const newest = lastFinishedPeriod(timeframe, upTo);
  const bars = series.bars.filter((bar) => (periodNumber(timeframe, bar.date) ?? 0) <= newest);
  return { ...series, bars };
}

function seriesOf(request: SeriesRequest, bars: readonly Bar[], delaySeconds: number): BarSeries {
  const { gateway, instrument, timeframe, asOf } = request;
  return {
    conid: instrument.conid,
    symbol: instrument.symbol,
    timeframe,
    asOf: asOf.toISOString() as BarSeries["asOf"],
    source: { gateway: gateway.kind, session: gateway.session, delaySeconds },
    bars: [...bars],
    forming: null,
  };
}

function requirementsOf(deps: DeskDeps, request: SeriesRequest): BarRequirements {
  const { gateway, instrument, timeframe, asOf, upTo } = request;
  return {
    conid: instrument.conid,
    symbol: instrument.symbol,
    timeframe,
    source: { gateway: gateway.kind, session: gateway.session },
    asOf,
    upTo,
    minimum: MINIMUM_BARS[timeframe],
    maxMissing: timeframe === "daily" ? deps.settings.maxMissingSessions : 0,
  };
}
