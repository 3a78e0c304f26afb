// Before a position is closed by signal, its stop and target must be gone, or a fill of both would turn it around.
// Effects: gateway, database. Invariant: the exit leaves only when every other order that could sell it is over.
import { setTimeout as sleep } from "node:timers/promises";
import { ConflictError, UnavailableError } from "#store/model/errors.ts";
import type { Conid, Ticker } from "#store/model/ids.ts";
import { type DecimalString, dec } from "#store/model/money.ts";
import { isTerminal, type OrderSide } from "#store/model/order.ts";
import { getOrder, type OrderRow, workingOrders } from "#store/trading/orders.ts";
import { applySeen } from "../book/apply.ts";
import { seenOrder } from "../book/seen.ts";
import { cancelOrder } from "../cancel.ts";
import type { OrderDeps } from "../types.ts";
import { businessNow } from "./steps.ts";

const LOOKS = 20;
const PAUSE_MS = 500;

export type Closing = {
  readonly conid: Conid;
  readonly symbol: Ticker;
  /** SELL closes a long position, BUY covers a short one. */
  readonly side: OrderSide;
  readonly quantity: DecimalString;
};

/** @throws UnavailableError while a cancel is not confirmed; ConflictError when less is held than the exit sells. */
export async function clearProtection(
  deps: OrderDeps,
  closing: Closing,
  signal?: AbortSignal,
): Promise<void> {
  const { accountId, client } = deps.gateway;
  const { conid, symbol } = closing;
  const guards = (await workingOrders(deps.database.db, { accountId, conid })).filter(
    (order) => order.leg === "stop" || order.leg === "target",
  );
  for (const guard of guards)
    if (guard.status !== "PENDING_CANCEL") await cancelOrder(deps, guard.id, signal);
  for (const guard of guards) await waitUntilOver(deps, guard, signal);
  const held = (await client.positions(signal)).find((position) => position.conid === conid);
  const quantity = dec(held?.quantity ?? 0).times(closing.side === "SELL" ? 1 : -1);
  if (quantity.lessThan(closing.quantity))
    throw new ConflictError(
      "position_changed",
      `${quantity.toFixed()} ${symbol} held, ${closing.quantity} to close`,
    );
}

async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(ms, undefined, signal === undefined ? {} : { signal });
}

async function waitUntilOver(deps: OrderDeps, guard: OrderRow, signal?: AbortSignal): Promise<void> {
  const { db } = deps.database;
  for (let look = 0; look < LOOKS; look++) {
    if (isTerminal((await getOrder(db, guard.id)).status)) return;
    const now =
      guard.brokerOrderId === null
        ? null
        : await deps.gateway.client.orders.status(guard.brokerOrderId, signal);
    if (now !== null)
      await applySeen(db, { order: guard, seen: seenOrder(now), at: await businessNow(deps) });
    if (isTerminal((await getOrder(db, guard.id)).status)) return;
    await (deps.pause ?? pause)(PAUSE_MS, signal);
  }
  throw new UnavailableError(
    "protection_working",
    `the ${guard.leg} of ${guard.symbol} is not cancelled yet`,
  );
}
