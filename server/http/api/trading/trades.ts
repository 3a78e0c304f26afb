// Trades over HTTP, and the chain from a fill or a run back to its bars.
import { createRoute, z } from "@hono/zod-openapi";
import { Timeframe } from "#store/model/bar.ts";
import { Signal } from "#store/model/decision.ts";
import { NotFoundError } from "#store/model/errors.ts";
import { AccountId, OrderLeg, StrategyId, SymbolRunId, Ticker } from "#store/model/ids.ts";
import { AgentStage } from "#store/model/run.ts";
import { TradeExit, TradeOutcome } from "#store/model/trade.ts";
import { listTrades } from "#store/results/trade-list.ts";
import { lineageOfFill, lineageOfRun } from "#store/runs/lineage.ts";
import { getFill } from "#store/trading/fills.ts";
import type { WebDeps } from "../../deps.ts";
import { type Api, documented, failures, json, newApi, pageOf, pageQuery } from "../api.ts";
import { shaped } from "../schemas.ts";

const trades = createRoute({
  method: "get",
  path: "/trades",
  tags: ["fills"],
  summary: "List trades, newest first",
  description:
    "Entries of the desk that have filled, each with its outcome after commissions and the fills it is made of. With a " +
    "rare `exit` a page may be shorter than `limit` and still have a `next`.",
  request: {
    query: z.object({
      ...pageQuery,
      account: AccountId.optional(),
      symbol: Ticker.optional(),
      strategy: StrategyId.optional(),
      exit: z
        .enum([...TradeExit.options, "open"])
        .optional()
        .openapi({ description: "How it ended; `open`: shares of it are still held." }),
    }),
  },
  responses: {
    200: json(pageOf(documented(TradeOutcome, "TradeOutcome")), "A page of trades."),
    ...failures(),
  },
});

const id = z.uuid();

export const LineageShape = z
  .object({
    executionId: id,
    symbolRunId: id,
    symbol: Ticker,
    artifacts: z.array(
      z.object({
        id,
        kind: z.enum(["chart_png", "chart_spec", "market_data"]),
        timeframe: Timeframe.nullable(),
        sha256: z.string(),
        marketDataId: id.nullable(),
        bars: z.object({ seriesId: z.number(), source: z.string(), conid: z.number() }).nullable(),
      }),
    ),
    calls: z.array(
      z.object({
        id,
        stage: AgentStage,
        visit: z.number(),
        model: z.string(),
        promptVersionId: id.nullable(),
        promptContentHash: z.string(),
        artifactIds: z.array(id),
      }),
    ),
    reports: z.array(z.object({ id, stage: AgentStage, visit: z.number(), llmCallId: id })),
    decisions: z.array(
      z.object({ id, visit: z.number(), signal: Signal, llmCallId: id, reportIds: z.array(id) }),
    ),
    verdicts: z.array(z.object({ id, decisionId: id, step: z.string(), verdict: z.string() })),
    approvals: z.array(z.object({ id, verdictId: id, status: z.string() })),
    orders: z.array(
      z.object({
        id,
        leg: OrderLeg,
        verdictId: id.nullable(),
        approvalId: id.nullable(),
        status: z.string(),
      }),
    ),
    fills: z.array(z.object({ executionRef: z.string(), orderId: id })),
  })
  .openapi("Lineage");

const ofFill = createRoute({
  method: "get",
  path: "/fills/{executionRef}/lineage",
  tags: ["fills"],
  summary: "From a fill back to its bars, prompt, answer and approval",
  request: { params: z.object({ executionRef: z.string().min(1).max(200) }) },
  responses: { 200: json(LineageShape, "The chain of the run that the fill came of."), ...failures(404) },
});

const ofRun = createRoute({
  method: "get",
  path: "/symbol-runs/{id}/lineage",
  tags: ["symbol-runs"],
  summary: "The chain of a run, from its bars to its fills",
  request: { params: z.object({ id: SymbolRunId }) },
  responses: { 200: json(LineageShape, "Every list in the order of its making."), ...failures(404) },
});

export function tradesApi(deps: WebDeps): Api {
  const { db } = deps.database;
  return newApi()
    .openapi(trades, async (c) => {
      const { account, symbol, strategy, exit, cursor, limit } = c.req.valid("query");
      const page = await listTrades(db, {
        cursor,
        limit,
        ...(account === undefined ? {} : { accountId: account }),
        ...(symbol === undefined ? {} : { symbol }),
        ...(strategy === undefined ? {} : { strategyId: strategy }),
        ...(exit === undefined ? {} : { exit }),
      });
      return c.json(page, 200);
    })
    .openapi(ofFill, async (c) => {
      const { executionRef } = c.req.valid("param");
      await getFill(db, executionRef);
      const lineage = await lineageOfFill(db, executionRef);
      if (lineage === null) {
        throw new NotFoundError("lineage_not_found", "No decision of the desk stands behind this fill.");
      }
      return c.json(shaped(LineageShape, lineage), 200);
    })
    .openapi(ofRun, async (c) =>
      c.json(shaped(LineageShape, await lineageOfRun(db, c.req.valid("param").id)), 200),
    );
}
