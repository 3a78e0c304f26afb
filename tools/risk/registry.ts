// The ordered list of gate rules: what is judged before the size. Pure.
import type { GateRule } from "./rule.ts";
import { coolDown, dailyLoss, ordersPerDay, weeklyLoss } from "./rules/activity.ts";
import {
  account,
  activity,
  instrument,
  mode,
  openPositions,
  portfolio,
  reconciled,
  tradingState,
} from "./rules/context.ts";
import {
  decision,
  entryDistance,
  profitMargin,
  rCoefficient,
  side,
  signal,
  stopDistance,
  stopNoise,
  stopSide,
  targetSide,
} from "./rules/decision.ts";
import { bars, quote, spread, tradingHours } from "./rules/market.ts";

export const GATE_RULES: readonly GateRule[] = [
  tradingState,
  mode,
  reconciled,
  instrument,
  bars,
  tradingHours,
  quote,
  spread,
  account,
  portfolio,
  activity,
  signal,
  decision,
  side,
  stopSide,
  targetSide,
  rCoefficient,
  profitMargin,
  entryDistance,
  stopNoise,
  stopDistance,
  ordersPerDay,
  dailyLoss,
  weeklyLoss,
  coolDown,
  openPositions,
];
