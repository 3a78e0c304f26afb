// What the settings of workflows and strategies are called, and how their values read. Pure; pages and differences use it.
import type { Timeframe } from "../bar.ts";
import type { AgentStage, ApprovalPolicy } from "../run.ts";
import type { ApprovalConditions, RiskLimits } from "../strategy.ts";
import { INDICATORS, type Indicator, type OrderMode } from "./definition.ts";

export const INDICATOR_WORDS: Readonly<Record<Indicator, string>> = {
  sma: "SMA 20, 50, 200",
  bollinger: "Bollinger bands",
  supertrend: "SuperTrend",
  macd: "MACD",
  rsi: "RSI",
  volume: "Volume",
};

export const TIMEFRAME_WORDS: Readonly<Record<Timeframe, string>> = { daily: "Daily", weekly: "Weekly" };

export const STAGE_WORDS: Readonly<Record<AgentStage, string>> = {
  technical_analysis: "Technical analyst",
  weekly_trend: "Weekly-trend analyst",
  consolidation: "Executor, weighing",
  decision: "Executor, deciding",
  risk_review: "Risk manager",
};

export const ORDER_MODE_WORDS: Readonly<Record<OrderMode, string>> = {
  place: "orders are placed",
  advise: "advice only, no order is ever sent",
};

export const APPROVAL_WORDS: Readonly<Record<ApprovalPolicy, string>> = {
  ask: "always ask a person",
  conditions: "ask a person on conditions",
  auto: "rules alone",
  never: "analyse only",
};

/** How a limit's value reads: `fraction` 0.05 as 5 %, the others as they stand. */
export type LimitKind = "fraction" | "multiple" | "money" | "number" | "atr" | "seconds" | "word" | "allowed";

export const LIMIT_WORDS: Readonly<Record<keyof RiskLimits, readonly [label: string, kind: LimitKind]>> = {
  minRCoefficient: ["Least R", "number"],
  minProfitMargin: ["Least profit margin", "fraction"],
  riskPerTrade: ["Risk per trade", "fraction"],
  maxOrderValue: ["Largest order", "money"],
  maxPositionValue: ["Largest position", "fraction"],
  maxGrossExposure: ["Largest gross exposure", "multiple"],
  maxNetExposure: ["Largest net exposure", "multiple"],
  maxConcentration: ["Three largest together", "multiple"],
  cashReserve: ["Cash reserve", "fraction"],
  maxOpenPositions: ["Most open positions", "number"],
  entryOrder: ["Entry order", "word"],
  entryAllowance: ["Entry allowance", "fraction"],
  maxEntryDistance: ["Largest entry distance", "fraction"],
  minStopAtr: ["Least stop distance", "atr"],
  maxStopDistance: ["Largest stop distance", "fraction"],
  allowShort: ["Short sales", "allowed"],
  allowAdd: ["Adding to an open position", "allowed"],
  maxOrdersPerDay: ["Most orders a day", "number"],
  maxDailyLoss: ["Largest daily loss", "fraction"],
  maxWeeklyLoss: ["Largest weekly loss", "fraction"],
  cooldownSessions: ["Cool-down sessions", "number"],
  allowOutsideSession: ["Orders while the market is closed", "allowed"],
  maxQuoteAgeSeconds: ["Oldest quote", "seconds"],
  minQuoteQuality: ["Least quote quality", "word"],
  maxSpread: ["Largest spread", "fraction"],
  maxBarDelaySeconds: ["Largest delay of bars", "seconds"],
  maxInputAgeSeconds: ["Oldest account figures", "seconds"],
};

export const CONDITION_WORDS: Readonly<Record<keyof ApprovalConditions, string>> = {
  valueAbove: "Ask when the value is above",
  lossAbove: "Ask when the loss at the stop is above",
  disagreement: "Ask on disagreement",
  firstTrade: "Ask at the first trade of a symbol",
  liveMode: "Ask with real money",
};

/** "SMA 20, 50, 200; MACD", or that it is all of them. */
export function indicatorText(chosen: readonly Indicator[]): string {
  if (chosen.length === INDICATORS.length) return "all six";
  return chosen.map((one) => INDICATOR_WORDS[one]).join("; ");
}
