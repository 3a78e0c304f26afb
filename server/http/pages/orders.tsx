// Pages of orders and of the portfolio.
import { Hono } from "hono";
import { OrderPage, OrdersPage } from "#server/views/pages/orders.tsx";
import { type PortfolioModel, PortfolioPage } from "#server/views/pages/portfolio.tsx";
import type { ResultsModel } from "#server/views/parts/results.tsx";
import type { FillLine } from "#server/views/parts/tables.tsx";
import { InputError } from "#store/model/errors.ts";
import { OrderId, Ticker } from "#store/model/ids.ts";
import { dec, toDecimalString } from "#store/model/money.ts";
import { OrderStatus } from "#store/model/order.ts";
import type { TradeOutcome } from "#store/model/trade.ts";
import { counterfactuals } from "#store/results/counterfactuals.ts";
import { sumsOf } from "#store/results/performance.ts";
import { tradeOutcomes } from "#store/results/trades.ts";
import { type FillRow, fillsOfOrder, listFills } from "#store/trading/fills.ts";
import { listOrderEvents } from "#store/trading/order-events.ts";
import { childOrders, getOrder, listOrders } from "#store/trading/orders.ts";
import { latestSnapshot } from "#store/trading/portfolio.ts";
import { listPositions } from "#store/trading/positions.ts";
import { listBlocks } from "#store/trading/symbol-blocks.ts";
import { lastFinishedSession } from "#tools/calendar.ts";
import { blockOf, ResolveBlock, settle } from "../api/trading/blocks.ts";
import { cancelOrder } from "../api/trading/orders.ts";
import { sumOf } from "../api/trading/portfolio.ts";
import { nameOf } from "../auth/guard.ts";
import type { FormEnv } from "../guards/form-token.ts";
import { type CurveReader, curveReader } from "./equity.ts";
import { page } from "./html.ts";
import { type Site, withDone } from "./site.tsx";
import { soon } from "./soon.ts";

const PAGE = 50;
const UNSENT = 25;
const CLOCK_MS = 2_000;
const NOTHING: readonly TradeOutcome[] = [];

async function portfolioModel(
  site: Site,
  readCurve: CurveReader,
  cursor: string | null,
): Promise<PortfolioModel> {
  const { db } = site.deps.database;
  const { accountId } = site.deps.broker;
  const [summary, curve, positions, fills, results] = await Promise.all([
    accountId === null ? null : latestSnapshot(db, accountId),
    readCurve(accountId),
    accountId === null ? [] : listPositions(db, accountId),
    listFills(db, { cursor, limit: PAGE, ...(accountId === null ? {} : { accountId }) }),
    resultsModel(site),
  ]);
  const exposed = summary !== null && !dec(summary.netLiquidation).isZero();
  return {
    accountId,
    summary,
    curve,
    positions,
    unrealizedPnl: sumOf(positions, "unrealizedPnl"),
    realizedPnl: sumOf(positions, "realizedPnl"),
    exposure: exposed ? toDecimalString(dec(summary.grossPositionValue).div(summary.netLiquidation)) : null,
    fills: fills.rows.map(lineOf),
    results,
    older: fills.next === null ? null : `/portfolio?cursor=${fills.next}`,
    newer: cursor === null ? null : "/portfolio",
  };
}

/** What a line shows and nothing else: the line is also the key under which it is kept as it was written. */
function lineOf(row: FillRow): FillLine {
  const { executionRef, orderId, symbol, side, quantity, price, commission, currency, at } = row;
  return { executionRef, orderId, symbol, side, quantity, price, commission, currency, at };
}

/** The page stands while the broker is away: only what was not sent needs to know how far the market is. */
async function resultsModel(site: Site): Promise<ResultsModel> {
  const { database, broker } = site.deps;
  const { accountId } = broker;
  if (accountId === null) return { trades: [], ...(await sumsOf(NOTHING)), counterfactuals: [] };
  const [now, trades] = await Promise.all([
    broker.now(AbortSignal.timeout(CLOCK_MS)).catch(() => null),
    soon(tradeOutcomes(database.db, accountId)),
  ]);
  const unsent =
    now === null
      ? null
      : await counterfactuals(database.db, { accountId, upTo: lastFinishedSession(now), limit: UNSENT });
  const newest = trades === null ? null : trades.slice(-PAGE).toReversed();
  return { trades: newest, ...(await sumsOf(trades ?? NOTHING)), counterfactuals: unsent };
}

export function orderPages(site: Site): Hono<FormEnv> {
  const app = new Hono<FormEnv>();
  const { db } = site.deps.database;
  const readCurve = curveReader(db);

  app.get("/orders", async (c) => {
    const status = OrderStatus.nullable()
      .catch(null)
      .parse(c.req.query("status") ?? null);
    const symbol = Ticker.nullable()
      .catch(null)
      .parse((c.req.query("symbol") ?? "").trim().toUpperCase());
    const cursor = c.req.query("cursor") ?? null;
    const filter = { ...(status === null ? {} : { status }), ...(symbol === null ? {} : { symbol }) };
    const [found, blocks] = await Promise.all([
      listOrders(db, { cursor, limit: PAGE, ...filter }),
      listBlocks(db),
    ]);
    const query = new URLSearchParams(filter);
    const model = {
      rows: found.rows,
      blocks: blocks.map(blockOf),
      status,
      symbol: symbol ?? "",
      older: found.next === null ? null : `/orders?${new URLSearchParams({ ...filter, cursor: found.next })}`,
      newer: cursor === null ? null : `/orders?${query}`,
    };
    return page(c, <OrdersPage frame={await site.frame(c)} model={model} />);
  });

  app.post("/orders/blocks/:block{[0-9]{1,15}}", (c) =>
    site.carryOut(c, "/orders", async () => {
      const form = c.get("form");
      const answer = ResolveBlock.safeParse({ how: form.get("how"), reason: form.get("reason") ?? "" });
      if (!answer.success)
        throw new InputError("resolution_invalid", "Say what you found, in at least three letters.");
      const blockId = Number(c.req.param("block"));
      await settle(site.deps, { ...answer.data, blockId, who: nameOf(c.get("caller")) });
      return withDone("/orders", "settled");
    }),
  );

  app.get("/orders/:id", async (c) => {
    const id = OrderId.parse(c.req.param("id"));
    const order = await getOrder(db, id);
    const [frame, events, fills, children] = await Promise.all([
      site.frame(c),
      listOrderEvents(db, id),
      fillsOfOrder(db, id),
      childOrders(db, id),
    ]);
    return page(c, <OrderPage frame={frame} order={{ ...order, events, fills, children }} />);
  });

  app.post("/orders/:id/cancel", (c) => {
    const id = OrderId.parse(c.req.param("id"));
    return site.carryOut(c, `/orders/${id}`, async () => {
      await cancelOrder(site.deps, id, nameOf(c.get("caller")));
      return withDone(`/orders/${id}`, "cancel");
    });
  });

  app.get("/portfolio", async (c) => {
    const [frame, model] = await Promise.all([
      site.frame(c),
      portfolioModel(site, readCurve, c.req.query("cursor") ?? null),
    ]);
    return page(c, <PortfolioPage frame={frame} model={model} />);
  });
  return app;
}
