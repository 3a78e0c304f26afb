// Daily and weekly bars from the gateway, in as many windows as the wanted depth needs. Effects: network.
import type { Bar, BarSeries } from "#store/model/bar.ts";
import { type DeskError, MarketDataError, UnavailableError } from "#store/model/errors.ts";
import type { Instant } from "#store/model/ids.ts";
import { sessionClose, sessionsBetween } from "../../calendar.ts";
import type { MarketClock } from "../../clock.ts";
import type { HistoryRequest, IbkrTiming } from "../client.ts";
import type { Calls } from "../wire/calls.ts";
import { barsOf, splitForming } from "./bars.ts";
import { BAR_WORD, periodFor, windowEnd } from "./history-plan.ts";
import { HistoryAnswer } from "./shapes.ts";

export type HistoryParts = {
  calls: Calls;
  marketClock: MarketClock;
  timing: IbkrTiming;
  gatewayKind: "ibkr" | "simulator";
  session: string;
  ready(signal?: AbortSignal): Promise<unknown>;
};

/** Windows per request: 30 years of days, far more than any chart needs. */
const MOST_WINDOWS = 12;
const DAY_MS = 86_400_000;
/** A first bar this much later than the window's start means that there is nothing older. */
const YOUNG_DAYS = 14;

export async function history(parts: HistoryParts, request: HistoryRequest): Promise<BarSeries> {
  await parts.ready(request.signal);
  const { timeframe, instrument } = request;
  const wanted = wantedCount(request);
  const collected = new Map<string, Bar>();
  let delaySeconds = 0;
  let end = request.until === undefined ? null : sessionClose(request.until);
  for (let window = 1; window <= MOST_WINDOWS && collected.size < wanted; window += 1) {
    const { period, days } = periodFor(timeframe, wanted - collected.size);
    const answer = await ask(parts, request, { period, end, older: collected.size > 0 });
    if (answer === "nothing_older") break;
    delaySeconds = Math.max(delaySeconds, answer.mktDataDelay ?? 0);
    const fresh = barsOf(answer, timeframe).filter((bar) => !collected.has(bar.date));
    const first = answer.data.reduce((oldest, point) => Math.min(oldest, point.t), Number.POSITIVE_INFINITY);
    for (const bar of fresh) collected.set(bar.date, bar);
    const from = (end ?? (await parts.marketClock.now(request.signal))).getTime() - days * DAY_MS;
    if (fresh.length === 0 || first > from + YOUNG_DAYS * DAY_MS) break;
    end = new Date(first);
  }
  const now = await parts.marketClock.now(request.signal);
  const bars = [...collected.values()]
    .filter((bar) => request.until === undefined || bar.date <= request.until)
    .sort((a, b) => (a.date < b.date ? -1 : 1));
  const { finished, forming } = splitForming(bars, timeframe, now);
  return {
    conid: instrument.conid,
    symbol: instrument.symbol,
    timeframe,
    asOf: now.toISOString() as Instant,
    source: { gateway: parts.gatewayKind, session: parts.session, delaySeconds: Math.round(delaySeconds) },
    bars: finished
      .filter((bar) => request.since === undefined || bar.date >= request.since)
      .slice(-request.count),
    forming,
  };
}

/** One more than asked, because the newest bar may be the forming one. */
function wantedCount(request: HistoryRequest): number {
  if (request.count < 1) throw new MarketDataError("no_bars_wanted", "A history of no bars was asked for.");
  if (request.since === undefined || request.until === undefined) return request.count + 1;
  const sessions = sessionsBetween(request.since, request.until).length;
  const bars = request.timeframe === "daily" ? sessions : Math.ceil(sessions / 4) + 1;
  return Math.min(request.count, bars) + 1;
}

type Window = { period: string; end: Date | null; older: boolean };

async function ask(
  parts: HistoryParts,
  request: HistoryRequest,
  window: Window,
): Promise<HistoryAnswer | "nothing_older"> {
  const { conid, symbol } = request.instrument;
  try {
    return await parts.calls.read({
      method: "GET",
      path: "/iserver/marketdata/history",
      query: {
        conid,
        period: window.period,
        bar: BAR_WORD[request.timeframe],
        outsideRth: false,
        ...(window.end === null ? {} : { startTime: windowEnd(window.end) }),
      },
      schema: HistoryAnswer,
      deadlineMs: parts.timing.historyDeadlineMs,
      explain: noHistory,
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    });
  } catch (error) {
    if (!(error instanceof UnavailableError) || error.code !== "no_history") throw error;
    if (window.older) return "nothing_older";
    throw new MarketDataError("no_history", `The gateway has no ${request.timeframe} bars for ${symbol}.`, {
      cause: error,
      facts: { conid, symbol },
    });
  }
}

/** The first call of a session may fail in these ways and then work, so both are worth another attempt. */
function noHistory(message: string, status: number): DeskError | undefined {
  const facts = { status, message };
  if (/^no data/i.test(message)) return new UnavailableError("no_history", message, { facts });
  if (status === 404 || /chart data unavailable/i.test(message))
    return new UnavailableError("history_unavailable", `History is not available now: ${message}`, { facts });
  return undefined;
}
