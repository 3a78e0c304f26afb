// Everything the page of one symbol run shows. Types only; routes fill them from rows.
import type {
  AnalystReport,
  Consolidation,
  Grounding,
  RiskReview,
  TradeDecision,
} from "#store/model/decision.ts";
import type { LlmCallRecord } from "#store/model/llm-call.ts";
import type { OrderEventKind, OrderStatus } from "#store/model/order.ts";
import type { OrderPlan, RiskVerdict, RuleOutcome } from "#store/model/risk.ts";
import type { NodeEventKind, NodeName, SymbolRunStatus } from "#store/model/run.ts";
import type { TradeOutcome } from "#store/model/trade.ts";
import type { ApprovalModel } from "../parts/approval.tsx";
import type { ChartModel } from "../parts/chart.tsx";
import type { FillLine, OrderLine } from "../parts/tables.tsx";

export type NodeState = "finished" | "running" | "waiting" | "failed" | "ahead" | "skipped";

export type NodeEventModel = {
  id: number;
  visit: number;
  attempt: number;
  kind: NodeEventKind;
  at: string;
  durationMs: number | null;
  /** JSON as text; null when the node gave none. */
  output: string | null;
  error: { code: string; message: string } | null;
};

export type NodeModel = {
  node: NodeName;
  state: NodeState;
  /** Passes of the graph through this node. */
  visits: number;
  /** Starts over all visits; more than visits after a crash or a retry. */
  attempts: number;
  durationMs: number | null;
  events: readonly NodeEventModel[];
};

export type ReportModel = {
  id: string;
  stage: string;
  visit: number;
  report: AnalystReport;
  grounding: Grounding;
  llmCallId: string;
};

export type DecisionModel = TradeDecision & {
  id: string;
  visit: number;
  consolidation: Consolidation | null;
  grounding: Grounding;
  llmCallId: string;
  createdAt: string;
};

export type VerdictModel = {
  id: string;
  decisionId: string;
  step: "gate" | "review" | "answer";
  verdict: RiskVerdict["verdict"];
  codes: readonly string[];
  rules: readonly RuleOutcome[];
  plan: OrderPlan | null;
  review: RiskReview | null;
  createdAt: string;
};

export type OrderModel = OrderLine & {
  clientOrderId: string | null;
  brokerOrderId: string | null;
  events: readonly {
    id: number;
    kind: OrderEventKind;
    fromStatus: OrderStatus;
    toStatus: OrderStatus;
    at: string;
  }[];
  fills: readonly FillLine[];
};

export type CallModel = Pick<
  LlmCallRecord,
  | "id"
  | "stage"
  | "visit"
  | "attempt"
  | "model"
  | "endpoint"
  | "method"
  | "messages"
  | "rawAnswer"
  | "status"
  | "error"
  | "inputTokens"
  | "outputTokens"
  | "costUsd"
  | "latencyMs"
  | "requestHash"
  | "promptContentHash"
> & { promptVersionId: string | null };

export type RunModel = {
  id: string;
  symbol: string;
  status: SymbolRunStatus;
  error: { code: string; message: string } | null;
  executionId: string;
  asOf: string;
  mode: string;
  gatewaySession: string;
  startedAt: string | null;
  finishedAt: string | null;
  durationMs: number | null;
  nodes: readonly NodeModel[];
  charts: readonly ChartModel[];
  reports: readonly ReportModel[];
  decisions: readonly DecisionModel[];
  verdicts: readonly VerdictModel[];
  approvals: readonly ApprovalModel[];
  orders: readonly OrderModel[];
  /** What became of the decision; null while nothing of it has filled. */
  outcome: TradeOutcome | null;
  calls: readonly CallModel[];
  llm: { calls: number; inputTokens: number; outputTokens: number; costUsd: string; unpricedCalls: number };
  /** Artifact of a picture by its hash, so that a prompt's image is a link. */
  pictureOf: Readonly<Record<string, string>>;
};
