// What agents may say: reports and decisions as checked data. Pure. A decision cannot be built without a model answer.
import { z } from "zod";
import { Ticker } from "./ids.ts";
import { DecimalString } from "./money.ts";

export const Stance = z.enum(["bullish", "bearish", "neutral"]);
export type Stance = z.infer<typeof Stance>;

/** One number an agent states, by the name of the computed value it claims to repeat. */
export const Evidence = z.object({
  /** Key in the prompt's value block, such as "rsi14" or "sma200"; "none" when the statement has no number. */
  value: z.string(),
  /** The number as the agent states it; null with "none". */
  stated: z.number().nullable(),
  statement: z.string().max(400),
});
export type Evidence = z.infer<typeof Evidence>;

/** An analyst's reading of one chart. Prices in the instrument's currency. */
export const AnalystReport = z.object({
  symbol: Ticker,
  stance: Stance,
  trend: z.enum(["up", "down", "sideways"]),
  summary: z.string().max(1500),
  support: z.array(z.number()).max(5),
  resistance: z.array(z.number()).max(5),
  evidence: z.array(Evidence).min(1).max(12),
  /** What would prove this reading wrong. */
  invalidation: z.string().max(400),
});
export type AnalystReport = z.infer<typeof AnalystReport>;

/** The reports of all analysts weighed against each other: points for, against, and where they disagree. */
export const Consolidation = z.object({
  symbol: Ticker,
  stance: Stance,
  agreement: z.enum(["agree", "partly", "disagree"]),
  summary: z.string().max(1500),
  reasonsFor: z.array(z.string().max(300)).max(8),
  reasonsAgainst: z.array(z.string().max(300)).max(8),
});
export type Consolidation = z.infer<typeof Consolidation>;

export const Signal = z.enum(["BUY", "SELL", "HOLD"]);
export type Signal = z.infer<typeof Signal>;

/**
 * What the executor agent answers. Prices as plain numbers in the instrument's currency (models speak JSON numbers);
 * target and stop are null exactly for HOLD.
 */
export const ProposedDecision = z.object({
  symbol: Ticker,
  signal: Signal,
  currentPrice: z.number().positive(),
  targetPrice: z.number().positive().nullable(),
  stopPrice: z.number().positive().nullable(),
  strategyUsed: z.string().max(120),
  analysis: z.string().max(3000),
});
export type ProposedDecision = z.infer<typeof ProposedDecision>;

/** A grounded decision with the figures computed by code (requirement A5). Decimals in the instrument's currency. */
export const TradeDecision = z.object({
  symbol: Ticker,
  signal: Signal,
  currentPrice: DecimalString,
  targetPrice: DecimalString.nullable(),
  stopPrice: DecimalString.nullable(),
  /** |target − price| / price, a fraction (0.05 is 5 %); null for HOLD. */
  profitMargin: DecimalString.nullable(),
  /** (target − price) / (price − stop), mirrored for a sale; null for HOLD or when the stop is on the wrong side. */
  rCoefficient: DecimalString.nullable(),
  strategyUsed: z.string(),
  analysis: z.string(),
});
export type TradeDecision = z.infer<typeof TradeDecision>;

/** The risk manager's word on an order that code has passed: it may reduce or veto, never enlarge. */
export const RiskReview = z.object({
  verdict: z.enum(["accept", "reduce", "veto"]),
  /** Share of the approved quantity to keep, 0 < f ≤ 1; only read with "reduce". */
  keepFraction: z.number().gt(0).lte(1).nullable(),
  reason: z.string().max(800),
});
export type RiskReview = z.infer<typeof RiskReview>;

/** One checked number of a report or decision: what was stated against what is stored. */
export const GroundingCheck = z.object({
  where: z.string(),
  stated: z.number(),
  /** The stored value it was held against; null when nothing stored comes near. */
  stored: z.number().nullable(),
  valueName: z.string().nullable(),
  grounded: z.boolean(),
});
export type GroundingCheck = z.infer<typeof GroundingCheck>;

export const Grounding = z.object({ grounded: z.boolean(), checks: z.array(GroundingCheck) });
export type Grounding = z.infer<typeof Grounding>;
