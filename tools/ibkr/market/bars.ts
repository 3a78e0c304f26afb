// History points as domain bars: exchange dates, share volumes, finished apart from forming. Pure.
import type { Bar, Timeframe } from "#store/model/bar.ts";
import { MarketDataError, VendorError } from "#store/model/errors.ts";
import type { SessionDate } from "#store/model/ids.ts";
import { dec, toDecimalString } from "#store/model/money.ts";
import { exchangeDate, sessionClose, weekSessions } from "../../calendar.ts";
import { floatDecimal } from "../wire/values.ts";
import { BAR_SECONDS } from "./history-plan.ts";
import type { HistoryAnswer } from "./shapes.ts";

/** Bars of one answer, ascending. @throws VendorError history_wrong_bar; MarketDataError duplicate_bars */
export function barsOf(answer: HistoryAnswer, timeframe: Timeframe): Bar[] {
  if (answer.barLength !== undefined && answer.barLength !== BAR_SECONDS[timeframe]) {
    throw new VendorError(
      "history_wrong_bar",
      `The gateway answered bars of ${answer.barLength} seconds where ${timeframe} ones were asked.`,
      { facts: { timeframe, barLength: answer.barLength } },
    );
  }
  const factor = dec(answer.volumeFactor ?? 1);
  const bars = answer.data
    .map((point) => ({
      date: barDate(point.t, timeframe),
      open: floatDecimal(point.o, "open"),
      high: floatDecimal(point.h, "high"),
      low: floatDecimal(point.l, "low"),
      close: floatDecimal(point.c, "close"),
      volume: toDecimalString(dec(floatDecimal(point.v, "volume")).times(factor).toDecimalPlaces(4)),
    }))
    .sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
  for (const [index, bar] of bars.entries()) {
    if (bar.date === bars[index - 1]?.date) {
      throw new MarketDataError("duplicate_bars", `The gateway gave two ${timeframe} bars for ${bar.date}.`, {
        facts: { date: bar.date, timeframe },
      });
    }
  }
  return bars;
}

/**
 * The exchange date of a bar that starts at `t` (UTC ms): usually the session's open; an exact UTC midnight names its
 * own date (in New York it is still the evening before). A week is named by its first session.
 */
export function barDate(t: number, timeframe: Timeframe): SessionDate {
  const at = new Date(t);
  if (Number.isNaN(at.getTime())) throw new VendorError("gateway_bad_time", `A bar has no time: ${t}`);
  const date = t % 86_400_000 === 0 ? (at.toISOString().slice(0, 10) as SessionDate) : exchangeDate(at);
  if (timeframe === "daily") return date;
  return weekSessions(date)?.first ?? date;
}

/** When the bar is over, as a UTC instant. */
export function barEnd(date: SessionDate, timeframe: Timeframe): Date {
  const last = timeframe === "daily" ? date : (weekSessions(date)?.last ?? date);
  return sessionClose(last);
}

/** @throws VendorError bar_from_future when more than the newest bar is not over at `now` */
export function splitForming(
  bars: readonly Bar[],
  timeframe: Timeframe,
  now: Date,
): { finished: Bar[]; forming: Bar | null } {
  const open = bars.filter((bar) => barEnd(bar.date, timeframe) > now);
  const [forming] = open;
  if (open.length > 1) {
    throw new VendorError(
      "bar_from_future",
      `The gateway gave ${open.length} ${timeframe} bars that are not over at ${now.toISOString()}.`,
      { facts: { dates: open.map((bar) => bar.date), now: now.toISOString() } },
    );
  }
  return { finished: bars.filter((bar) => bar !== forming), forming: forming ?? null };
}
