// Decisions over HTTP: every one with what became of it, filtered, newest first.
import { createRoute, z } from "@hono/zod-openapi";
import { Counterfactual } from "#store/model/counterfactual.ts";
import { Signal } from "#store/model/decision.ts";
import {
  ApprovalId,
  ExecutionId,
  Instant,
  OrderId,
  PromptVersionId,
  SessionDate,
  StrategyId,
  SymbolRunId,
  Ticker,
} from "#store/model/ids.ts";
import { OrderStatus } from "#store/model/order.ts";
import { RiskVerdict } from "#store/model/risk.ts";
import { ApprovalChannel, ApprovalStatus } from "#store/model/run.ts";
import { TradeOutcome } from "#store/model/trade.ts";
import {
  DecisionOutcome,
  type DecisionQuery,
  type ListedDecision,
  listDecisions,
} from "#store/results/decision-list.ts";
import { ResultKind } from "#store/results/prompt-results.ts";
import type { WebDeps } from "../../deps.ts";
import { type Api, documented, failures, json, newApi, pageOf, pageQuery } from "../api.ts";
import { shaped } from "../schemas.ts";
import { Decision } from "../trading/schemas.ts";
import { type DecisionEnds, endsOf } from "./outcomes.ts";

const DecisionLine = Decision.extend({
  executionId: ExecutionId,
  asOf: documented(Instant, null, "Business time that the decision speaks about."),
  kind: documented(ResultKind, null, "Mode of the run; dry runs, forks among them, are a kind of their own."),
  forkedFrom: SymbolRunId.nullable(),
  strategyId: StrategyId,
  strategy: z.string(),
  promptVersionId: PromptVersionId.nullable(),
  promptVersion: z.string().nullable(),
  verdict: RiskVerdict.shape.verdict.nullable().openapi({ description: "The newest one on this decision." }),
  codes: z.array(z.string()).nullable(),
  approvalId: ApprovalId.nullable(),
  approval: ApprovalStatus.nullable(),
  channel: ApprovalChannel.nullable(),
  reason: z.string().nullable(),
  orderId: OrderId.nullable(),
  orderStatus: OrderStatus.nullable(),
  outcome: documented(DecisionOutcome, "DecisionOutcome", "What became of it, in one word."),
  trade: documented(TradeOutcome, "TradeOutcome")
    .nullable()
    .openapi({ description: "With outcome `filled`." }),
  counterfactual: documented(Counterfactual, "Counterfactual").nullable().openapi({
    description: "With outcome `rejected` or `expired`: what it would have become. Never traded.",
  }),
}).openapi("DecisionLine");

export const decisionFilter = {
  symbol: Ticker.optional(),
  signal: Signal.optional(),
  outcome: DecisionOutcome.optional(),
  strategy: StrategyId.optional(),
  prompt: PromptVersionId.optional().openapi({ description: "Version used by any stage of the run." }),
  kind: ResultKind.optional(),
  from: SessionDate.optional().openapi({ description: "Exchange date of `asOf`, included." }),
  to: SessionDate.optional().openapi({ description: "Exchange date of `asOf`, included." }),
};

const list = createRoute({
  method: "get",
  path: "/decisions",
  tags: ["decisions"],
  summary: "List decisions with what became of them, newest first",
  description:
    "With a rare outcome a page may be shorter than `limit` and still have a `next`: go on until it is null.",
  request: { query: z.object({ ...pageQuery, ...decisionFilter }) },
  responses: { 200: json(pageOf(DecisionLine), "A page of decisions."), ...failures() },
});

type Filter = { [Key in keyof typeof decisionFilter]?: z.output<(typeof decisionFilter)[Key]> | undefined };

/** The filter in the words of the store. */
export function decisionQuery({ strategy, prompt, ...rest }: Filter): DecisionQuery {
  return { ...rest, strategyId: strategy, promptVersionId: prompt };
}

function lineOf(row: ListedDecision, ends: DecisionEnds) {
  return { ...row, trade: ends.trades.get(row.id) ?? null, counterfactual: ends.unsent.get(row.id) ?? null };
}

export function decisionsApi(deps: WebDeps): Api {
  return newApi().openapi(list, async (c) => {
    const { cursor, limit, ...filter } = c.req.valid("query");
    const page = await listDecisions(deps.database.db, { ...decisionQuery(filter), cursor, limit });
    const ends = await endsOf(deps, page.rows);
    return c.json(
      { rows: page.rows.map((row) => shaped(DecisionLine, lineOf(row, ends))), next: page.next },
      200,
    );
  });
}
