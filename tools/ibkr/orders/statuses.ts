// IBKR's order words as the desk's events and statuses: one table. Pure. A word that is not in it is an error.
import { VendorError } from "#store/model/errors.ts";
import { type Decimal, dec } from "#store/model/money.ts";
import type { OrderEventKind, OrderSide, OrderStatus, OrderType, TimeInForce } from "#store/model/order.ts";

export type StatusFacts = {
  vendorStatus: string;
  filledQuantity: Decimal.Value;
  quantity: Decimal.Value;
  /** order_cancellation_by_system_reason or the text of a refusal. */
  reason: string | null;
};

type Meaning = "working" | "filled" | "cancelling" | "cancelled" | "inactive" | "failed";

/** PendingSubmit and WarnState are seen at the broker and not working yet: they can still become anything. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  PendingSubmit: "working",
  PreSubmitted: "working",
  Submitted: "working",
  WarnState: "working",
  Filled: "filled",
  PendingCancel: "cancelling",
  PreCancelled: "cancelling",
  Cancelled: "cancelled",
  Inactive: "inactive",
  Failed: "failed",
};

const STATUS_OF: Readonly<Partial<Record<OrderEventKind, OrderStatus>>> = {
  accepted: "ACCEPTED",
  partially_filled: "PARTIALLY_FILLED",
  filled: "FILLED",
  cancel_requested: "PENDING_CANCEL",
  canceled: "CANCELED",
  rejected: "REJECTED",
  expired: "EXPIRED",
};

/** The event that brings our record to where the broker is, and the status it stands for. @throws VendorError unknown_order_status */
export function statusMeaning(facts: StatusFacts): { event: OrderEventKind; status: OrderStatus } {
  const meaning = MEANINGS[facts.vendorStatus];
  if (meaning === undefined) {
    throw new VendorError(
      "unknown_order_status",
      `The gateway gave an order status that is not known: ${facts.vendorStatus}`,
      { facts: { vendorStatus: facts.vendorStatus } },
    );
  }
  const event = eventOf(meaning, facts);
  const status = STATUS_OF[event];
  if (status === undefined)
    throw new VendorError("unknown_order_status", `No status for the event ${event}.`);
  return { event, status };
}

function eventOf(meaning: Meaning, facts: StatusFacts): OrderEventKind {
  const filled = dec(facts.filledQuantity);
  switch (meaning) {
    case "working":
      // There is no word for a partial fill: the quantities tell.
      if (filled.gt(0)) return filled.gte(facts.quantity) ? "filled" : "partially_filled";
      return "accepted";
    case "filled":
      return "filled";
    case "cancelling":
      return "cancel_requested";
    case "cancelled":
      return endedEvent(filled, facts.reason);
    case "inactive":
    case "failed":
      return filled.gt(0) ? "canceled" : "rejected";
  }
}

/** A DAY order ends as Cancelled with "order expired"; a late refusal as Cancelled with its reason. */
function endedEvent(filled: Decimal, reason: string | null): OrderEventKind {
  if (reason !== null && /expired/i.test(reason)) return "expired";
  if (filled.eq(0) && reason !== null && /reject/i.test(reason)) return "rejected";
  return "canceled";
}

/** BUY and SELL, their letters, and Bot/Sld of executions. @throws VendorError unknown_order_side */
export function sideOf(word: string): OrderSide {
  switch (word.toUpperCase()) {
    case "BUY":
    case "B":
    case "BOT":
      return "BUY";
    case "SELL":
    case "S":
    case "SLD":
      return "SELL";
    default:
      throw new VendorError(
        "unknown_order_side",
        `The gateway gave an order side that is not known: ${word}`,
      );
  }
}

/** Null for a type that the desk does not send. */
export function orderTypeOf(word: string): OrderType | null {
  switch (word.toUpperCase()) {
    case "LIMIT":
    case "LMT":
      return "LIMIT";
    case "MARKET":
    case "MKT":
      return "MARKET";
    case "STOP":
    case "STP":
      return "STOP";
    default:
      return null;
  }
}

/** Null for CLOSE, which a filled order shows whatever it was, and for words that the desk does not use. */
export function timeInForceOf(word: string | null | undefined): TimeInForce | null {
  return word === "DAY" || word === "GTC" ? word : null;
}
