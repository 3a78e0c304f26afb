// What market and stop orders lose against the bar. Pure; never outside the bar, never for limit orders.
import type { DailyBar } from "../../market/bars.ts";
import type { SimSide } from "../order.ts";

/** The price after `bps` basis points of slippage, rounded to a ten-thousandth and kept inside the bar. */
export function slipped(price: number, of: { side: SimSide; bar: DailyBar; bps: number }): number {
  if (of.bps === 0) return price;
  const factor = 1 + ((of.side === "BUY" ? 1 : -1) * of.bps) / 10_000;
  const moved = Math.round(price * factor * 10_000) / 10_000;
  return Math.min(Math.max(moved, of.bar.low), of.bar.high);
}
