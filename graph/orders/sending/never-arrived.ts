// Ends a leg that surely is not at the broker, with a reason that says why: only then may a new attempt be made.
// Effects: database.
import type { Db } from "#store/database.ts";
import type { Instant } from "#store/model/ids.ts";
import { changeOrders, type OrderEvent } from "#store/trading/order-events.ts";
import type { OrderRow } from "#store/trading/orders.ts";

/** First word of the stored reason. `refused` is the broker's no; the others mean that nothing ever got there. */
export const END_CODES = ["not_sent", "not_found", "broker_question", "broker_refused"] as const;
export type EndCode = (typeof END_CODES)[number];

export function endReason(code: EndCode, message: string): string {
  return `${code}: ${message}`;
}

/** The code and words of a stored reason; null when the broker's own words stand there. */
export function endCodeOf(reason: string | null): { code: EndCode; message: string } | null {
  const [, code, message] = /^(\w+): ([\s\S]*)$/.exec(reason ?? "") ?? [];
  const known = END_CODES.find((one) => one === code);
  return known === undefined ? null : { code: known, message: message ?? "" };
}

/** Anything but an intent, or one that surely never got there. */
export function mayHaveLeft({ status, brokerOrderId }: OrderRow): boolean {
  return status !== "INITIALIZED" && !(status === "REJECTED" && brokerOrderId === null);
}

/** Takes every leg that is still on its way to REJECTED; one that a poll has found since stays as it is. */
export async function endLegs(
  db: Db,
  legs: readonly OrderRow[],
  of: { code: EndCode; message: string; at: Instant; details?: unknown },
): Promise<OrderRow[]> {
  return changeOrders(db, legs, (leg) => endsOf(leg, of));
}

type Ending = Omit<OrderEvent, "orderId">;

function endsOf(
  leg: OrderRow,
  of: { code: EndCode; message: string; at: Instant; details?: unknown },
): Ending[] {
  const { code, at } = of;
  const reason = endReason(code, of.message);
  const event = { at, reason, details: of.details ?? null };
  if (leg.status === "UNKNOWN") return [{ ...event, kind: "not_found" }];
  if (leg.status !== "SUBMITTING") return [];
  if (code !== "not_sent" && code !== "not_found") return [{ ...event, kind: "rejected" }];
  return [
    { kind: "outcome_unknown", at, details: { reason } },
    { ...event, kind: "not_found" },
  ];
}
