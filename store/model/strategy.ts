// Strategy parameters as stored in the database: what a user tunes. Pure; unknown keys are errors.
import { z } from "zod";
import { Ticker } from "./ids.ts";
import { DecimalString } from "./money.ts";
import { ApprovalPolicy } from "./run.ts";
import { Schedule } from "./workflow/schedule.ts";

export { AgentSetting, ChartSetting, WorkflowDefinition } from "./workflow/definition.ts";

const between = (text: string, low: number, high: number, words: string) =>
  DecimalString.default(text as DecimalString).refine(
    (value) => Number(value) >= low && Number(value) <= high,
    words,
  );
const fraction = (text: string) =>
  DecimalString.default(text as DecimalString).refine(
    (value) => Number(value) > 0 && Number(value) <= 1,
    "a fraction above 0, at most 1 (0.05 is 5 %)",
  );
/** A fraction that may be switched off with 0. */
const share = (text: string) => between(text, 0, 1, "a fraction from 0 to 1 (0.05 is 5 %)");
const positive = (text: string) =>
  DecimalString.default(text as DecimalString).refine((value) => Number(value) > 0, "above 0");
const exposure = (text: string) => between(text, 0.01, 4, "a multiple of equity from 0.01 to 4");
const count = (normal: number, low: number, high: number) =>
  z.number().int().min(low).max(high).default(normal);

/** The limits themselves, field by field (defaults included); `RiskLimits` adds the checks across fields. */
const limitFields = z.strictObject({
  // Is the trade worth it (requirement K1)?
  /** Lowest R = reward / risk at the decision's own price. */
  minRCoefficient: positive("1"),
  /** Lowest |target − price| / price. */
  minProfitMargin: fraction("0.05"),

  // How much may one trade cost?
  /** Equity lost at most if the stop fills. */
  riskPerTrade: fraction("0.01"),
  /** Value of one order at most, in the account's currency. */
  maxOrderValue: positive("50000"),
  /** Value of one symbol at most, held and working together. */
  maxPositionValue: fraction("0.20"),
  /** Sum of all position and open entry values at most. */
  maxGrossExposure: exposure("1"),
  /** |long − short| values at most, open entries included. */
  maxNetExposure: exposure("1"),
  /** Value of the three largest symbols together at most. */
  maxConcentration: exposure("0.60"),
  /** Equity that is never spent: buying power below it is not used. */
  cashReserve: share("0.05"),
  maxOpenPositions: count(10, 1, 1000),

  // The order's own shape.
  entryOrder: z.enum(["LIMIT", "MARKET"]).default("LIMIT"),
  /** A limit entry may go so far beyond the decision's price to be filled (fraction of that price); 0: not at all. */
  entryAllowance: share("0.005"),
  /** |entry − reference price| / reference price at most. */
  maxEntryDistance: fraction("0.03"),
  /** The stop lies at least so many daily ATR(14) from the entry. */
  minStopAtr: positive("0.5"),
  /** |entry − stop| / entry at most. */
  maxStopDistance: fraction("0.25"),
  allowShort: z.boolean().default(false),
  /** Whether an entry may enlarge a position that is already open. */
  allowAdd: z.boolean().default(false),

  // Stops on losses and on activity.
  maxOrdersPerDay: count(20, 1, 10_000),
  /** Equity lost in one session at which new entries stop. */
  maxDailyLoss: fraction("0.03"),
  /** Equity lost since the week's first session at which new entries stop. */
  maxWeeklyLoss: fraction("0.06"),
  /** Sessions without new entries after one that reached the daily loss; 0: none. */
  cooldownSessions: count(1, 0, 20),

  // What may price an order.
  /** Orders may be left resting for the next session while the market is closed. */
  allowOutsideSession: z.boolean().default(true),
  /** Age of the quote at most, seconds of market time; only while the session is open. */
  maxQuoteAgeSeconds: count(60, 1, 3600),
  /** `delayed` also lets delayed quotes price an order. */
  minQuoteQuality: z.enum(["realtime", "delayed"]).default("realtime"),
  /** (ask − bid) / mid at most; only while the session is open. */
  maxSpread: fraction("0.01"),
  /** Delay of the bars at most in seconds while the session is open; finished bars have none to show. */
  maxBarDelaySeconds: count(0, 0, 3600),
  /** Age of account, positions, orders and results at most, seconds of machine time since they were read. */
  maxInputAgeSeconds: count(120, 5, 3600),
});

/** Limits of the risk gate. Fractions are of account equity unless said otherwise (0.01 is 1 %). */
export const RiskLimits = limitFields
  .refine((limits) => Number(limits.entryAllowance) <= Number(limits.maxEntryDistance), {
    path: ["entryAllowance"],
    message: "at most maxEntryDistance",
  })
  .refine((limits) => Number(limits.maxDailyLoss) <= Number(limits.maxWeeklyLoss), {
    path: ["maxDailyLoss"],
    message: "at most maxWeeklyLoss",
  })
  .refine((limits) => Number(limits.riskPerTrade) <= Number(limits.maxDailyLoss), {
    path: ["riskPerTrade"],
    message: "at most maxDailyLoss",
  });
export type RiskLimits = z.infer<typeof RiskLimits>;

const amount = DecimalString.refine((value) => Number(value) > 0, "above 0");

/** With approval "conditions": a person is asked when one of these holds. Money in the order's currency. */
export const ApprovalConditions = z.strictObject({
  /** Value of the order above which a person is asked; null: at no value. */
  valueAbove: amount.nullable().default(null),
  /** Loss at the stop above which a person is asked; null: at no loss. */
  lossAbove: amount.nullable().default(null),
  /** The analysts do not agree, or the risk manager has cut the order. */
  disagreement: z.boolean().default(true),
  /** This account has never traded the symbol by this desk. */
  firstTrade: z.boolean().default(true),
  /** Real money. */
  liveMode: z.boolean().default(true),
});
export type ApprovalConditions = z.infer<typeof ApprovalConditions>;

function asksEver(when: ApprovalConditions): boolean {
  const { valueAbove, lossAbove, disagreement, firstTrade, liveMode } = when;
  return valueAbove !== null || lossAbove !== null || disagreement || firstTrade || liveMode;
}

export const StrategyParameters = z
  .strictObject({
    symbols: z.array(Ticker).min(1).max(5000),
    approval: ApprovalPolicy.default("ask"),
    /** Read with approval "conditions" only. */
    askWhen: ApprovalConditions.prefault({}),
    risk: RiskLimits.prefault({}),
    /** When it runs by itself; null: only when a person or a program starts it. */
    schedule: Schedule.nullable().default(null),
  })
  .refine(({ approval, askWhen }) => approval !== "conditions" || asksEver(askWhen), {
    path: ["askWhen"],
    message: 'name at least one condition, or choose approval "auto"',
  });
export type StrategyParameters = z.infer<typeof StrategyParameters>;
