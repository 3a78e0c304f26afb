// What the page of decisions shows. Types only; the route fills them from rows.
import type { Counterfactual } from "#store/model/counterfactual.ts";
import type { Signal } from "#store/model/decision.ts";
import type { OrderStatus } from "#store/model/order.ts";
import type { RiskVerdict } from "#store/model/risk.ts";
import type { ApprovalStatus } from "#store/model/run.ts";
import type { TradeOutcome } from "#store/model/trade.ts";

export type DecisionLine = {
  symbolRunId: string;
  visit: number;
  symbol: string;
  signal: Signal;
  currentPrice: string;
  targetPrice: string | null;
  stopPrice: string | null;
  profitMargin: string | null;
  rCoefficient: string | null;
  asOf: string;
  createdAt: string;
  kind: string;
  forkedFrom: string | null;
  strategy: string;
  strategyId: string;
  promptVersionId: string | null;
  promptVersion: string | null;
  verdict: RiskVerdict["verdict"] | null;
  codes: readonly string[] | null;
  approvalId: string | null;
  approval: ApprovalStatus | null;
  channel: string | null;
  reason: string | null;
  orderId: string | null;
  orderStatus: OrderStatus | null;
  outcome: string;
  trade: Pick<
    TradeOutcome,
    "closedAt" | "exitBy" | "realizedPnl" | "unrealizedPnl" | "r" | "currency"
  > | null;
  counterfactual: Pick<Counterfactual, "end" | "r" | "pnl" | "currency"> | null;
};

export type Choice = readonly [value: string, text: string];

export type DecisionsModel = {
  rows: readonly DecisionLine[];
  filter: {
    symbol: string;
    signal: string;
    outcome: string;
    strategy: string;
    prompt: string;
    kind: string;
    from: string;
    to: string;
  };
  outcomes: readonly Choice[];
  strategies: readonly Choice[];
  prompts: readonly Choice[];
  kinds: readonly Choice[];
  /** A filter that could not be read, in words. */
  fault: string | null;
  filtered: boolean;
  older: string | null;
  newer: string | null;
};
