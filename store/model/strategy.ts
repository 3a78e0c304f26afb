// Strategy parameters as stored in the database: what a user tunes. Pure; unknown keys are errors.
import { z } from "zod";
import { Timeframe } from "./bar.ts";
import { Ticker } from "./ids.ts";
import { DecimalString } from "./money.ts";
import { AgentStage, ApprovalPolicy } from "./run.ts";

const fraction = (text: string) =>
  DecimalString.default(text as DecimalString).refine(
    (value) => Number(value) > 0 && Number(value) <= 1,
    "a fraction above 0, at most 1",
  );
const positive = (text: string) =>
  DecimalString.default(text as DecimalString).refine((value) => Number(value) > 0, "above 0");

/** Limits of the risk gate. Fractions are of account equity unless said otherwise (0.01 is 1 %). */
export const RiskLimits = z.strictObject({
  /** Lowest R = reward / risk. */
  minRCoefficient: positive("1"),
  /** Lowest |target − price| / price. */
  minProfitMargin: fraction("0.05"),
  /** Equity lost at most if the stop fills. */
  riskPerTrade: fraction("0.01"),
  /** Value of one position at most. */
  maxPositionValue: fraction("0.20"),
  /** Sum of all position and open entry values at most. */
  maxGrossExposure: fraction("1"),
  maxOpenPositions: z.number().int().min(1).max(1000).default(10),
  /** |limit − last price| / last price at most. */
  maxEntryDistance: fraction("0.03"),
  /** The stop lies at least so many daily ATR(14) from the entry. */
  minStopAtr: positive("0.5"),
  allowShort: z.boolean().default(false),
});
export type RiskLimits = z.infer<typeof RiskLimits>;

/** One chart: timeframe, bars drawn, bars loaded. */
export const ChartSetting = z.strictObject({
  timeframe: Timeframe,
  barsShown: z.number().int().min(60).max(250),
  barsLoaded: z.number().int().min(250).max(1000),
});
export type ChartSetting = z.infer<typeof ChartSetting>;

/** One agent stage: model (null is the desk's default) and bound on tool calls. */
export const AgentSetting = z.strictObject({
  model: z.string().min(1).nullable(),
  maxToolCalls: z.number().int().min(0).max(20),
});
export type AgentSetting = z.infer<typeof AgentSetting>;

/** Immutable content of a workflow version. */
export const WorkflowDefinition = z.strictObject({
  charts: z
    .array(ChartSetting)
    .length(2)
    .default([
      { timeframe: "daily", barsShown: 200, barsLoaded: 504 },
      { timeframe: "weekly", barsShown: 200, barsLoaded: 520 },
    ]),
  agents: z.partialRecord(AgentStage, AgentSetting).default({}),
  /** Times a denied decision may go back to the executor. */
  maxRevisions: z.number().int().min(0).max(3).default(1),
});
export type WorkflowDefinition = z.infer<typeof WorkflowDefinition>;

export const StrategyParameters = z.strictObject({
  symbols: z.array(Ticker).min(1).max(5000),
  approval: ApprovalPolicy.default("ask"),
  risk: RiskLimits.prefault({}),
});
export type StrategyParameters = z.infer<typeof StrategyParameters>;
