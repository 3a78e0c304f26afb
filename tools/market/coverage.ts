// Says what the cache lacks, so that the gateway is asked for nothing else, and joins the answer to it. Pure.
import type { Bar, Timeframe } from "#store/model/bar.ts";
import type { SessionDate } from "#store/model/ids.ts";
import { lastFinishedPeriod, periodNumber } from "./session-index.ts";

/** Cached bars that are asked for again: when they differ, history was adjusted and all of it is loaded anew. */
export const OVERLAP_BARS = 5;

export type Coverage =
  /** Nothing is asked of the gateway. */
  | { kind: "complete" }
  /** Only the newest `count` bars, overlap included. */
  | { kind: "tail"; count: number }
  /** The whole depth. */
  | { kind: "all"; count: number };

/**
 * @param of.bars cached finished bars up to `upTo`, ascending
 * @param of.exhausted true when the gateway is known to have no older bars than the first cached one
 */
export function coverageOf(of: {
  timeframe: Timeframe;
  bars: readonly Bar[];
  wanted: number;
  upTo: SessionDate;
  exhausted: boolean;
}): Coverage {
  const newest = of.bars.at(-1);
  if (newest === undefined || (of.bars.length < of.wanted && !of.exhausted)) {
    return { kind: "all", count: of.wanted };
  }
  const newestNumber = periodNumber(of.timeframe, newest.date);
  if (newestNumber === null) return { kind: "all", count: of.wanted };
  const missing = lastFinishedPeriod(of.timeframe, of.upTo) - newestNumber;
  if (missing <= 0) return { kind: "complete" };
  const count = missing + OVERLAP_BARS;
  return count < of.wanted ? { kind: "tail", count } : { kind: "all", count: of.wanted };
}

/**
 * The cached bars followed by the new ones, at most `wanted`; null when both know a bar differently or do not meet,
 * which means that history was adjusted (a split, a correction) and must be loaded anew.
 */
export function joinBars(cached: readonly Bar[], tail: readonly Bar[], wanted: number): Bar[] | null {
  const known = new Map(cached.map((bar) => [bar.date as string, bar]));
  const overlap = tail.filter((bar) => known.has(bar.date));
  if (overlap.length === 0) return null;
  for (const bar of overlap) if (!sameBar(bar, known.get(bar.date))) return null;
  const newest = cached.at(-1)?.date ?? "";
  return [...cached, ...tail.filter((bar) => bar.date > newest)].slice(-wanted);
}

function sameBar(left: Bar, right: Bar | undefined): boolean {
  if (right === undefined) return false;
  const fields = ["open", "high", "low", "close"] as const;
  return fields.every((field) => Number(left[field]) === Number(right[field]));
}
