// Brings every open order of the account in line with one reading of the broker. Effects: gateway (details), database.
import { InvariantError } from "#store/model/errors.ts";
import type { Instant } from "#store/model/ids.ts";
import { dec, toDecimalString } from "#store/model/money.ts";
import { type Fill, isTerminal } from "#store/model/order.ts";
import { fillsOfOrder } from "#store/trading/fills.ts";
import { applyOrderEvent, type OrderEvent } from "#store/trading/order-events.ts";
import { getOrder, type OrderRow, workingOrders } from "#store/trading/orders.ts";
import type { BrokerOrder } from "#tools/ibkr/orders/types.ts";
import { settleInDoubt } from "../sending/in-doubt.ts";
import { businessNow, sessionEnd } from "../sending/steps.ts";
import type { OrderDeps } from "../types.ts";
import { applySeen, applySightings, type Sighting, stopSymbol } from "./apply.ts";
import { saveFills } from "./fills.ts";
import { readOrder, type Seen, seenOrder } from "./seen.ts";

/** The broker lists the fills of seven days; the first of them may be cut. */
const TRADES_REACH_MS = 6 * 86_400_000;

export type PollReading = { readonly live: readonly BrokerOrder[]; readonly trades: readonly Fill[] };

/** @param reading.open our orders as read before the broker's lists, so that none of them can be too new for those */
export async function applyPoll(
  deps: OrderDeps,
  reading: PollReading & { open?: readonly OrderRow[] },
  signal?: AbortSignal,
): Promise<{ events: number; fills: number }> {
  const { accountId } = deps.gateway;
  const rows = reading.open ?? (await workingOrders(deps.database.db, { accountId }));
  const open = rows.filter((row) => row.status !== "INITIALIZED");
  const at = await businessNow(deps);
  // Parents first: what this reading tells of them names their children.
  const named = open.filter((row) => row.parentOrderId === null || row.brokerOrderId !== null);
  const first = await applyListed(deps, { rows: named, parents: open, live: reading.live, at });
  const parents = [...first.orders, ...open];
  const unnamed = open.filter((row) => !named.includes(row));
  const second = await applyListed(deps, { rows: unnamed, parents, live: reading.live, at });
  const notListed = [...first.notListed, ...second.notListed];
  let events = first.events + second.events;
  events += await settleInDoubt(deps, notListed, signal);
  // Only now every order has the broker's id that ties its fills to it, and only they tell how a forgotten one ended.
  const fills = await saveFills(deps, reading.trades);
  for (const order of notListed) events += await followUp(deps, { order, at }, signal);
  return { events, fills };
}

/** Applies what the list of the day shows of these orders; what tells nothing new costs no statement. */
async function applyListed(
  deps: OrderDeps,
  of: { rows: readonly OrderRow[]; parents: readonly OrderRow[]; live: readonly BrokerOrder[]; at: Instant },
): Promise<{ orders: OrderRow[]; notListed: OrderRow[]; events: number }> {
  const notListed: OrderRow[] = [];
  const sightings: Sighting[] = [];
  for (const order of of.rows) {
    const found = findLive(order, of.parents, of.live);
    if (found === undefined) notListed.push(order);
    else if (tellsSomething(order, seenOrder(found))) sightings.push({ order, seen: seenOrder(found) });
  }
  const applied = await applySightings(deps.database.db, { sightings, at: of.at });
  const events = applied.reduce((sum, one) => sum + one.events, 0);
  return { orders: applied.map((one) => one.order), notListed, events };
}

function tellsSomething(order: OrderRow, seen: Seen): boolean {
  const reading = readOrder(order, seen);
  return reading.kind === "contradiction" || reading.events.length > 0;
}

/** By the broker's id; before that is known, a parent by the id we sent and a child by its parent's. */
function findLive(
  order: OrderRow,
  open: readonly OrderRow[],
  live: readonly BrokerOrder[],
): BrokerOrder | undefined {
  if (order.brokerOrderId !== null) return live.find((one) => one.brokerOrderId === order.brokerOrderId);
  const named = live.find((one) => one.clientOrderId !== null && one.clientOrderId === order.clientOrderId);
  if (named !== undefined || order.parentOrderId === null) return named;
  const parent = open.find((one) => one.id === order.parentOrderId)?.brokerOrderId ?? null;
  return parent === null
    ? undefined
    : live.find(
        (one) => one.parentBrokerOrderId === parent && one.type === order.type && one.side === order.side,
      );
}

/** An order with a broker id that the list of the day does not show: asked for by that id. */
async function followUp(
  deps: OrderDeps,
  of: { order: OrderRow; at: Instant },
  signal?: AbortSignal,
): Promise<number> {
  const { db } = deps.database;
  const { at } = of;
  const order = await getOrder(db, of.order.id);
  if (order.brokerOrderId === null || isTerminal(order.status)) return 0;
  const told = await deps.gateway.client.orders.status(order.brokerOrderId, signal);
  if (told !== null) return (await applySeen(db, { order, seen: seenOrder(told), at })).events;
  return forgotten(deps, order, at);
}

/** The broker knows nothing of it any more: the fills and the calendar tell how it ended, or a person must look. */
async function forgotten(deps: OrderDeps, order: OrderRow, at: Instant): Promise<number> {
  const { db } = deps.database;
  const filled = filledBy(await fillsOfOrder(db, order.id));
  const look = (why: string) => stopSymbol(db, order, { why, seen: null }).then(() => 0);
  const end = (event: Pick<OrderEvent, "kind" | "reason">) =>
    applyOrderEvent(db, { orderId: order.id, at, ...event, ...filled }).then(
      () => 1,
      (error: unknown) => {
        // The fills do not come to what is recorded: this order keeps no other from being read.
        if (error instanceof InvariantError) return look(error.message);
        throw error;
      },
    );
  if (filled !== null && dec(filled.filledQuantity).equals(order.quantity)) return end({ kind: "filled" });
  const parent = order.parentOrderId === null ? null : await getOrder(db, order.parentOrderId);
  if (parent !== null && isTerminal(parent.status) && dec(parent.filledQuantity).isZero())
    return end({ kind: "canceled", reason: "its entry ended unfilled" });
  if (order.timeInForce === "DAY" && endedInReach(order, at))
    return end({ kind: "expired", reason: "its session is over" });
  return look("the broker does not know it any more");
}

/** What the stored fills of an order come to; null without any. */
function filledBy(fills: readonly Pick<Fill, "quantity" | "price">[]) {
  if (fills.length === 0) return null;
  const quantity = fills.reduce((sum, fill) => sum.plus(fill.quantity), dec(0));
  const value = fills.reduce((sum, fill) => sum.plus(dec(fill.quantity).times(fill.price)), dec(0));
  return {
    filledQuantity: toDecimalString(quantity),
    averageFillPrice: toDecimalString(value.div(quantity)),
  };
}

/**
 * Its session is over, and not so long that its fills could have left the broker's list of trades: without them nobody can
 * say from here whether it filled.
 */
function endedInReach(order: OrderRow, at: Instant): boolean {
  const close = sessionEnd(order);
  return close !== null && Date.parse(at) >= close && Date.parse(at) < close + TRADES_REACH_MS;
}
