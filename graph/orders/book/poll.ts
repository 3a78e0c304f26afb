// Brings every open order of the account in line with one reading of the broker. Effects: gateway (details), database.
import type { Instant } from "#store/model/ids.ts";
import { dec } from "#store/model/money.ts";
import { type Fill, isTerminal } from "#store/model/order.ts";
import { fillsOfOrder } from "#store/trading/fills.ts";
import { applyOrderEvent } from "#store/trading/order-events.ts";
import { getOrder, type OrderRow, workingOrders } from "#store/trading/orders.ts";
import { sessionClose } from "#tools/calendar.ts";
import type { BrokerOrder } from "#tools/ibkr/orders/types.ts";
import { settleInDoubt } from "../sending/in-doubt.ts";
import { businessNow } from "../sending/steps.ts";
import type { OrderDeps } from "../types.ts";
import { applySeen, applySightings, type Sighting, stopSymbol } from "./apply.ts";
import { saveFills } from "./fills.ts";
import { readOrder, type Seen, seenOrder } from "./seen.ts";

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
  for (const order of notListed) events += await followUp(deps, { order, at }, signal);
  // Fills last: only now every order has the broker's id that ties them together.
  return { events, fills: await saveFills(deps, reading.trades) };
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
  const filled = (await fillsOfOrder(db, order.id)).reduce((sum, fill) => sum.plus(fill.quantity), dec(0));
  if (filled.equals(order.quantity)) {
    await applyOrderEvent(db, { orderId: order.id, kind: "filled", at, filledQuantity: order.quantity });
    return 1;
  }
  const parent = order.parentOrderId === null ? null : await getOrder(db, order.parentOrderId);
  if (parent !== null && isTerminal(parent.status) && dec(parent.filledQuantity).isZero()) {
    await applyOrderEvent(db, {
      orderId: order.id,
      kind: "canceled",
      at,
      reason: "its entry ended unfilled",
    });
    return 1;
  }
  if (order.timeInForce === "DAY" && sessionIsOver(order, at)) {
    await applyOrderEvent(db, { orderId: order.id, kind: "expired", at, reason: "its session is over" });
    return 1;
  }
  await stopSymbol(db, order, { why: "the broker does not know it any more", seen: null });
  return 0;
}

/** The session stands in the client order id: CS-YYYYMMDD-… */
function sessionIsOver(order: OrderRow, at: Instant): boolean {
  const [, y, m, d] = /^CS-(\d{4})(\d{2})(\d{2})-/.exec(order.clientOrderId ?? "") ?? [];
  if (y === undefined) return false;
  return new Date(at) >= sessionClose(`${y}-${m}-${d}` as Parameters<typeof sessionClose>[0]);
}
