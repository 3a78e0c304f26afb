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
import type { NodeName, SymbolRunStatus } from "#store/model/run.ts";
import type { TradeOutcome } from "#store/model/trade.ts";
import type { ApprovalModel } from "../parts/approval.tsx";
import type { ChartModel } from "../parts/chart.tsx";
import type { FillLine, OrderLine } from "../parts/tables.tsx";
import type { TradePicture } from "../trade/model.ts";

/** `skipped`: it finished without anything to do in this workflow; `unreached`: the run ended before it. */
export type NodeState = "finished" | "running" | "waiting" | "failed" | "ahead" | "skipped" | "unreached";

export type NodeModel = {
  node: NodeName;
  state: NodeState;
  /** Passes of the graph through this node. */
  visits: number;
  /** Starts over all visits; more than visits after a crash or a retry. */
  attempts: number;
  durationMs: number | null;
  /** Why it had nothing to do; null otherwise. */
  skipped: string | null;
  /** Of the newest attempt that failed, even when a later one went well. */
  error: { code: string; message: string } | null;
};

/** One visit of one node in full. */
export type NodeDetail = {
  node: NodeName;
  visit: number;
  visits: readonly number[];
  state: NodeState;
  skipped: string | null;
  durationMs: number | null;
  /** JSON as text; null when the node gave none. */
  output: string | null;
  /** The newest results of the nodes before it that were there when it began. */
  inputs: readonly { node: NodeName; visit: number; output: string | null }[];
  calls: readonly CallModel[];
  /** Starts, ends, waits and model calls in their order of time. */
  log: readonly {
    at: string;
    kind: string;
    text: string;
    durationMs: number | null;
    error: { code: string; message: string } | null;
    callId: string | null;
  }[];
};

/** What was said and done in a run, in order: agents, rules, risk manager, person, broker. */
export type ThreadEntry = { at: string } & (
  | { by: "agent"; call: CallModel }
  | { by: "rules"; verdict: VerdictModel }
  | { by: "desk"; approval: ApprovalModel }
  | { by: "person"; approval: ApprovalModel }
  | { by: "broker"; order: OrderModel; event: OrderModel["events"][number] }
);

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
    /** Business time. */
    at: string;
    /** When the desk wrote it down. */
    recordedAt: string;
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
  | "parsed"
> & { promptVersionId: string | null; createdAt: string };

export type RunModel = {
  id: string;
  symbol: string;
  status: SymbolRunStatus;
  error: { code: string; message: string } | null;
  executionId: string;
  asOf: string;
  mode: string;
  gatewaySession: string;
  dryRun: boolean;
  /** The run that this one tries again; null when it is no fork. */
  forkedFrom: string | null;
  startedAt: string | null;
  finishedAt: string | null;
  durationMs: number | null;
  nodes: readonly NodeModel[];
  /** The visit that was asked for in the address; null when none was, or it never was. */
  chosen: NodeDetail | null;
  charts: readonly ChartModel[];
  /** The trade drawn over the stored bars, one per timeframe. */
  pictures: readonly TradePicture[];
  reports: readonly ReportModel[];
  decisions: readonly DecisionModel[];
  verdicts: readonly VerdictModel[];
  approvals: readonly ApprovalModel[];
  orders: readonly OrderModel[];
  /** The order that was not sent, because the workflow only advises; null for every other run. */
  advice: string | null;
  /** What became of the decision; null while nothing of it has filled. */
  outcome: TradeOutcome | null;
  calls: readonly CallModel[];
  thread: readonly ThreadEntry[];
  /** The call whose exact words are shown: its id, "all", or null. */
  openCall: string | null;
  artifactCount: number;
  llm: { calls: number; inputTokens: number; outputTokens: number; costUsd: string; unpricedCalls: number };
  /** Artifact of a picture by its hash, so that a prompt's image is a link. */
  pictureOf: Readonly<Record<string, string>>;
};
