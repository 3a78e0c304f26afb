// Orders at the broker that this desk never sent (by hand, another session) become rows marked external. Effects: database.
import type { Db } from "#store/database.ts";
import { type AccountId, derivedId, type Instant, type OrderId } from "#store/model/ids.ts";
import { type DecimalString, dec } from "#store/model/money.ts";
import { isTerminal, type Position } from "#store/model/order.ts";
import { raiseAlertOnce } from "#store/trading/alerts.ts";
import {
  childOrders,
  createOrders,
  type NewOrder,
  type OrderRow,
  orderByBrokerId,
  orderByClientOrderId,
} from "#store/trading/orders.ts";
import type { BrokerOrder } from "#tools/ibkr/orders/types.ts";
import type { OrderDeps } from "../types.ts";
import { applySeen } from "./apply.ts";
import { seenOrder } from "./seen.ts";

/** Returns how many were adopted now. Orders of ours must have been given their broker ids before. */
export async function adoptExternal(
  deps: OrderDeps,
  of: { live: readonly BrokerOrder[]; positions: readonly Position[]; currency: string; at: Instant },
): Promise<number> {
  const { db } = deps.database;
  let adopted = 0;
  for (const order of of.live) {
    const { accountId, brokerOrderId } = order;
    if (accountId !== deps.gateway.accountId) continue;
    if ((await orderByBrokerId(db, { accountId, brokerOrderId })) !== null) continue;
    if (await isChildOfOurs(db, order)) continue;
    const ours = await oursByName(db, order);
    if (ours !== null) {
      // It carries an id of ours and we had given it up: it is no stranger's, and a person must look.
      await applySeen(db, { order: ours, seen: seenOrder(order), at: of.at });
      continue;
    }
    const held = of.positions.find((position) => position.conid === order.conid);
    const [row] = await createOrders(db, [externalRow(order, { deps, held, currency: of.currency })]);
    adopted += 1;
    if (row !== undefined && !isTerminal(row.status))
      await raiseAlertOnce(db, {
        level: "info",
        code: "external_order",
        message: `${row.symbol}: ${row.side} ${row.quantity} was placed outside this desk (${row.brokerOrderId})`,
        facts: { typeText: order.typeText, orderRef: order.orderRef },
        orderId: row.id,
        symbolRunId: null,
      });
  }
  return adopted;
}

/** A stop or target that a submission still in doubt put there: it carries no id of ours until it has been looked up. */
async function isChildOfOurs(db: Db, order: BrokerOrder): Promise<boolean> {
  const { accountId, parentBrokerOrderId } = order;
  if (parentBrokerOrderId === null) return false;
  const parent = await orderByBrokerId(db, { accountId, brokerOrderId: parentBrokerOrderId });
  if (parent === null || parent.external) return false;
  const children = await childOrders(db, parent.id);
  return children.some((child) => child.brokerOrderId === null && !isTerminal(child.status));
}

async function oursByName(db: Db, { clientOrderId }: BrokerOrder): Promise<OrderRow | null> {
  return clientOrderId === null ? null : orderByClientOrderId(db, clientOrderId);
}

export function externalOrderId(accountId: AccountId, brokerOrderId: string): OrderId {
  return derivedId("external-order", accountId, brokerOrderId) as OrderId;
}

function externalRow(
  order: BrokerOrder,
  of: { deps: OrderDeps; held: Position | undefined; currency: string },
): NewOrder {
  const { limitPrice, stopPrice, quantity, filledQuantity } = order;
  const held = dec(of.held?.quantity ?? 0);
  const against = order.side === "SELL" ? held : held.negated();
  return {
    id: externalOrderId(order.accountId, order.brokerOrderId),
    symbolRunId: null,
    verdictId: null,
    approvalId: null,
    clientOrderId: null,
    brokerOrderId: order.brokerOrderId,
    parentOrderId: null,
    // What only sells (or covers) what is held reduces exposure; anything else counts as an entry, to be safe.
    leg: against.greaterThanOrEqualTo(order.remainingQuantity) ? "exit" : "entry",
    attempt: 0,
    gatewaySession: of.deps.gateway.session,
    accountId: order.accountId,
    conid: order.conid,
    symbol: order.symbol,
    side: order.side,
    type: limitPrice !== null ? "LIMIT" : stopPrice !== null ? "STOP" : "MARKET",
    timeInForce: order.timeInForce ?? "DAY",
    quantity,
    limitPrice,
    stopPrice: limitPrice === null ? stopPrice : null,
    currency: order.currency ?? of.currency,
    status: order.status,
    filledQuantity: dec(filledQuantity).greaterThan(quantity) ? quantity : (filledQuantity as DecimalString),
    averageFillPrice: order.averageFillPrice,
    reason: order.reason ?? `external: ${order.typeText}`,
    external: true,
  };
}
