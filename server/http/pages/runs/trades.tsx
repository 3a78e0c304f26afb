// Pages of trades and of single fills: from each fill the whole chain back to the bars.
import { Hono } from "hono";
import { z } from "zod";
import type { LineageOf } from "#server/views/run/lineage.tsx";
import { type FillModel, FillPage } from "#server/views/trade/fill.tsx";
import { TradesPage } from "#server/views/trade/page.tsx";
import type { Db } from "#store/database.ts";
import { StrategyId, Ticker } from "#store/model/ids.ts";
import { TradeExit, type TradeOutcome } from "#store/model/trade.ts";
import { listTrades } from "#store/results/trade-list.ts";
import { outcomes } from "#store/results/trades.ts";
import { type Lineage, lineageOfFill } from "#store/runs/lineage.ts";
import { listStrategyNames } from "#store/strategies/strategies.ts";
import { getFill } from "#store/trading/fills.ts";
import type { FormEnv } from "../../guards/form-token.ts";
import { page } from "../html.ts";
import type { Site } from "../site.tsx";

const PAGE = 40;
const TradeEnd = z
  .enum([...TradeExit.options, "open"])
  .nullable()
  .catch(null);

/** The chain of a stored lineage in the words of the strip. */
export function stripOf(
  lineage: Lineage,
  of: { executionRef?: string; orderId?: string | null; outcome: TradeOutcome | null },
): LineageOf {
  const decision = lineage.decisions.at(-1);
  const call = lineage.calls.find((one) => one.id === decision?.llmCallId);
  // The daily one stands for both; the other is a step beside it.
  const artifact = (kind: "market_data" | "chart_png") =>
    lineage.artifacts.find((one) => one.kind === kind && one.timeframe === "daily") ??
    lineage.artifacts.find((one) => one.kind === kind);
  const [data, picture] = [artifact("market_data"), artifact("chart_png")];
  const order =
    lineage.orders.find((one) => one.id === of.orderId) ??
    lineage.orders.findLast((one) => one.leg === "entry");
  const [approval, verdict] = [lineage.approvals.at(-1), lineage.verdicts.at(-1)];
  const fill = lineage.fills.find((one) => one.executionRef === of.executionRef) ?? lineage.fills[0];
  const { outcome } = of;
  return {
    runId: lineage.symbolRunId,
    symbol: lineage.symbol,
    marketDataId: data?.id ?? null,
    pictureId: picture?.id ?? null,
    promptVersionId: call?.promptVersionId ?? null,
    decisionCallId: call?.id ?? null,
    reports: lineage.reports.length,
    reportId: lineage.reports[0]?.id ?? null,
    decision: decision === undefined ? null : { id: decision.id, text: decision.signal },
    verdict: verdict === undefined ? null : { id: verdict.id, text: verdict.verdict },
    approval: approval === undefined ? null : { id: approval.id, text: approval.status },
    order: order === undefined ? null : { id: order.id, text: `${order.leg}, ${order.status.toLowerCase()}` },
    fill: fill === undefined ? null : { ref: fill.executionRef, text: String(lineage.fills.length) },
    outcome:
      outcome === null
        ? null
        : {
            closed: outcome.closedAt !== null,
            realizedPnl: outcome.realizedPnl,
            exitPrice: outcome.exitPrice,
          },
  };
}

async function fillModel(db: Db, executionRef: string): Promise<FillModel> {
  const fill = await getFill(db, executionRef);
  const [lineage, all] = await Promise.all([
    lineageOfFill(db, executionRef),
    outcomes(db, { accountId: fill.accountId, conids: [fill.conid], entries: null }),
  ]);
  const trades = all.filter((trade) => trade.parts.some((part) => part.executionRef === executionRef));
  const own = trades.find((trade) => trade.symbolRunId === lineage?.symbolRunId) ?? null;
  return {
    fill,
    lineage:
      lineage === null ? null : stripOf(lineage, { executionRef, orderId: fill.orderId, outcome: own }),
    trades,
  };
}

export function tradePages(site: Site): Hono<FormEnv> {
  const app = new Hono<FormEnv>();
  const { db } = site.deps.database;

  app.get("/trades", async (c) => {
    const symbol = Ticker.nullable()
      .catch(null)
      .parse((c.req.query("symbol") ?? "").trim().toUpperCase());
    const strategy = StrategyId.nullable()
      .catch(null)
      .parse(c.req.query("strategy") ?? null);
    const exit = TradeEnd.parse(c.req.query("exit"));
    const cursor = c.req.query("cursor") ?? null;
    const [frame, strategies, found] = await Promise.all([
      site.frame(c),
      listStrategyNames(db),
      listTrades(db, {
        cursor,
        limit: PAGE,
        ...(symbol === null ? {} : { symbol }),
        ...(strategy === null ? {} : { strategyId: strategy }),
        ...(exit === null ? {} : { exit }),
      }),
    ]);
    const asked = new URLSearchParams({
      ...(symbol === null ? {} : { symbol }),
      ...(strategy === null ? {} : { strategy }),
      ...(exit === null ? {} : { exit }),
    });
    const next = new URLSearchParams(asked);
    if (found.next !== null) next.set("cursor", found.next);
    const model = {
      rows: found.rows,
      filter: { symbol: symbol ?? "", strategy: strategy ?? "", exit },
      strategies,
      older: found.next === null ? null : `/trades?${next}`,
      newer: cursor === null ? null : `/trades?${asked}`,
    };
    return page(c, <TradesPage frame={frame} model={model} />);
  });

  app.get("/fills/:ref", async (c) => {
    const [frame, model] = await Promise.all([site.frame(c), fillModel(db, c.req.param("ref"))]);
    return page(c, <FillPage frame={frame} model={model} />);
  });
  return app;
}
