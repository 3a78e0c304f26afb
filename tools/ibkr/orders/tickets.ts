// Domain tickets as the bodies that the API wants. Pure. Refuses what could not be meant before anything is sent.
import { InputError } from "#store/model/errors.ts";
import type { AccountId } from "#store/model/ids.ts";
import { dec } from "#store/model/money.ts";
import type { OrderType } from "#store/model/order.ts";
import { incrementAt, isOnGrid } from "../../risk/rounding.ts";
import type { OrderTicket } from "./types.ts";

/** One entry of the request's `orders`; a modification sends one bare. */
export type WireTicket = {
  acctId: AccountId;
  conid: number;
  orderType: "LMT" | "MKT" | "STP";
  side: "BUY" | "SELL";
  tif: "DAY" | "GTC";
  quantity: number;
  /** Limit price; for a stop order the stop price (unlike TWS, where that is auxPrice). */
  price?: number;
  cOID?: string;
  parentId?: string;
  outsideRTH: false;
};

const TYPE_WORD: Readonly<Record<OrderType, WireTicket["orderType"]>> = {
  LIMIT: "LMT",
  MARKET: "MKT",
  STOP: "STP",
};

/** A single order, or a parent followed by its children. @throws InputError with the ticket's fault */
export function wireTickets(tickets: readonly OrderTicket[], acctId: AccountId): WireTicket[] {
  const [parent, ...children] = tickets;
  if (parent === undefined) throw fault("no_ticket", "A submission without an order.");
  for (const child of children) requireChild(child, parent);
  return [
    { ...bareTicket(parent, acctId), cOID: parent.clientOrderId },
    ...children.map((child) => ({ ...bareTicket(child, acctId), parentId: parent.clientOrderId })),
  ];
}

/** The complete ticket without ids: also what a modification sends (a field left out would be dropped). */
export function bareTicket(ticket: OrderTicket, acctId: AccountId): WireTicket {
  const price =
    ticket.type === "LIMIT" ? ticket.limitPrice : ticket.type === "STOP" ? ticket.stopPrice : null;
  if (ticket.type !== "MARKET" && price === null)
    throw fault("ticket_without_price", `A ${ticket.type} order needs its price.`);
  if (ticket.type !== "LIMIT" && ticket.limitPrice !== null)
    throw fault("ticket_price_not_meant", `A ${ticket.type} order has no limit price.`);
  if (ticket.type !== "STOP" && ticket.stopPrice !== null)
    throw fault("ticket_price_not_meant", `A ${ticket.type} order has no stop price.`);
  if (price !== null) requireOnGrid(ticket, price);
  return {
    acctId,
    conid: ticket.conid,
    orderType: TYPE_WORD[ticket.type],
    side: ticket.side,
    tif: ticket.timeInForce,
    quantity: positive(ticket.quantity, "quantity"),
    ...(price === null ? {} : { price: positive(price, "price") }),
    outsideRTH: false,
  };
}

/** The broker would refuse it, a stop perhaps after its entry was taken: better nothing leaves. */
function requireOnGrid({ priceIncrements, symbol, leg }: OrderTicket, price: string): void {
  if (priceIncrements === undefined || isOnGrid(priceIncrements, price)) return;
  const step = incrementAt(priceIncrements, price);
  throw fault(
    "price_off_grid",
    `${symbol} ${leg}: ${price} is no price, it moves in steps of ${step} there.`,
  );
}

function requireChild(child: OrderTicket, parent: OrderTicket): void {
  if (child.conid !== parent.conid)
    throw fault("bracket_mixed", "A bracket's legs must be of one instrument.");
  if (child.side === parent.side) throw fault("bracket_same_side", "A bracket's children close its parent.");
  if (!dec(child.quantity).eq(parent.quantity))
    throw fault("bracket_quantity", "A bracket's legs must have one quantity.");
  if (child.leg === parent.leg) throw fault("bracket_legs", "A bracket's legs must differ.");
}

function positive(value: string, field: string): number {
  const number = dec(value);
  if (number.lte(0))
    throw fault("ticket_not_positive", `An order's ${field} must be above zero, not ${value}.`);
  return number.toNumber();
}

function fault(code: string, message: string): InputError {
  return new InputError(code, message, { facts: { sent: false } });
}
