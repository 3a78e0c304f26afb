// A case on one timeframe or on both: which one leads, and how the two scales of volatility relate. Pure.
import { InvariantError } from "#store/model/errors.ts";
import type { ComputedValues } from "#tools/indicators/index.ts";
import type { ConsolidationInput, ReportMaterial } from "./inputs.ts";

/** What the workflow had read: the daily material first. @throws InvariantError when there is none */
export function materialsOf({
  daily,
  weekly,
}: Pick<ConsolidationInput, "daily" | "weekly">): [ReportMaterial, ...ReportMaterial[]] {
  const [first, ...rest] = [daily, weekly].filter((material) => material !== null);
  if (first === undefined) throw new InvariantError("a case without any chart");
  return [first, ...rest];
}

/** The material whose close is the current price: daily where there is one. */
export function leadingOf(input: Pick<ConsolidationInput, "daily" | "weekly">): ReportMaterial {
  return materialsOf(input)[0];
}

/** A walk of five days ranges as far as the root of five single days: how a week's ATR compares with a day's. */
const DAYS_OF_A_WEEK = Math.sqrt(5);

/** ATR of a day, from daily bars or estimated from weekly ones; undefined while it is not ready. */
export function dayRange({ timeframe, values: { atr14 } }: ComputedValues): number | undefined {
  return timeframe === "daily" || atr14 === undefined ? atr14 : atr14 / DAYS_OF_A_WEEK;
}

/** ATR of a week, from weekly bars or estimated from daily ones; undefined while it is not ready. */
export function weekRange({ timeframe, values: { atr14 } }: ComputedValues): number | undefined {
  return timeframe === "weekly" || atr14 === undefined ? atr14 : atr14 * DAYS_OF_A_WEEK;
}
