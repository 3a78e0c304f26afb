// The history call. Pure; facts section 6.
// `startTime` is the END of the window; prices are real prices; `v` is in lots; `points` is one less than the bars.
import type { SimInstrument } from "../market/market.ts";
import { instantOf, type MarketMoment } from "../market/market-clock.ts";
import { lastSessionClosedBy, opensAt } from "../market/sessions.ts";
import { tradeTime } from "../orders/reading/trades.ts";
import { type HistoryBar, historyBars } from "./aggregate.ts";
import { BAR_SECONDS, firstSessionOf, historyRange, parseStartTime } from "./periods.ts";

const MOST_POINTS = 1000;
const PRICE_FACTOR = 100;

type HistoryOf = {
  instrument: SimInstrument;
  moment: MarketMoment;
  period: string;
  bar: string | undefined;
  startTime: string | undefined;
  source: string | undefined;
  subscription: "realtime" | "delayed" | "none";
  serverId: string;
};

export type HistoryAnswer = { status: 200 | 400 | 500; body: Record<string, unknown> };

const bad = (what: string): HistoryAnswer => ({
  status: 400,
  body: { error: `Bad Request: ${what}`, statusCode: 400 },
});
const NO_DATA: HistoryAnswer = { status: 500, body: { error: "No data." } };

/** "19037/278066.1/1440": price × factor / volume / minutes from the start of the window. */
function extreme(
  bars: readonly HistoryBar[],
  of: { price: (bar: HistoryBar) => number; factor: number; sign: 1 | -1 },
) {
  const found = bars.reduce((best, bar) => (of.sign * (of.price(bar) - of.price(best)) > 0 ? bar : best));
  const minutes = Math.round((opensAt(found.start) - opensAt(bars[0]?.start ?? found.start)) / 60_000);
  const price = Math.round(of.price(found) * PRICE_FACTOR);
  return `${price}/${Number((found.volume / of.factor).toFixed(3))}/${minutes}`;
}

export function history(of: HistoryOf): HistoryAnswer {
  const { instrument } = of;
  const range = historyRange(of.period, of.bar);
  if (range.kind === "invalid") return bad("period or bar is invalid");
  if (range.kind === "no_data") return NO_DATA;
  const given = of.startTime === undefined ? undefined : parseStartTime(of.startTime);
  if (of.startTime !== undefined && given === undefined) return bad("startTime is invalid");
  const now = instantOf(of.moment);
  const endMs = Math.min(given ?? now, now);
  const lastSession = Math.max(
    lastSessionClosedBy(endMs),
    of.moment.phase === "open" && opensAt(of.moment.session) < endMs ? of.moment.session : -1,
  );
  const bars = historyBars({
    instrument,
    moment: of.moment,
    size: range.bar,
    endMs,
    from: firstSessionOf(range.period, lastSession, endMs),
  });
  const weeks = range.period.unit === "w" && range.bar === "1w" ? range.period.count : undefined;
  const shown = bars.slice(-Math.min(MOST_POINTS, weeks ?? MOST_POINTS));
  const [first] = shown;
  if (first === undefined) return NO_DATA;
  const factor = instrument.volumeFactor;
  const trades = !["midpoint", "bid_ask"].includes((of.source ?? "").toLowerCase());
  return {
    status: 200,
    body: {
      serverId: of.serverId,
      symbol: instrument.symbol,
      text: instrument.name,
      priceFactor: PRICE_FACTOR,
      startTime: tradeTime(opensAt(first.start)),
      high: extreme(shown, { price: (bar) => bar.high, factor, sign: 1 }),
      low: extreme(shown, { price: (bar) => bar.low, factor, sign: -1 }),
      timePeriod: `${range.period.count}${range.period.unit}`,
      barLength: BAR_SECONDS[range.bar],
      mdAvailability: "S",
      mktDataDelay: of.subscription === "realtime" ? 0 : 900,
      outsideRth: false,
      tradingDayDuration: 390,
      volumeFactor: factor,
      priceDisplayRule: 1,
      priceDisplayValue: "2",
      negativeCapable: false,
      messageVersion: 2,
      data: shown.map((bar) => ({
        o: bar.open,
        c: bar.close,
        h: bar.high,
        l: bar.low,
        v: trades ? bar.volume / factor : 0,
        t: opensAt(bar.start),
      })),
      points: shown.length - 1,
      travelTime: 1,
    },
  };
}
