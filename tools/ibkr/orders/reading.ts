// Live orders, order status and trades, read so that "empty" can be believed. Effects: network.
// Invariant: an empty list is told only after the list was warmed in this brokerage session.
import { z } from "zod";
import { UnavailableError, VendorError } from "#store/model/errors.ts";
import type { AccountId, BrokerOrderId, ClientOrderId } from "#store/model/ids.ts";
import type { Fill } from "#store/model/order.ts";
import { conidOf } from "../instruments/candidates.ts";
import { shareUntilSent } from "../wire/flight.ts";
import type { OrderParts } from "./parts.ts";
import {
  fillOf,
  LiveOrders,
  type LiveRow,
  liveOrder,
  StatusAnswer,
  statusOrder,
  TradeRow,
  withoutCorrected,
} from "./rows.ts";
import type { BracketView, BrokerOrder, IbkrOrders, OrderLookup } from "./types.ts";

export type OrderReading = Pick<IbkrOrders, "live" | "trades" | "status" | "find" | "bracket">;

const TRADE_DAYS = 7;
/** IBKR lists no more orders than this: a full list may have lost some. */
const MOST_ROWS = 1_000;

/** Which brokerage session (epoch) each list was last warmed in (null: never), and whether live orders had rows then. */
type Warmth = { live: number | null; trades: number | null; hadRows: boolean };

export function createOrderReading(parts: OrderParts): OrderReading {
  const warmth: Warmth = { live: null, trades: null, hadRows: false };
  const live = shareUntilSent((sent) => warmedLive(parts, warmth, sent));
  const trades = shareUntilSent((sent) => warmedTrades(parts, warmth, sent));
  return {
    live,
    trades,
    status: (brokerOrderId, signal) => status(parts, brokerOrderId, signal),
    find: (clientOrderId, signal) => find({ parts, trades }, clientOrderId, signal),
    bracket: async (parentBrokerOrderId, signal) => bracketOf(await live(signal), parentBrokerOrderId),
  };
}

async function warmedLive(parts: OrderParts, warmth: Warmth, sent: () => void): Promise<BrokerOrder[]> {
  const { epoch, accountId } = await parts.ready();
  let rows = await liveRows(parts, { onSent: sent });
  // A cold list answers empty once; so does one that another program has just cleared or filtered.
  if (rows.length === 0 && (warmth.live !== epoch || warmth.hadRows)) rows = await liveRows(parts, {});
  warmth.live = epoch;
  warmth.hadRows = rows.length > 0;
  if (rows.length >= MOST_ROWS) {
    throw new VendorError(
      "live_orders_truncated",
      `The gateway lists ${rows.length} orders, which is as many as it ever does: some may be missing.`,
    );
  }
  return ownOrders(rows, accountId);
}

/** Rows of the pinned account only: a login may see several. */
function ownOrders(rows: readonly LiveRow[], accountId: AccountId): BrokerOrder[] {
  return rows.filter((row) => (row.acct ?? row.account) === accountId).map(liveOrder);
}

async function liveRows(
  parts: OrderParts,
  of: { force?: boolean; onSent?: () => void; signal?: AbortSignal },
): Promise<LiveRow[]> {
  const answer = await parts.calls.read({
    method: "GET",
    path: "/iserver/account/orders",
    ...(of.force === true ? { query: { force: true } } : {}),
    schema: LiveOrders,
    ...(of.onSent === undefined ? {} : { onSent: of.onSent }),
    ...(of.signal === undefined ? {} : { signal: of.signal }),
  });
  return answer.orders ?? [];
}

async function warmedTrades(parts: OrderParts, warmth: Warmth, sent: () => void): Promise<Fill[]> {
  const { epoch, accountId } = await parts.ready();
  let rows = await tradeRows(parts, sent);
  if (rows.length === 0 && warmth.trades !== epoch) rows = await tradeRows(parts);
  warmth.trades = epoch;
  const own = withoutCorrected(rows).filter((row) => (row.account ?? row.accountCode) === accountId);
  const fills: Fill[] = [];
  for (const row of own) fills.push(fillOf(row, await parts.currencyOf(conidOf(row.conid))));
  return fills;
}

/** Always seven days: one or two have come back empty where seven had rows. */
const TradeRows = z.array(TradeRow);

function tradeRows(parts: OrderParts, onSent?: () => void): Promise<TradeRow[]> {
  return parts.calls.read({
    method: "GET",
    path: "/iserver/account/trades",
    query: { days: TRADE_DAYS },
    schema: TradeRows,
    ...(onSent === undefined ? {} : { onSent }),
  });
}

/** IBKR answers 503 for an id that it does not know (or no longer): that is no proof of anything, so null. */
async function status(
  parts: OrderParts,
  brokerOrderId: BrokerOrderId,
  signal?: AbortSignal,
): Promise<BrokerOrder | null> {
  await parts.ready(signal);
  try {
    const answer = await parts.calls.read({
      method: "GET",
      path: `/iserver/account/order/status/${brokerOrderId}`,
      schema: StatusAnswer,
      attempts: 1,
      explain: (message, http) =>
        http === 503 ? new UnavailableError("order_status_unknown", message, { facts: { http } }) : undefined,
      ...(signal === undefined ? {} : { signal }),
    });
    return statusOrder(answer);
  } catch (error) {
    if (error instanceof UnavailableError && error.code === "order_status_unknown") return null;
    throw error;
  }
}

type Finding = { parts: OrderParts; trades(signal?: AbortSignal): Promise<Fill[]> };

/**
 * The broker's cache is cleared, filled and read, and the fills of seven days beside it; only when the order is in
 * neither is the list read once more. An order that is nowhere then is not there.
 */
async function find(of: Finding, clientOrderId: ClientOrderId, signal?: AbortSignal): Promise<OrderLookup> {
  const { parts } = of;
  const abort = signal === undefined ? {} : { signal };
  const { accountId } = await parts.ready(signal);
  await liveRows(parts, { force: true, ...abort });
  const [first, fills] = await Promise.all([liveRows(parts, abort), of.trades(signal)]);
  const mine = fills.filter((fill) => fill.clientOrderId === clientOrderId);
  let whole = first.length < MOST_ROWS;
  let orders = ownOrders(first, accountId);
  let order = orders.find((candidate) => candidate.clientOrderId === clientOrderId);
  if (order === undefined && mine.length === 0) {
    const second = await liveRows(parts, abort);
    whole = second.length < MOST_ROWS;
    orders = ownOrders(second, accountId);
    order = orders.find((candidate) => candidate.clientOrderId === clientOrderId);
  }
  const brokerOrderId = order?.brokerOrderId ?? mine[0]?.brokerOrderId ?? null;
  const children = orders.filter(
    (candidate) => brokerOrderId !== null && candidate.parentBrokerOrderId === brokerOrderId,
  );
  const ids = [brokerOrderId, ...children.map((child) => child.brokerOrderId)];
  return {
    order: order ?? null,
    children,
    fills: fills.filter(
      (fill) =>
        fill.clientOrderId === clientOrderId ||
        (fill.brokerOrderId !== null && ids.includes(fill.brokerOrderId)),
    ),
    certain: whole,
  };
}

/** Children are told apart by their type: the stop protects, the limit takes profit. */
export function bracketOf(orders: readonly BrokerOrder[], parentId: BrokerOrderId): BracketView {
  const children = orders.filter((order) => order.parentBrokerOrderId === parentId);
  const stop = children.find((order) => order.type === "STOP") ?? null;
  const target = children.find((order) => order.type === "LIMIT") ?? null;
  return {
    parent: orders.find((order) => order.brokerOrderId === parentId) ?? null,
    stop,
    target,
    others: children.filter((order) => order !== stop && order !== target),
  };
}
