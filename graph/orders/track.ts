// The tracker: one reading of live orders and trades serves every order of the account. Effects: gateway, database.

import { workingOrders } from "#store/trading/orders.ts";
import { runsWithEndedOrders } from "#store/trading/room.ts";
import { applyPoll } from "./book/poll.ts";
import { protectPositions } from "./sending/protect.ts";
import type { OrderDeps, TrackResult } from "./types.ts";

/**
 * One poll. Without orders of our own at the broker nothing is asked. Safe to run in several workers at once: every change
 * is one step of the transition table under the row's lock, and a reading that is older than what is known is passed over.
 * @throws UnavailableError, VendorError when the broker cannot be read; nothing is changed then.
 */
export async function trackOrders(deps: OrderDeps, signal?: AbortSignal): Promise<TrackResult> {
  const { database, gateway } = deps;
  const { accountId } = gateway;
  const polled = { events: 0, fills: 0 };
  const open = await workingOrders(database.db, { accountId });
  if (open.some((order) => order.status !== "INITIALIZED")) {
    const live = await gateway.client.orders.live(signal);
    const trades = await gateway.client.orders.trades(signal);
    Object.assign(polled, await applyPoll(deps, { live, trades, open }, signal));
  }
  await protectPositions(deps, signal);
  return {
    ...polled,
    finishedRuns: await runsWithEndedOrders(database.db, accountId),
    working: (await workingOrders(database.db, { accountId })).length,
  };
}
