// Rows of an accepting answer as placed orders, matched to their tickets as far as the answer allows. Pure.
import type { BrokerOrderId } from "#store/model/ids.ts";
import { brokerOrderIdOf, clientOrderIdOf, plainText } from "../wire/values.ts";
import type { PlacedRow } from "./answers.ts";
import { statusMeaning } from "./statuses.ts";
import type { OrderTicket, PlacedOrder } from "./types.ts";

export type SortedRows = { orders: PlacedOrder[]; failed: PlacedOrder[] };

/** Working and resting orders apart from those that were turned down. Rows are not in the order of the request. */
export function sortPlaced(rows: readonly PlacedRow[], tickets: readonly OrderTicket[]): SortedRows {
  const placed = rows.map((row) => placedOrder(row, tickets));
  const dead = (order: PlacedOrder) => order.status === "REJECTED" || order.brokerOrderId === null;
  return { orders: placed.filter((order) => !dead(order)), failed: placed.filter(dead) };
}

function placedOrder(row: PlacedRow, tickets: readonly OrderTicket[]): PlacedOrder {
  const [parent] = tickets;
  const brokerOrderId = brokerOrderIdOf(row.order_id);
  const parentBrokerOrderId = brokerOrderIdOf(row.parent_order_id);
  // Only the parent carries a client order id; a lone order without one is the lone ticket.
  const isParent =
    parent !== undefined &&
    (row.local_order_id === parent.clientOrderId || (tickets.length === 1 && brokerOrderId !== null));
  const vendorStatus = row.order_status ?? (brokerOrderId === null ? "Failed" : "PendingSubmit");
  const words = [row.text, row.warning_message].filter((text) => text !== null && text !== undefined);
  return {
    brokerOrderId,
    clientOrderId: isParent ? parent.clientOrderId : clientOrderIdOf(row.local_order_id),
    parentBrokerOrderId,
    leg: isParent ? parent.leg : onlyChildLeg(parentBrokerOrderId, tickets),
    vendorStatus,
    status: statusMeaning({ vendorStatus, filledQuantity: 0, quantity: 1, reason: null }).status,
    text: words.length === 0 ? null : plainText(words.join(" ")),
  };
}

/** With one child there is no doubt; which of two is which, their status tells (legs.ts). */
function onlyChildLeg(parentId: BrokerOrderId | null, tickets: readonly OrderTicket[]) {
  const [, child] = tickets;
  return parentId !== null && tickets.length === 2 && child !== undefined ? child.leg : null;
}
