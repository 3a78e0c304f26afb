// What the dashboard and the kill switch show. Types only.
import type { AccountSummary, Order, Position } from "#store/model/order.ts";
import type { TradingState } from "#store/model/risk.ts";
import type { ExecutionStatus } from "#store/model/run.ts";
import type { ApprovalModel } from "../parts/approval.tsx";
import type { Benchmark, CurvePoint } from "../parts/drawings.tsx";
import type { ExecutionLine } from "../parts/tables.tsx";

export type AlertLine = {
  id: number;
  level: "info" | "warning" | "alarm";
  message: string;
  createdAt: string;
};

export type Change = { amount: string; share: string };

/** How far a newcomer has come; `pending`: the approval that waits for them. */
export type StepsModel = {
  executionId: string | null;
  executionStatus: ExecutionStatus | null;
  pending: string | null;
  answered: boolean;
  orderId: string | null;
  orderRunId: string | null;
  filled: boolean;
};

export type DashboardModel = {
  trading: { state: TradingState; reason: string | null; who: string | null; at: string | null };
  broker: {
    state: "ok" | "degraded" | "down";
    detail: string;
    todo?: string | null;
    provenAt: string | null;
  };
  /** Milliseconds since the broker's last round trip; null when there was none. */
  provenAgoMs: number | null;
  /** Null while the broker does not tell the time. `changesAt`: when it closes, or opens next. */
  market: { open: boolean; session: string; changesAt: string } | null;
  /** Null with a real broker: its market moves by itself. */
  simulator: { end: string | null } | null;
  summary: AccountSummary | null;
  curve: readonly CurvePoint[];
  /** Equity against the first day of the curve, in currency and as a fraction. */
  change: Change | null;
  /** Against the last figures of an earlier day; null on the first day. */
  today: (Change & { since: string }) | null;
  benchmark: Benchmark | null;
  /** Null before the first closed trade. */
  losingStreak: {
    trades: number;
    atLeast: boolean;
    lost: readonly { currency: string; amount: string }[];
  } | null;
  positions: readonly Position[];
  unrealizedPnl: string;
  approvals: readonly ApprovalModel[];
  /** Running or waiting. */
  inHand: readonly ExecutionLine[];
  /** Finished lately. */
  executions: readonly ExecutionLine[];
  alerts: readonly AlertLine[];
  blocks: readonly { symbol: string; reason: string }[];
  /** Null once the desk has traded. */
  steps: StepsModel | null;
};

export type HaltAct = "halt" | "cancel" | "flatten";

export type HaltModel = {
  act: HaltAct;
  /** Entries of the desk that work at the broker. */
  entries: readonly Pick<Order, "symbol" | "side" | "quantity" | "limitPrice" | "status" | "currency">[];
  /** What the desk itself holds, and how it would be closed. */
  holdings: readonly {
    symbol: string;
    quantity: string;
    side: "BUY" | "SELL";
    currency: string;
    marketValue: string | null;
  }[];
};
