// The offline analyst's trade plan: entry, stop and target from structure and volatility alone. Pure.
//
// ENTRY is the close. STOP, for a purchase: the higher of SuperTrend line and close - 2 ATR, but at least 1 ATR away
// (mirrored for a sale). TARGET: two weekly ATRs from the close, which is what two average weeks cover, or the nearest
// resistance that lies beyond one weekly ATR, if that is nearer: a level inside one week's ordinary range is noise.
// The target is never moved to satisfy a threshold: where R or margin fall short, the answer is HOLD.
import type { ComputedValues } from "#tools/indicators/index.ts";
import { roundTo } from "#tools/indicators/index.ts";

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
export function planTrade(daily: ComputedValues, weekly: ComputedValues, side: 1 | -1): Plan | undefined {
  const { close, atr14, supertrend } = daily.values;
  const weeklyAtr = weekly.values.atr14;
  if (close === undefined || atr14 === undefined || weeklyAtr === undefined || atr14 <= 0) return undefined;
  const round = (price: number) => roundTo(price, daily.priceDecimals);
  const stop = round(close - side * stopDistance({ close, atr14, supertrend, side }));
  const target = round(close + side * targetDistance({ daily, weekly, close, weeklyAtr, side }));
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
  daily: ComputedValues;
  weekly: ComputedValues;
  close: number;
  weeklyAtr: number;
  side: 1 | -1;
};

function targetDistance({ daily, weekly, close, weeklyAtr, side }: TargetOf): number {
  const ahead = side === 1 ? "resistance" : "support";
  const extremes = [daily, weekly].map(({ levels }) => (side === 1 ? levels.high52 : levels.low52));
  const levels = [...daily.levels[ahead], ...weekly.levels[ahead], ...extremes];
  const distances = levels
    .map((level) => (level === null ? 0 : (level - close) * side))
    .filter((distance) => distance > NOISE_WEEKLY_ATR * weeklyAtr);
  return Math.min(TARGET_WEEKLY_ATR * weeklyAtr, ...distances);
}
