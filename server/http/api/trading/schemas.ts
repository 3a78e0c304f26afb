// Shapes of API answers about decisions, approvals, orders and the account. Words are those of store/model.
import { z } from "@hono/zod-openapi";
import { ApprovalQuestion } from "#store/model/approval.ts";
import { AnalystReport, Consolidation, Grounding, RiskReview, TradeDecision } from "#store/model/decision.ts";
import {
  AccountId,
  ApprovalId,
  DecisionId,
  Instant,
  LlmCallId,
  OrderId,
  SymbolRunId,
  VerdictId,
} from "#store/model/ids.ts";
import { LlmCallRecord } from "#store/model/llm-call.ts";
import { DecimalString } from "#store/model/money.ts";
import {
  AccountSummary,
  Fill as FillModel,
  OrderEventKind,
  Order as OrderModel,
  OrderStatus,
  Position as PositionModel,
} from "#store/model/order.ts";
import { RiskVerdict, TradingState } from "#store/model/risk.ts";
import { AgentStage, ApprovalChannel, ApprovalEdit, ApprovalStatus } from "#store/model/run.ts";
import { documented } from "../api.ts";

export const Report = z
  .object({
    id: z.uuid(),
    symbolRunId: SymbolRunId,
    stage: AgentStage,
    visit: z.number().int(),
    report: AnalystReport,
    grounding: Grounding,
    llmCallId: LlmCallId,
    createdAt: Instant,
  })
  .openapi("Report");

export const Decision = TradeDecision.extend({
  id: DecisionId,
  symbolRunId: SymbolRunId,
  visit: z.number().int(),
  consolidation: Consolidation.nullable(),
  consolidationCallId: LlmCallId.nullable(),
  grounding: Grounding,
  llmCallId: LlmCallId,
  createdAt: Instant,
}).openapi("Decision");

export const Verdict = RiskVerdict.extend({
  id: VerdictId,
  decisionId: DecisionId,
  step: z.enum(["gate", "review", "answer"]),
  sequence: z.number().int(),
  snapshot: z.unknown(),
  review: RiskReview.nullable(),
  llmCallId: LlmCallId.nullable(),
  createdAt: Instant,
}).openapi("Verdict");

export const Approval = z
  .object({
    id: ApprovalId,
    symbolRunId: SymbolRunId,
    verdictId: VerdictId,
    status: ApprovalStatus,
    shown: documented(ApprovalQuestion, "ApprovalQuestion", "Exactly what the person is shown."),
    expiresAt: Instant,
    edit: ApprovalEdit.nullable(),
    reason: z.string().nullable(),
    answeredBy: z.string().nullable(),
    channel: ApprovalChannel.nullable(),
    answeredAt: Instant.nullable(),
    createdAt: Instant,
  })
  .openapi("Approval");

export const Order = OrderModel.extend({
  gatewaySession: z.string(),
  createdAt: Instant,
  updatedAt: Instant,
}).openapi("Order");

export const OrderEvent = z
  .object({
    id: z.number().int(),
    orderId: OrderId,
    kind: OrderEventKind,
    fromStatus: OrderStatus,
    toStatus: OrderStatus,
    at: Instant,
    details: z.unknown(),
    recordedAt: Instant,
  })
  .openapi("OrderEvent");

export const Fill = documented(FillModel, "Fill");

export const OrderDetail = Order.extend({
  events: z.array(OrderEvent),
  fills: z.array(Fill),
  children: z.array(Order),
}).openapi("OrderDetail");

export const Position = PositionModel.extend({ at: Instant }).openapi("Position");

export const Snapshot = documented(AccountSummary, "PortfolioSnapshot");

export const LlmCall = LlmCallRecord.extend({ createdAt: Instant, parsed: z.unknown().nullable() }).openapi(
  "LlmCall",
);

export const CurrentTradingState = z
  .object({
    state: TradingState,
    reason: z.string().nullable(),
    who: z.string().nullable(),
    at: Instant.nullable(),
  })
  .openapi("TradingStateNow");

export const Alert = z
  .object({
    id: z.number().int(),
    level: z.enum(["info", "warning", "alarm"]),
    code: z.string(),
    message: z.string(),
    facts: z.unknown(),
    symbolRunId: SymbolRunId.nullable(),
    orderId: OrderId.nullable(),
    createdAt: Instant,
    acknowledgedAt: Instant.nullable(),
    acknowledgedBy: z.string().nullable(),
  })
  .openapi("Alert");

export const Portfolio = z
  .object({
    accountId: AccountId,
    summary: Snapshot.nullable(),
    positions: z.array(Position),
    unrealizedPnl: documented(DecimalString, null, "Sum over the positions that state it."),
    realizedPnl: DecimalString,
  })
  .openapi("Portfolio");
