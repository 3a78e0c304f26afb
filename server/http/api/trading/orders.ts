// Orders and fills over HTTP. Orders are looked at and cancelled here; only the graph creates them.
import { createRoute, z } from "@hono/zod-openapi";
import { AccountId, OrderId, Ticker } from "#store/model/ids.ts";
import { OrderStatus } from "#store/model/order.ts";
import { fillsOfOrder, listFills } from "#store/trading/fills.ts";
import { listOrderEvents } from "#store/trading/order-events.ts";
import { childOrders, getOrder, listOrders } from "#store/trading/orders.ts";
import { nameOf } from "../../auth/guard.ts";
import type { WebDeps } from "../../deps.ts";
import { type Api, failures, idempotencyHeader, json, newApi, pageOf, pageQuery } from "../api.ts";
import { shaped } from "../schemas.ts";
import { Fill, Order, OrderDetail } from "./schemas.ts";

const CANCEL_DEADLINE_MS = 20_000;
const params = z.object({ id: OrderId });
const tags = ["orders"];

const list = createRoute({
  method: "get",
  path: "/orders",
  tags,
  summary: "List orders, newest first",
  request: {
    query: z.object({ ...pageQuery, status: OrderStatus.optional(), symbol: Ticker.optional() }),
  },
  responses: { 200: json(pageOf(Order), "A page of orders."), ...failures() },
});

const detail = createRoute({
  method: "get",
  path: "/orders/{id}",
  tags,
  summary: "One order with its events, fills and protecting orders",
  request: { params },
  responses: { 200: json(OrderDetail, "The order."), ...failures(404) },
});

const cancel = createRoute({
  method: "post",
  path: "/orders/{id}/cancel",
  tags,
  summary: "Ask the broker to cancel a working order",
  description: "Accepted is not canceled: the order's events say when the broker has confirmed it.",
  request: { headers: idempotencyHeader, params },
  responses: { 202: json(Order, "The order as it is now."), ...failures(404, 409, 502) },
});

const fills = createRoute({
  method: "get",
  path: "/fills",
  tags: ["fills"],
  summary: "List fills (trades), newest first",
  request: { query: z.object({ ...pageQuery, account: AccountId.optional(), symbol: Ticker.optional() }) },
  responses: { 200: json(pageOf(Fill), "A page of fills."), ...failures() },
});

export function cancelOrder(deps: WebDeps, id: OrderId, who: string): Promise<void> {
  return deps.broker.cancel(id, who, AbortSignal.timeout(CANCEL_DEADLINE_MS));
}

export function ordersApi(deps: WebDeps): Api {
  const { db } = deps.database;
  return newApi()
    .openapi(list, async (c) => {
      const { cursor, limit, status, symbol } = c.req.valid("query");
      const page = await listOrders(db, {
        cursor,
        limit,
        ...(status === undefined ? {} : { status }),
        ...(symbol === undefined ? {} : { symbol }),
      });
      return c.json({ rows: page.rows.map((row) => shaped(Order, row)), next: page.next }, 200);
    })
    .openapi(detail, async (c) => {
      const { id } = c.req.valid("param");
      const order = await getOrder(db, id);
      const [events, filled, children] = await Promise.all([
        listOrderEvents(db, id),
        fillsOfOrder(db, id),
        childOrders(db, id),
      ]);
      return c.json(shaped(OrderDetail, { ...order, events, fills: filled, children }), 200);
    })
    .openapi(cancel, async (c) => {
      const { id } = c.req.valid("param");
      await getOrder(db, id);
      await cancelOrder(deps, id, nameOf(c.get("caller")));
      return c.json(shaped(Order, await getOrder(db, id)), 202);
    })
    .openapi(fills, async (c) => {
      const { cursor, limit, account, symbol } = c.req.valid("query");
      const page = await listFills(db, {
        cursor,
        limit,
        ...(account === undefined ? {} : { accountId: account }),
        ...(symbol === undefined ? {} : { symbol }),
      });
      return c.json({ rows: page.rows.map((row) => shaped(Fill, row)), next: page.next }, 200);
    });
}
