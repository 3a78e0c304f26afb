// What a reading of the broker means for a stored order: the events to apply, nothing, or a contradiction. Pure.
import type { BrokerOrderId } from "#store/model/ids.ts";
import { type DecimalString, dec } from "#store/model/money.ts";
import { isTerminal, type Order, type OrderEventKind, type OrderStatus } from "#store/model/order.ts";
import type { BrokerOrder, PlacedOrder } from "#tools/ibkr/orders/types.ts";

/** An order as the broker tells it, whichever call told it. */
export type Seen = {
  readonly brokerOrderId: BrokerOrderId | null;
  readonly status: OrderStatus;
  /** Its size at the broker; null when this answer does not tell it. */
  readonly quantity: DecimalString | null;
  readonly filledQuantity: DecimalString | null;
  readonly averageFillPrice: DecimalString | null;
  readonly reason: string | null;
  /** The broker's own word, for the record. */
  readonly vendorStatus: string;
};

export type SeenEvent = {
  readonly kind: OrderEventKind;
  readonly brokerOrderId?: BrokerOrderId;
  readonly filledQuantity?: DecimalString;
  readonly averageFillPrice?: DecimalString;
  readonly reason?: string;
};

export type Reading =
  | { readonly kind: "events"; readonly events: readonly SeenEvent[] }
  | { readonly kind: "contradiction"; readonly why: string };

type Known = Pick<
  Order,
  "status" | "brokerOrderId" | "parentOrderId" | "quantity" | "filledQuantity" | "averageFillPrice"
>;

const NOTHING: Reading = { kind: "events", events: [] };

export function seenOrder(order: BrokerOrder): Seen {
  const { brokerOrderId, status, quantity, filledQuantity, averageFillPrice, reason, vendorStatus } = order;
  return { brokerOrderId, status, quantity, filledQuantity, averageFillPrice, reason, vendorStatus };
}

export function seenPlaced(order: PlacedOrder): Seen {
  const { brokerOrderId, status, text, vendorStatus } = order;
  const untold = { quantity: null, filledQuantity: null, averageFillPrice: null };
  return { ...untold, brokerOrderId, status, reason: text, vendorStatus };
}

/**
 * Compares a stored order with a reading. Readings may be old: one that tells less than is known gives nothing.
 * A contradiction (other id, more filled than ordered, another end than the recorded one) must stop the symbol.
 */
export function readOrder(known: Known, seen: Seen): Reading {
  const wrong = contradiction(known, seen);
  if (wrong !== null) return { kind: "contradiction", why: wrong };
  const filled = seen.filledQuantity === null ? dec(known.filledQuantity) : dec(seen.filledQuantity);
  const grew = filled.greaterThan(known.filledQuantity);
  if (filled.lessThan(known.filledQuantity)) return NOTHING;
  if (isTerminal(known.status)) return ended(known, seen, grew);
  const events: SeenEvent[] = [];
  const inTheAir = known.status === "SUBMITTING" || known.status === "UNKNOWN";
  const named = inTheAir && seen.brokerOrderId !== null ? { brokerOrderId: seen.brokerOrderId } : {};
  const status = "brokerOrderId" in named ? "SUBMITTED" : known.status;
  const kind = kindOf(status, seen, { grew, any: filled.greaterThan(0) });
  if (kind !== null) events.push({ kind, ...named, ...fieldsOf(seen, grew), ...endOf(kind, known, seen) });
  else if ("brokerOrderId" in named) events.push({ kind: "submitted", ...named });
  // What filled while it was being cancelled is an event of its own.
  if (kind === "partially_filled" && seen.status === "PENDING_CANCEL" && status !== "PENDING_CANCEL")
    events.push({ kind: "cancel_requested" });
  return { kind: "events", events };
}

function contradiction(known: Known, seen: Seen): string | null {
  if (
    seen.brokerOrderId !== null &&
    known.brokerOrderId !== null &&
    seen.brokerOrderId !== known.brokerOrderId
  )
    return `broker order id ${seen.brokerOrderId}, recorded ${known.brokerOrderId}`;
  if (seen.filledQuantity !== null && dec(seen.filledQuantity).greaterThan(known.quantity))
    return `${seen.filledQuantity} filled of ${known.quantity}`;
  if (
    seen.status === "FILLED" &&
    seen.filledQuantity !== null &&
    !dec(seen.filledQuantity).equals(wholeOf(known, seen))
  )
    return `filled, says the broker, with ${seen.filledQuantity} of ${known.quantity}`;
  if (known.status === "INITIALIZED" || known.status === "DENIED")
    return `at the broker as ${seen.vendorStatus}, never sent from here`;
  if (BROKER_NEVER_SAYS.has(seen.status))
    return `the broker says ${seen.vendorStatus}, which means nothing here`;
  return null;
}

/** Stop and target share one size: what one of them fills, the broker takes off the other. */
function wholeOf(known: Known, seen: Seen): DecimalString {
  const reduced =
    known.parentOrderId !== null && seen.quantity !== null && dec(seen.quantity).lessThan(known.quantity);
  return reduced && seen.quantity !== null ? seen.quantity : known.quantity;
}

const BROKER_NEVER_SAYS: ReadonlySet<OrderStatus> = new Set([
  "INITIALIZED",
  "DENIED",
  "SUBMITTING",
  "UNKNOWN",
]);

/** A recorded end stands: it may gain late fills and prices, and an older reading is passed over. */
function ended(known: Known, seen: Seen, grew: boolean): Reading {
  if (!isTerminal(seen.status)) {
    // A rejection that says "never arrived" was wrong if the broker has it working after all.
    if (known.status === "REJECTED" && known.brokerOrderId === null)
      return {
        kind: "contradiction",
        why: `recorded as never arrived, at the broker as ${seen.vendorStatus}`,
      };
    return grew ? { kind: "contradiction", why: `filled further after ${known.status}` } : NOTHING;
  }
  if (sameEnd(known, seen)) {
    const fields = fieldsOf(seen, grew);
    const newPrice =
      fields.averageFillPrice !== undefined && fields.averageFillPrice !== known.averageFillPrice;
    return grew || newPrice
      ? { kind: "events", events: [{ kind: endKind(known.status), ...fields }] }
      : NOTHING;
  }
  return { kind: "contradiction", why: `recorded as ${known.status}, at the broker ${seen.vendorStatus}` };
}

/** IBKR uses "Cancelled" and "Inactive" for several ends; which of ours it was is settled when first seen. */
function sameEnd(known: Known, seen: Seen): boolean {
  if (known.status === seen.status) return true;
  return known.status !== "FILLED" && seen.status !== "FILLED";
}

function endKind(status: OrderStatus): OrderEventKind {
  switch (status) {
    case "FILLED":
      return "filled";
    case "CANCELED":
      return "canceled";
    case "EXPIRED":
      return "expired";
    default:
      return "rejected";
  }
}

function kindOf(
  status: OrderStatus,
  seen: Seen,
  fill: { grew: boolean; any: boolean },
): OrderEventKind | null {
  switch (seen.status) {
    case "FILLED":
      return "filled";
    case "CANCELED":
      return "canceled";
    case "EXPIRED":
      return "expired";
    case "REJECTED":
      // What is filled stays filled: the rest ended.
      return fill.any || status === "PARTIALLY_FILLED" ? "canceled" : "rejected";
    case "PENDING_CANCEL":
      return status === "PENDING_CANCEL" && !fill.grew
        ? null
        : fill.grew
          ? "partially_filled"
          : "cancel_requested";
    case "PARTIALLY_FILLED":
      return fill.grew ? "partially_filled" : null;
    default:
      if (fill.grew) return "partially_filled";
      return seen.status === "ACCEPTED" && status === "SUBMITTED" ? "accepted" : null;
  }
}

function isEnd(kind: OrderEventKind): boolean {
  return kind === "canceled" || kind === "expired" || kind === "rejected";
}

function fieldsOf(seen: Seen, grew: boolean): Pick<SeenEvent, "filledQuantity" | "averageFillPrice"> {
  return {
    ...(grew && seen.filledQuantity !== null ? { filledQuantity: seen.filledQuantity } : {}),
    ...(seen.averageFillPrice === null ? {} : { averageFillPrice: seen.averageFillPrice }),
  };
}

function endOf(kind: OrderEventKind, known: Known, seen: Seen): Pick<SeenEvent, "reason" | "filledQuantity"> {
  if (kind === "filled") return { filledQuantity: seen.filledQuantity ?? known.quantity };
  return isEnd(kind) ? { reason: seen.reason ?? seen.vendorStatus } : {};
}
