// IBKR's nightly reset and weekend maintenance, in New York time. Pure. Explains an absent session; forbids nothing.
import { easternWallClock } from "../../eastern-time.ts";

const HOUR = 60;

/**
 * The name of the window that `at` (UTC instant) lies in, or null. The daily reset is at midnight with orders and data
 * gone until about 01:45; the wider maintenance lies between Saturday evening and Sunday morning.
 */
export function closedWindow(at: Date): "nightly reset" | "weekend maintenance" | null {
  const local = new Date(easternWallClock(at));
  const minutes = local.getUTCHours() * HOUR + local.getUTCMinutes();
  const day = local.getUTCDay();
  if (day === 6 && minutes >= 18 * HOUR) return "weekend maintenance";
  if (day === 0 && minutes < 9 * HOUR) return "weekend maintenance";
  if (minutes >= 23 * HOUR + 55 || minutes < HOUR + 45) return "nightly reset";
  return null;
}
