// The offline analyst's trade plan: entry, stop and target from structure and volatility alone. Pure.
//
// ENTRY is the close. STOP, for a purchase: the higher of SuperTrend line and close - 2 ATR, but at least 1 ATR away
// (mirrored for a sale). TARGET: two weekly ATRs from the close, which is what two average weeks cover, or the nearest
// resistance that lies beyond one weekly ATR, if that is nearer: a level inside one week's ordinary range is noise.
// Where the workflow looks at one timeframe, close, levels and SuperTrend are that one's, and the other's ATR is estimated
// by the root of time: a week's is √5 of a day's. The target is never moved to satisfy a threshold: where R or margin fall short, the answer is HOLD.
import type { ComputedValues } from "#tools/indicators/index.ts";
import { roundTo } from "#tools/indicators/index.ts";
import { dayRange, weekRange } from "../timeframes.ts";

export type Plan = {
  entry: number;
  stop: number;
  target: number;
  rCoefficient: number;
  profitMargin: number;
};

const STOP_ATR = 2;
const NEAREST_STOP_ATR = 1;
const TARGET_WEEKLY_ATR = 2;
const NOISE_WEEKLY_ATR = 1;

/** @returns undefined while close or ATR are not ready. `side` 1 buys, -1 sells. */
export function planTrade(
  blocks: { daily: ComputedValues | null; weekly: ComputedValues | null },
  side: 1 | -1,
): Plan | undefined {
  const known = [blocks.daily, blocks.weekly].filter((block) => block !== null);
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const { close, supertrend } = first.values;
  const [atr14, weeklyAtr] = [dayRange(first), weekRange(last)];
  if (close === undefined || atr14 === undefined || weeklyAtr === undefined || atr14 <= 0) return undefined;
  const round = (price: number) => roundTo(price, first.priceDecimals);
  const stop = round(close - side * stopDistance({ close, atr14, supertrend, side }));
  const target = round(close + side * targetDistance({ blocks: known, close, weeklyAtr, side }));
  const risk = (close - stop) * side;
  const reward = (target - close) * side;
  if (risk <= 0 || reward <= 0 || stop <= 0 || target <= 0) return undefined;
  return { entry: close, stop, target, rCoefficient: reward / risk, profitMargin: reward / close };
}

function stopDistance(of: {
  close: number;
  atr14: number;
  supertrend: number | undefined;
  side: 1 | -1;
}): number {
  const byAtr = STOP_ATR * of.atr14;
  const byLine = of.supertrend === undefined ? byAtr : (of.close - of.supertrend) * of.side;
  const nearer = byLine > 0 ? Math.min(byAtr, byLine) : byAtr;
  return Math.max(nearer, NEAREST_STOP_ATR * of.atr14);
}

type TargetOf = {
  blocks: readonly ComputedValues[];
  close: number;
  weeklyAtr: number;
  side: 1 | -1;
};

function targetDistance({ blocks, close, weeklyAtr, side }: TargetOf): number {
  const ahead = side === 1 ? "resistance" : "support";
  const extremes = blocks.map(({ levels }) => (side === 1 ? levels.high52 : levels.low52));
  const levels = [...blocks.flatMap((block) => block.levels[ahead]), ...extremes];
  const distances = levels
    .map((level) => (level === null ? 0 : (level - close) * side))
    .filter((distance) => distance > NOISE_WEEKLY_ATR * weeklyAtr);
  return Math.min(TARGET_WEEKLY_ATR * weeklyAtr, ...distances);
}
