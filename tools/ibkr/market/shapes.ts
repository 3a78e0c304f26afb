// Loose shapes of the market data calls. Pure.
import { z } from "zod";
import { NumberLike } from "../wire/values.ts";

/** One bar of a history answer: real prices, volume in lots of `volumeFactor` shares, `t` the start in UTC ms. */
export const HistoryPoint = z.looseObject({
  o: NumberLike,
  h: NumberLike,
  l: NumberLike,
  c: NumberLike,
  v: NumberLike,
  t: z.number(),
});

export const HistoryAnswer = z.looseObject({
  symbol: z.string().nullish(),
  /** Seconds per bar. */
  barLength: z.number().optional(),
  /** Seconds by which the data lag. */
  mktDataDelay: z.number().optional(),
  volumeFactor: NumberLike.optional(),
  data: z.array(HistoryPoint),
});
export type HistoryAnswer = z.infer<typeof HistoryAnswer>;

/** A snapshot entry: `conid` and whatever fields have arrived, as text under their numbers. */
export const SnapshotEntry = z.looseObject({
  conid: NumberLike,
  _updated: z.number().optional(),
});
export type SnapshotEntry = z.infer<typeof SnapshotEntry>;
export const SnapshotAnswer = z.array(SnapshotEntry);
