// Refuses bars that must not be traded on: foreign, forming, delayed, broken, with gaps, stale, too few. Pure.
import type { Bar, BarSeries, BarSource, Timeframe } from "#store/model/bar.ts";
import { type ErrorFacts, MarketDataError } from "#store/model/errors.ts";
import type { Conid, SessionDate, Ticker } from "#store/model/ids.ts";
import { sessionClose } from "../calendar.ts";
import { lastFinishedPeriod, periodDate, periodNumber } from "./session-index.ts";

/** Stable codes of everything that makes bars unusable. */
export const MARKET_DATA_CODES = [
  "bars_foreign",
  "bars_after_as_of",
  "bars_forming",
  "bars_delayed",
  "bars_broken",
  "bars_unordered",
  "bars_gap",
  "bars_stale",
  "bars_too_few",
] as const;
export type MarketDataCode = (typeof MARKET_DATA_CODES)[number];

export type BarRequirements = {
  conid: Conid;
  symbol: Ticker;
  timeframe: Timeframe;
  /** The only gateway and session whose bars count: the broker that the order would go to. */
  source: Pick<BarSource, "gateway" | "session">;
  /** UTC instant that the run stands at. */
  asOf: Date;
  /** The newest session over at `asOf`. */
  upTo: SessionDate;
  /** Finished bars needed at least. */
  minimum: number;
  /** Finished periods that may be missing at the end; 0 asks for the newest. */
  maxMissing: number;
};

const LISTED = 8;

function refuse(code: MarketDataCode, message: string, facts: ErrorFacts): never {
  throw new MarketDataError(code, message, { facts });
}

/**
 * Passes a series that may be traded on, silently.
 * @throws MarketDataError with one of MARKET_DATA_CODES and the facts that a person needs to see
 */
export function validateBars(series: BarSeries, needs: BarRequirements): void {
  requireOwn(series, needs);
  requireSound(series.bars, needs);
  requireFinished(series, needs);
  requireComplete(series.bars, needs);
}

function requireOwn(series: BarSeries, needs: BarRequirements): void {
  const { source } = series;
  const own =
    series.conid === needs.conid &&
    series.symbol === needs.symbol &&
    series.timeframe === needs.timeframe &&
    source.gateway === needs.source.gateway &&
    source.session === needs.source.session;
  if (own) return;
  refuse("bars_foreign", `the bars given for ${needs.symbol} are of another instrument or source`, {
    given: { conid: series.conid, symbol: series.symbol, timeframe: series.timeframe, ...source },
    wanted: { conid: needs.conid, symbol: needs.symbol, timeframe: needs.timeframe, ...needs.source },
  });
}

function isSound(bar: Bar): boolean {
  const [open, high, low, close, volume] = [bar.open, bar.high, bar.low, bar.close, bar.volume].map(Number);
  if (open === undefined || high === undefined || low === undefined) return false;
  if (close === undefined || volume === undefined) return false;
  return low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close) && volume >= 0;
}

function requireSound(bars: readonly Bar[], needs: BarRequirements): void {
  let previous = "";
  for (const bar of bars) {
    if (!isSound(bar)) {
      refuse("bars_broken", `${needs.symbol}: the ${needs.timeframe} bar of ${bar.date} contradicts itself`, {
        bar,
      });
    }
    if (bar.date <= previous) {
      refuse("bars_unordered", `${needs.symbol}: ${needs.timeframe} bars are not in ascending order`, {
        date: bar.date,
        after: previous,
      });
    }
    previous = bar.date;
  }
}

function requireFinished(series: BarSeries, needs: BarRequirements): void {
  const last = series.bars.at(-1);
  if (last === undefined) return;
  if (last.date > needs.upTo) {
    refuse(
      "bars_after_as_of",
      `${needs.symbol}: a ${needs.timeframe} bar of ${last.date} lies after ${needs.upTo}`,
      {
        date: last.date,
        upTo: needs.upTo,
      },
    );
  }
  const number = periodNumber(needs.timeframe, last.date);
  const finished = lastFinishedPeriod(needs.timeframe, needs.upTo);
  if (number !== null && number > finished) {
    refuse("bars_forming", `${needs.symbol}: the ${needs.timeframe} bar of ${last.date} is not over yet`, {
      date: last.date,
      upTo: needs.upTo,
    });
  }
  const settled = sessionClose(needs.upTo).getTime() + series.source.delaySeconds * 1000;
  if (number === finished && series.source.delaySeconds > 0 && needs.asOf.getTime() < settled) {
    refuse("bars_delayed", `${needs.symbol}: the data lag and the last session may not be complete in them`, {
      delaySeconds: series.source.delaySeconds,
      upTo: needs.upTo,
    });
  }
}

function requireComplete(bars: readonly Bar[], needs: BarRequirements): void {
  const finished = lastFinishedPeriod(needs.timeframe, needs.upTo);
  let previous: number | null = null;
  for (const bar of bars) {
    const number = periodNumber(needs.timeframe, bar.date);
    if (number === null) {
      refuse(
        "bars_gap",
        `${needs.symbol}: a ${needs.timeframe} bar of ${bar.date}, when the exchange was shut`,
        {
          date: bar.date,
        },
      );
    }
    if (previous !== null && number !== previous + 1) refuseGap(needs, previous + 1, number - 1);
    previous = number;
  }
  if (previous !== null && finished - previous > needs.maxMissing) {
    refuse("bars_stale", `${needs.symbol}: the newest ${needs.timeframe} bar is of ${bars.at(-1)?.date}`, {
      newest: bars.at(-1)?.date,
      expected: periodDate(needs.timeframe, finished),
      missing: finished - previous,
    });
  }
  if (bars.length < needs.minimum) {
    refuse(
      "bars_too_few",
      `${needs.symbol}: ${bars.length} ${needs.timeframe} bars, ${needs.minimum} are needed`,
      {
        bars: bars.length,
        minimum: needs.minimum,
      },
    );
  }
}

function refuseGap(needs: BarRequirements, from: number, to: number): never {
  const count = to - from + 1;
  const missing = Array.from({ length: Math.max(0, Math.min(count, LISTED)) }, (_, step) =>
    periodDate(needs.timeframe, from + step),
  );
  const message =
    count > 0
      ? `${needs.symbol}: ${count} ${needs.timeframe} bar(s) missing from ${missing[0]}`
      : `${needs.symbol}: two ${needs.timeframe} bars for one ${needs.timeframe === "weekly" ? "week" : "session"}`;
  refuse("bars_gap", message, { missing, count });
}
