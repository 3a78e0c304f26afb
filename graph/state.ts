// What travels through the graph: ids, hashes and small facts. Bars, pictures, prompts and answers live in tables.
// Every key is written by one node as a whole, so that a checkpoint stays a few hundred bytes. Decimals are text.
import { ReducedValue, StateSchema } from "@langchain/langgraph";
import { z } from "zod";
import { BrokerQuestion } from "#store/model/approval.ts";
import { Signal, Stance } from "#store/model/decision.ts";
import { InvariantError } from "#store/model/errors.ts";
import {
  ApprovalId,
  ArtifactId,
  Conid,
  DecisionId,
  Instant,
  LlmCallId,
  OrderId,
  SessionDate,
  SymbolRunId,
  Ticker,
  VerdictId,
} from "#store/model/ids.ts";
import { Sha256 } from "#store/model/llm-call.ts";
import { AccountSummary, Order, OrderStatus, Position } from "#store/model/order.ts";
import { OrderPlan } from "#store/model/risk.ts";
import { ApprovalStatus, NodeName } from "#store/model/run.ts";

/** Raised whenever a node is renamed or a key of the state changes its meaning: older threads are refused. */
export const GRAPH_VERSION = "2";

export const RunFacts = z.object({
  symbolRunId: SymbolRunId,
  symbol: Ticker,
  /** UTC instant the analysis speaks about; no bar after it is read. */
  asOf: Instant,
});
export type RunFacts = z.infer<typeof RunFacts>;

const SeriesFacts = z.object({
  /** Row of the bar cache. */
  seriesId: z.number().int(),
  count: z.number().int().positive(),
  first: SessionDate,
  last: SessionDate,
  /** Over all bars: a resumed run that finds other bars in the cache stops instead of mixing them. */
  sha256: Sha256,
});

export const MarketFacts = z.object({
  conid: Conid,
  /** The newest session over at `asOf`. */
  upTo: SessionDate,
  /** Seconds by which the bars lag. */
  delaySeconds: z.number().int().nonnegative(),
  /** Always there: the rules price, size and stop orders by daily bars, whatever the agents look at. */
  daily: SeriesFacts,
  /** Null where the workflow has no weekly chart. */
  weekly: SeriesFacts.nullable(),
});
export type MarketFacts = z.infer<typeof MarketFacts>;

/** The account when the run began: what the agents are told, the same again after a crash. The gate reads it anew. */
export const PortfolioFacts = z.object({
  account: AccountSummary,
  /** This symbol's position first, then the largest. */
  positions: z.array(Position),
  /** Orders of this symbol that are still working. */
  openOrders: z.array(Order),
  /** The decision that opened the position in this symbol; null without one. */
  openedBy: DecisionId.nullable(),
});
export type PortfolioFacts = z.infer<typeof PortfolioFacts>;

const ChartIds = z.object({
  png: ArtifactId,
  spec: ArtifactId,
  marketData: ArtifactId,
  /** Of the picture: what the model saw. */
  sha256: Sha256,
});
export type ChartIds = z.infer<typeof ChartIds>;
/** Null where the workflow has no such chart; one is always there. */
export const ChartFacts = z.object({ daily: ChartIds.nullable(), weekly: ChartIds.nullable() });
export type ChartFacts = z.infer<typeof ChartFacts>;

export const AnalystFacts = z.object({ reportId: z.uuid(), llmCallId: LlmCallId, stance: Stance });
export type AnalystFacts = z.infer<typeof AnalystFacts>;

/** An agent that gave no grounded opinion; one is enough to end the run as abstained. */
export const Abstention = z.object({ node: NodeName, code: z.string(), message: z.string() });
export type Abstention = z.infer<typeof Abstention>;

export const DecisionFacts = z.object({ decisionId: DecisionId, signal: Signal });
export type DecisionFacts = z.infer<typeof DecisionFacts>;

export const VerdictFacts = z.object({
  verdictId: VerdictId,
  verdict: z.enum(["approved", "reduced", "denied"]),
  codes: z.array(z.string()),
  /** Where it goes: on, back to the executor, or to the end. */
  next: z.enum(["pass", "revise", "stop"]),
  /** The order allowed; null when denied. */
  plan: OrderPlan.nullable(),
});
export type VerdictFacts = z.infer<typeof VerdictFacts>;

export const ReviewFacts = z.object({
  verdict: z.enum(["accept", "reduce", "veto"]),
  reason: z.string(),
  llmCallId: LlmCallId,
  /** The verdict after the review: it carries the plan and holds the room. */
  verdictId: VerdictId,
  codes: z.array(z.string()),
  /** The order after the review: never larger than the verdict's; null after a veto. */
  plan: OrderPlan.nullable(),
  /** The workflow only advises: the run ends here, nobody is asked and nothing is sent. */
  advice: z.boolean().default(false),
});
export type ReviewFacts = z.infer<typeof ReviewFacts>;

export const ApprovalFacts = z.object({
  /** Null when the policy is that nothing is ever approved. */
  approvalId: ApprovalId.nullable(),
  /** `ask_again`: prices drifted since the question; it is put anew with the present ones. */
  result: z.union([ApprovalStatus.exclude(["pending"]), z.enum(["ask_again", "denied", "not_asked"])]),
  /** How often the question has been put, from 1. */
  asked: z.number().int().nonnegative(),
  reason: z.string().nullable(),
  /** The verdict that the plan comes from. */
  verdictId: VerdictId.nullable(),
  /** The order as countersigned; null unless approved or edited. With `ask_again` the order to ask about. */
  plan: OrderPlan.nullable(),
});
export type ApprovalFacts = z.infer<typeof ApprovalFacts>;

export const OrderFacts = z.object({
  entryOrderId: OrderId,
  status: OrderStatus,
  /** Why nothing is live at the broker; null when the order is, or may be. */
  refusal: z.object({ code: z.string(), reason: z.string() }).nullable(),
  /** What the broker asked and a person has to answer before it is sent again; nothing is live then. */
  questions: z.array(BrokerQuestion).default([]),
  /** How often submit_order has been passed. */
  submissions: z.number().int().positive().default(1),
});
export type OrderFacts = z.infer<typeof OrderFacts>;

export const Outcome = z.object({
  status: z.enum(["done", "denied", "abstained"]),
  /** Stable word: hold, advice, filled, canceled, rejected, rejected_by_person, expired, dry_run, denied, vetoed, abstained, … */
  code: z.string(),
  reason: z.string().nullable(),
});
export type Outcome = z.infer<typeof Outcome>;

/** The channels of a symbol run's thread; null until the node that writes one has finished. */
export const DeskState = new StateSchema({
  /** Whose thread this is. Set once by the first input. */
  run: RunFacts,
  /** market_data: instrument and the bars that were validated. */
  market: MarketFacts.nullable().default(null),
  /** market_data: the account beside it. */
  portfolio: PortfolioFacts.nullable().default(null),
  /** charts: the artifacts of the timeframes looked at. */
  pictures: ChartFacts.nullable().default(null),
  /** technical_analyst: the daily report; stays null where the workflow has no daily chart. */
  technical: AnalystFacts.nullable().default(null),
  /** weekly_trend: the weekly report; stays null where the workflow has no weekly chart. */
  weekly: AnalystFacts.nullable().default(null),
  /** Any agent: both analysts may add to it in the same step. */
  abstentions: new ReducedValue(
    z.array(Abstention).default(() => []),
    { inputSchema: Abstention, reducer: (all, one) => [...all, one] },
  ),
  /** executor: the newest decision. */
  decision: DecisionFacts.nullable().default(null),
  /** risk_gate: denials sent back to the executor so far; also the visit of executor and risk_gate. */
  revisions: z.number().int().nonnegative().default(0),
  /** risk_gate: the verdict on the newest decision. */
  verdict: VerdictFacts.nullable().default(null),
  /** risk_manager: its word on the verdict's plan. */
  review: ReviewFacts.nullable().default(null),
  /** approval: the newest answer; also counts the questions. */
  countersign: ApprovalFacts.nullable().default(null),
  /** submit_order and order_working: the entry order. */
  order: OrderFacts.nullable().default(null),
  /** record: how it ended. */
  outcome: Outcome.nullable().default(null),
});
export type DeskState = typeof DeskState.State;
export type DeskUpdate = typeof DeskState.Update;

/** A key that an earlier node has surely written. @throws InvariantError when it has not */
export function made<Value>(value: Value | null, key: keyof DeskState): Value {
  if (value === null) throw new InvariantError(`no node has written "${key}" yet`);
  return value;
}
