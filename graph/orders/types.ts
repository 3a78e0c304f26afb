// What the order path needs from outside and what it answers. Types only.
import type { Database } from "#store/database.ts";
import type { RiskReview, TradeDecision } from "#store/model/decision.ts";
import type { ErrorRecord } from "#store/model/errors.ts";
import type {
  ApprovalId,
  DecisionId,
  LlmCallId,
  OrderId,
  SymbolRunId,
  Ticker,
  VerdictId,
} from "#store/model/ids.ts";
import type { Instrument } from "#store/model/instrument.ts";
import type { OrderStatus } from "#store/model/order.ts";
import type { OrderPlan, RiskVerdict } from "#store/model/risk.ts";
import type { ApprovalEdit, RunMode } from "#store/model/run.ts";
import type { RiskLimits } from "#store/model/strategy.ts";
import type { Clock } from "#tools/clock.ts";
import type { AskedQuestion } from "#tools/ibkr/orders/types.ts";
import type { LastBar, RequestedChange } from "#tools/risk/input.ts";
import type { Gateway } from "../gateway.ts";

/** Named points of the order path: tests stop (or kill) the process at each of them. */
export const ORDER_STEPS = [
  "before_intent",
  "after_intent",
  "after_submitting",
  "after_post",
  "after_record",
  "after_lookup",
] as const;
export type OrderStep = (typeof ORDER_STEPS)[number];

export type OrderDeps = {
  database: Database;
  gateway: Gateway;
  /** The machine's clock: audit and the age of what was read. */
  clock: Clock;
  /** How long after its POST an order may still turn up before its absence counts, ms; default 30 s. */
  settleMs?: number;
  /** Waits between two looks at the broker; default: real time. */
  pause?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Called at each named point; a throw there is what a crash is. */
  onStep?: (step: OrderStep) => void | Promise<void>;
};

/** What one verdict is about; everything else is read from the store and the broker at the moment of judging. */
export type ProposalFacts = {
  symbolRunId: SymbolRunId;
  decisionId: DecisionId;
  decision: TradeDecision;
  instrument: Instrument;
  /** The newest finished daily bar of this run's own series, with its ATR(14). */
  lastBar: LastBar | null;
  limits: RiskLimits;
  mode: RunMode;
  /** Of a dry run only: judged, but no room is taken. `snapshotOf`: on what that verdict saw; null: on what is now. */
  rehearsal?: { snapshotOf: VerdictId | null };
};

export type JudgeRequest = ProposalFacts & {
  step: "gate" | "review" | "answer";
  /** Counts verdicts of that step for this decision, from 0. */
  sequence: number;
  requested: RequestedChange | null;
  review?: { review: RiskReview; llmCallId: LlmCallId };
  /** Ask the broker for its own margin estimate of the resulting order (before an order leaves). */
  preview?: boolean;
  /** False: the caller has just seen that this verdict was not given yet; it is not looked for again. */
  judged?: boolean;
};

export type Judgement = { verdictId: VerdictId; verdict: RiskVerdict };

export type RecheckRequest = ProposalFacts & {
  approvalId: ApprovalId;
  /** The plan that the person was shown. */
  shown: OrderPlan;
  edit: ApprovalEdit | null;
  sequence: number;
  /** Largest relative move of the reference price that is not asked again. */
  driftBand: number;
};

/** proceed: send `plan`. ask_again: the market moved beyond the band; put the question anew with `plan`. */
export type RecheckResult =
  | { kind: "proceed"; verdictId: VerdictId; plan: OrderPlan }
  | { kind: "ask_again"; verdictId: VerdictId; plan: OrderPlan; why: string }
  | { kind: "denied"; verdictId: VerdictId; codes: readonly string[] };

export type SubmitRequest = {
  symbolRunId: SymbolRunId;
  /** The verdict whose plan is sent; its decision belongs to this run. */
  verdictId: VerdictId;
  /** The countersign: a row that is approved or edited, by a person or by policy. */
  approvalId: ApprovalId;
  /** Broker questions that a person confirmed for this very order. */
  confirmedByPerson?: readonly string[];
};

/**
 * submitted: at the broker (or already beyond), wait for the tracker. unknown: wait too, the tracker looks it up.
 * refused: surely nothing is live, the rows say why. question: nothing is live; the broker asked what the written
 * policy leaves to a person.
 */
export type SubmitResult = { entryOrderId: OrderId; status: OrderStatus } & (
  | { kind: "submitted" }
  | { kind: "unknown"; cause: ErrorRecord | null }
  | { kind: "refused"; code: string; reason: string }
  | { kind: "question"; message: string; questions: readonly AskedQuestion[] }
);

/** What one poll found. `finishedRuns`: symbol runs whose entry order became terminal; the caller queues them. */
export type TrackResult = {
  finishedRuns: readonly SymbolRunId[];
  /** Orders that are still to be tracked. */
  working: number;
  events: number;
  fills: number;
};

export type Mismatch = {
  symbol: Ticker;
  code: string;
  /** Both sides, as text for people. */
  ours: string;
  brokers: string;
};

export type ReconcileResult = {
  finishedRuns: readonly SymbolRunId[];
  adoptedOrders: number;
  adoptedFills: number;
  mismatches: readonly Mismatch[];
};

/** The whole order path by file: what nodes, desk and jobs call. Each verb may be called again at any time. */
export type OrderPath = {
  /** judge.ts: snapshot, rules, verdict row and reserved room in one transaction per account. */
  judgeProposal(deps: OrderDeps, request: JudgeRequest, signal?: AbortSignal): Promise<Judgement>;
  /** recheck.ts: at the answer. */
  recheckAnswer(deps: OrderDeps, request: RecheckRequest, signal?: AbortSignal): Promise<RecheckResult>;
  /** submit.ts */
  submitOrder(deps: OrderDeps, request: SubmitRequest, signal?: AbortSignal): Promise<SubmitResult>;
  /** track.ts: one poll for all orders of this gateway's account. */
  trackOrders(deps: OrderDeps, signal?: AbortSignal): Promise<TrackResult>;
  /** reconcile.ts: at start and every five minutes. @throws when the broker cannot be read: then the desk does not trade. */
  reconcile(deps: OrderDeps, signal?: AbortSignal): Promise<ReconcileResult>;
  /** portfolio.ts: positions and account figures as the broker states them now. */
  refreshPortfolio(deps: OrderDeps, signal?: AbortSignal): Promise<void>;
  /** halt.ts: sets the trading state for all workers at once; optionally cancels what is open. */
  halt(deps: OrderDeps, request: HaltRequest, signal?: AbortSignal): Promise<HaltResult>;
  /** cancel.ts: asks the broker; the tracker tells what became of it. */
  cancelOrder(deps: OrderDeps, orderId: OrderId, signal?: AbortSignal): Promise<OrderStatus>;
};

export type HaltRequest = {
  state: "HALTED" | "REDUCING";
  reason: string;
  who: string;
  /** Cancel working entries (stops and targets that protect a position stay). */
  cancelOpen: boolean;
};
export type HaltResult = {
  cancelRequested: readonly OrderId[];
  failed: readonly { orderId: OrderId; error: ErrorRecord }[];
};
