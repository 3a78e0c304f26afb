// The subjects that agents are given: charts with their values, reports, the account. Types only.
import type { Bar } from "#store/model/bar.ts";
import type { AnalystReport, Consolidation, Grounding, TradeDecision } from "#store/model/decision.ts";
import type { LlmCallId } from "#store/model/ids.ts";
import type { Instrument } from "#store/model/instrument.ts";
import type { AccountSummary, Order, OrderSide, Position } from "#store/model/order.ts";
import type { RiskVerdict } from "#store/model/risk.ts";
import type { RiskLimits } from "#store/model/strategy.ts";
import type { ChartDescription } from "#tools/charts/describe.ts";
import type { ComputedValues } from "#tools/indicators/index.ts";

/** Which instrument the run is about; prices everywhere are in its currency. */
export type Subject = Pick<Instrument, "symbol" | "name" | "currency" | "indexReplay">;

/** The stored numbers that statements are held against: the value block and the finished bars behind it. */
export type StoredNumbers = { values: ComputedValues; bars: readonly Bar[] };

/** One chart as an analyst gets it. `png` null sends numbers only, and the prompt says so. */
export type ChartMaterial = StoredNumbers & { description: ChartDescription; png: Uint8Array | null };

export type AnalystInput = { subject: Subject; chart: ChartMaterial };

export type ReportMaterial = StoredNumbers & { report: AnalystReport };

/** Account as of now. Only figures go into a prompt, never the account's id. */
export type PortfolioMaterial = {
  account: AccountSummary;
  positions: readonly Position[];
  /** Orders of this symbol that are still working. */
  openOrders: readonly Order[];
  /** The trade that is open in this symbol, and why it was made; null without one. */
  openTrade: OpenTrade | null;
};

export type OpenTrade = {
  side: OrderSide;
  entryPrice: string;
  targetPrice: string | null;
  stopPrice: string | null;
  /** The analysis text of the decision that opened it: another model's words, data and nothing else. */
  thesis: string;
};

/** A timeframe that the workflow does not look at is null; one of them is always there. */
export type ConsolidationInput = {
  subject: Subject;
  daily: ReportMaterial | null;
  weekly: ReportMaterial | null;
  portfolio: PortfolioMaterial;
};

/** A decision that was denied and comes back once, with the rules that denied it. */
export type Revision = { decision: TradeDecision; verdict: RiskVerdict };

export type DecisionInput = ConsolidationInput & {
  consolidation: Consolidation;
  limits: RiskLimits;
  revision: Revision | null;
};

export type RiskReviewInput = ConsolidationInput & {
  consolidation: Consolidation;
  decision: TradeDecision;
  verdict: RiskVerdict;
};

/** The common part of every agent's result: the call whose answer it is, and how its numbers fared. */
export type Answered = { llmCallId: LlmCallId; grounding: Grounding };
