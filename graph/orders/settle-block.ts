// How a person settles what the two books disagree on: the broker's side is taken over, or the person's word stands.
// Effects: gateway (adopting an order asks for it once more), database.
import { z } from "zod";
import { type Db, transaction } from "#store/database.ts";
import { ConflictError } from "#store/model/errors.ts";
import { type Instant, OrderId } from "#store/model/ids.ts";
import { dec } from "#store/model/money.ts";
import { isTerminal, type OrderEventKind } from "#store/model/order.ts";
import { applyOrderEvent } from "#store/trading/order-events.ts";
import { getOrder, type OrderRow } from "#store/trading/orders.ts";
import {
  type BlockResolution,
  getBlock,
  resolveBlock,
  type SymbolBlockRow,
} from "#store/trading/symbol-blocks.ts";
import { accountLock } from "#store/trading/verdicts.ts";
import type { BrokerOrder } from "#tools/ibkr/orders/types.ts";
import { businessNow } from "./sending/steps.ts";
import type { OrderDeps } from "./types.ts";

export type Settlement = {
  blockId: number;
  /**
   * adopted: the broker's side becomes ours (the order as it tells it now; the position as it holds it).
   * accepted: the person's word; an order that the two sides cannot agree on ends in our book.
   */
  how: BlockResolution;
  reason: string;
  who: string;
};

/**
 * Lifts one block. A fill that grew stays one; nothing is sent or cancelled at the broker.
 * @throws NotFoundError; ConflictError `block_resolved`, `nothing_to_adopt`, `wrong_account`
 * @throws UnavailableError, VendorError when the broker's side cannot be read: then nothing has changed
 */
export async function settleBlock(
  deps: OrderDeps,
  of: Settlement,
  signal?: AbortSignal,
): Promise<SymbolBlockRow> {
  const { db } = deps.database;
  const block = await getBlock(db, of.blockId);
  const { accountId } = deps.gateway;
  if (block.accountId !== accountId)
    throw new ConflictError(
      "wrong_account",
      `the block is of account ${block.accountId}, not of ${accountId}`,
    );
  const order = block.code === "order_contradiction" ? await disputedOrder(db, block) : null;
  const there = order !== null && of.how === "adopted" ? await orderAtBroker(deps, order, signal) : null;
  const at = await businessNow(deps);
  const work = async (tx: Db) => {
    const { who, how, reason } = of;
    const settled = await resolveBlock(tx, block.id, { who, how, reason });
    if (order !== null) await takeOver(tx, { orderId: order.id, there, at, by: of });
    return settled;
  };
  return transaction(db, work, [accountLock(accountId)]);
}

const Disputed = z.object({ ours: z.object({ id: OrderId }) });

async function disputedOrder(db: Db, block: SymbolBlockRow): Promise<OrderRow | null> {
  const known = Disputed.safeParse(block.details);
  return known.success ? getOrder(db, known.data.ours.id) : null;
}

async function orderAtBroker(deps: OrderDeps, order: OrderRow, signal?: AbortSignal): Promise<BrokerOrder> {
  const { orders } = deps.gateway.client;
  const told =
    order.brokerOrderId !== null
      ? await orders.status(order.brokerOrderId, signal)
      : order.clientOrderId === null
        ? null
        : (await orders.find(order.clientOrderId, signal)).order;
  if (told === null)
    throw new ConflictError(
      "nothing_to_adopt",
      "the broker does not know this order: its side cannot be taken over; settle it by your own word",
    );
  if (dec(told.filledQuantity).greaterThan(order.quantity))
    throw new ConflictError(
      "nothing_to_adopt",
      `the broker says ${told.filledQuantity} filled of ${order.quantity} ordered: no order of ours can hold that; settle it by your own word`,
    );
  return told;
}

/** The order as the broker tells it; by a person's word alone it ends, unless it already has. */
async function takeOver(
  tx: Db,
  of: { orderId: OrderId; there: BrokerOrder | null; at: Instant; by: Settlement },
): Promise<void> {
  const { orderId, there, at, by } = of;
  const reason = `settled by ${by.who}: ${by.reason}`;
  const event = { orderId, at, reason, details: { settled: by } };
  const now = await getOrder(tx, orderId);
  if (there === null) {
    // One that counted as never arrived must not be sent again: it was seen there, and the person has dealt with it.
    const neverArrived = now.status === "REJECTED" && now.brokerOrderId === null;
    if (!isTerminal(now.status) || neverArrived)
      await applyOrderEvent(tx, { ...event, kind: "adopted_ended" });
    return;
  }
  const { brokerOrderId, averageFillPrice } = there;
  await applyOrderEvent(tx, {
    ...event,
    kind: kindOf(there),
    // What we have recorded as filled has its fills; a reading that tells less takes none of them away.
    ...(dec(there.filledQuantity).greaterThan(now.filledQuantity)
      ? { filledQuantity: there.filledQuantity }
      : {}),
    ...(averageFillPrice === null ? {} : { averageFillPrice }),
    ...(now.brokerOrderId === null ? { brokerOrderId } : {}),
  });
}

function kindOf(there: BrokerOrder): OrderEventKind {
  if (there.status === "FILLED") return "adopted_filled";
  return isTerminal(there.status) ? "adopted_ended" : "adopted_working";
}
