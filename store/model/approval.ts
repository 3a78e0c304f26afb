// What a person is shown when an order needs the countersign: stored word for word with the answer. Pure.
import { z } from "zod";
import { Consolidation, RiskReview, TradeDecision } from "./decision.ts";
import {
  ApprovalId,
  ArtifactId,
  DecisionId,
  ExecutionId,
  Instant,
  SessionDate,
  SymbolRunId,
  Ticker,
} from "./ids.ts";
import { DecimalString } from "./money.ts";
import { OrderPlan, RuleOutcome } from "./risk.ts";

/** Why a person is asked instead of the written policy answering. */
export const AskReason = z.object({
  code: z.enum([
    "policy_ask",
    "value_above",
    "loss_above",
    "disagreement",
    "risk_manager_reduced",
    "first_trade",
    "live_mode",
    "asked_before",
    "broker_question",
  ]),
  /** For people, with the figures that led to it. */
  text: z.string(),
});
export type AskReason = z.infer<typeof AskReason>;

/** The price that the order was measured against when it was judged. */
export const ShownPrice = z.object({
  price: DecimalString,
  kind: z.enum(["quote", "last_close"]),
  /** Business time of the quote, UTC; of a close the end of its session. */
  at: Instant,
  /** Between that and the question, seconds of business time. */
  ageSeconds: z.number().int().nonnegative(),
  /** The broker's word for a quote (realtime, delayed, …); null for a close. */
  quality: z.string().nullable(),
  bid: DecimalString.nullable(),
  ask: DecimalString.nullable(),
});
export type ShownPrice = z.infer<typeof ShownPrice>;

/** Something that the broker asked about this order and that the written policy leaves to a person. */
export const BrokerQuestion = z.object({
  /** IBKR's message id; without one it can never be confirmed. */
  messageId: z.string().nullable(),
  text: z.string(),
  /** Why the policy does not answer it. */
  why: z.string(),
});
export type BrokerQuestion = z.infer<typeof BrokerQuestion>;

export const ApprovalQuestion = z.object({
  approvalId: ApprovalId,
  executionId: ExecutionId,
  symbolRunId: SymbolRunId,
  symbol: Ticker,
  instrumentName: z.string(),
  /** True for an index level that the simulator replays as if it could be traded. */
  indexReplay: z.boolean(),
  /** How often this has been asked, from 1; above 1 the market has moved since the last answer. */
  asked: z.number().int().positive(),
  /** Why it is asked anew; null the first time. */
  why: z.string().nullable(),
  /** Why a person is asked at all; empty when the written policy answers. */
  because: z.array(AskReason).default([]),
  /** To approve is to answer yes to these, for this order alone. */
  brokerQuestions: z.array(BrokerQuestion).default([]),
  decisionId: DecisionId,
  decision: TradeDecision,
  /** Reasons for and against, and whether the analysts agreed. */
  consolidation: Consolidation,
  /** The order that an approval sends: size, limit, stop, target, loss at the stop. */
  plan: OrderPlan,
  /** The price that the size and the limit were measured against; null in questions of an older version. */
  reference: ShownPrice.nullable().default(null),
  /** Rules that clamped the size, with what each took. */
  clamps: z.array(RuleOutcome),
  /** The risk manager's word. */
  review: RiskReview,
  /** Null: the workflow does not look at that timeframe. */
  charts: z.object({ daily: ArtifactId.nullable(), weekly: ArtifactId.nullable() }),
  /** The session that the order is meant for; null in questions of an older version. */
  session: SessionDate.nullable().default(null),
  /** UTC; unanswered by then counts as rejected. */
  expiresAt: Instant,
  /** The clock that `expiresAt` is on: a simulator's market has a time of its own. */
  expiresOn: z.enum(["machine", "market"]).default("machine"),
});
export type ApprovalQuestion = z.infer<typeof ApprovalQuestion>;
