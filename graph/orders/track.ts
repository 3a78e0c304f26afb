// The tracker: one reading of live orders and trades serves every order of the account. Effects: gateway, database.

import { isTerminal } from "#store/model/order.ts";
import { getOrder, type OrderRow, workingOrders } from "#store/trading/orders.ts";
import { afterPoll } from "#store/trading/room.ts";
import { applyPoll } from "./book/poll.ts";
import { cancelOrder } from "./cancel.ts";
import { protectPositions } from "./sending/protect.ts";
import { businessNow, sessionEnd } from "./sending/steps.ts";
import type { OrderDeps, TrackResult } from "./types.ts";

/**
 * One poll. Without orders of our own at the broker nothing is asked. Safe to run in several workers at once: every change
 * is one step of the transition table under the row's lock, and a reading that is older than what is known is passed over.
 * @param of.mayProtect false while the books were not compared: then no stop is sent either, for a position that may be gone
 * @throws UnavailableError, VendorError when the broker cannot be read; nothing is changed then.
 */
export async function trackOrders(
  deps: OrderDeps,
  signal?: AbortSignal,
  of: { mayProtect?: boolean } = {},
): Promise<TrackResult> {
  const { database, gateway } = deps;
  const { accountId } = gateway;
  const polled = { events: 0, fills: 0 };
  const open = await workingOrders(database.db, { accountId });
  if (open.some((order) => order.status !== "INITIALIZED")) {
    const live = await gateway.client.orders.live(signal);
    const trades = await gateway.client.orders.trades(signal);
    Object.assign(polled, await applyPoll(deps, { live, trades, open }, signal));
  }
  await cancelStale(deps, open);
  if (of.mayProtect !== false) await protectPositions(deps, signal);
  return { ...polled, ...(await afterPoll(database.db, accountId)) };
}

/** Intents of a session that is over can never be sent any more: they must not take room for ever. */
async function cancelStale(deps: OrderDeps, open: readonly OrderRow[]): Promise<void> {
  const at = await businessNow(deps);
  for (const order of open) {
    const whole = order.leg === "entry" || order.leg === "exit";
    if (order.status !== "INITIALIZED" || !whole || !(Date.parse(at) >= (sessionEnd(order) ?? Infinity)))
      continue;
    try {
      await cancelOrder(deps, order.id);
    } catch (error) {
      // It ended meanwhile.
      if (!isTerminal((await getOrder(deps.database.db, order.id)).status)) throw error;
    }
  }
}
