// What a person is shown when an order needs the countersign: stored word for word with the answer. Pure.
import { z } from "zod";
import { Consolidation, RiskReview, TradeDecision } from "./decision.ts";
import { ApprovalId, ArtifactId, DecisionId, ExecutionId, Instant, SymbolRunId, Ticker } from "./ids.ts";
import { OrderPlan, RuleOutcome } from "./risk.ts";

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
  decisionId: DecisionId,
  decision: TradeDecision,
  /** Reasons for and against, and whether the analysts agreed. */
  consolidation: Consolidation,
  /** The order that an approval sends: size, limit, stop, target, loss at the stop. */
  plan: OrderPlan,
  /** Rules that clamped the size, with what each took. */
  clamps: z.array(RuleOutcome),
  /** The risk manager's word. */
  review: RiskReview,
  charts: z.object({ daily: ArtifactId, weekly: ArtifactId }),
  /** Machine clock, UTC; unanswered by then counts as rejected. */
  expiresAt: Instant,
});
export type ApprovalQuestion = z.infer<typeof ApprovalQuestion>;
