// Price bars and quotes, with where they came from. Pure.
import { z } from "zod";
import { Conid, Instant, SessionDate, Ticker } from "./ids.ts";
import { DecimalString } from "./money.ts";

export const Timeframe = z.enum(["daily", "weekly"]);
export type Timeframe = z.infer<typeof Timeframe>;

/** One finished or forming bar. Prices in the instrument's currency, volume in shares. */
export const Bar = z.object({
  /** Exchange date of the session; for a week, of its first session. */
  date: SessionDate,
  open: DecimalString,
  high: DecimalString,
  low: DecimalString,
  close: DecimalString,
  volume: DecimalString,
});
export type Bar = z.infer<typeof Bar>;

/** Where bars came from: `ibkr` or `simulator`, and the account session that gave them. Travels to the decision. */
export const BarSource = z.object({
  gateway: z.enum(["ibkr", "simulator"]),
  /** Which gateway session: "main", or "replay-YYYY-MM-DD". */
  session: z.string(),
  /** Seconds by which the data lag; 0 is real time. */
  delaySeconds: z.number().int().nonnegative(),
});
export type BarSource = z.infer<typeof BarSource>;

/** A run of bars of one instrument and timeframe as known at `asOf`, ascending, without gaps. */
export const BarSeries = z.object({
  conid: Conid,
  symbol: Ticker,
  timeframe: Timeframe,
  asOf: Instant,
  source: BarSource,
  /** Finished bars only. */
  bars: z.array(Bar),
  /** The bar of the session or week that is not over yet, if any; never used as a finished one. */
  forming: Bar.nullable(),
});
export type BarSeries = z.infer<typeof BarSeries>;

export const QuoteQuality = z.enum(["realtime", "delayed", "frozen", "frozen_delayed", "unavailable"]);
export type QuoteQuality = z.infer<typeof QuoteQuality>;

/** A snapshot quote. Absent prices are null; only `realtime` and not `halted` may price an order. */
export const Quote = z.object({
  conid: Conid,
  last: DecimalString.nullable(),
  bid: DecimalString.nullable(),
  ask: DecimalString.nullable(),
  quality: QuoteQuality,
  halted: z.boolean(),
  /** True when `last` is the prior close (IBKR's leading C). */
  priorClose: z.boolean(),
  at: Instant,
});
export type Quote = z.infer<typeof Quote>;
