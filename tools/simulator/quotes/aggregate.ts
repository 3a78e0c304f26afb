// Daily, weekly and monthly bars of what may be seen. Pure.
// The last week or month is built from the sessions so far: like the real gateway, nothing marks it as forming.
import type { DailyBar } from "../market/bars.ts";
import type { SimInstrument } from "../market/market.ts";
import { formingDay, lastFinished, type MarketMoment } from "../market/market-clock.ts";
import { closesAt, monthNumber, opensAt, type SessionIndex, weekNumber } from "../market/sessions.ts";
import type { BarSize } from "./periods.ts";

/** `start` is the first session of the bar. */
export type HistoryBar = DailyBar & { start: SessionIndex };

const GROUP: Readonly<Record<BarSize, (session: SessionIndex) => number>> = {
  "1d": (session) => session,
  "1w": weekNumber,
  "1m": monthNumber,
};

type Wanted = {
  instrument: SimInstrument;
  moment: MarketMoment;
  size: BarSize;
  /** Only sessions that were over by this instant, epoch milliseconds. */
  endMs: number;
  /** Only bars of this session and later, begun weeks and months whole. */
  from: SessionIndex;
};

/** All bars wanted, ascending; never one that the market clock has not reached. */
export function historyBars(of: Wanted): HistoryBar[] {
  const { bars } = of.instrument;
  const group = GROUP[of.size];
  const first = group(of.from);
  const bucket: HistoryBar[] = [];
  let current = -1;
  const add = (session: SessionIndex, bar: DailyBar) => {
    const number = group(session);
    const last = bucket.at(-1);
    if (last === undefined || number !== current) bucket.push({ ...bar, start: session });
    else {
      last.high = Math.max(last.high, bar.high);
      last.low = Math.min(last.low, bar.low);
      last.close = bar.close;
      last.volume += bar.volume;
    }
    current = number;
  };
  const end = bars.countThrough(lastFinished(of.moment));
  // A week or month that began before `from` is wanted whole: at most 23 sessions further back.
  const from = Math.max(0, bars.countThrough(of.from - 1) - (of.size === "1d" ? 0 : 23));
  for (let index = from; index < end; index += 1) {
    const session = bars.session(index);
    if (closesAt(session) > of.endMs) break;
    if (group(session) >= first) add(session, bars.bar(index));
  }
  const forming = formingDay(of.instrument, of.moment);
  if (forming !== undefined && opensAt(of.moment.session) < of.endMs) add(of.moment.session, forming);
  return bucket;
}
