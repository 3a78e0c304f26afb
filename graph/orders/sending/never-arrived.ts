// Ends a leg that surely is not at the broker, with a reason that says why: only then may a new attempt be made.
// Effects: database.
import type { Db } from "#store/database.ts";
import type { Instant } from "#store/model/ids.ts";
import { applyOrderEvent } from "#store/trading/order-events.ts";
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

/** Takes every leg that is still on its way to REJECTED. */
export async function endLegs(
  db: Db,
  legs: readonly OrderRow[],
  of: { code: EndCode; message: string; at: Instant; details?: unknown },
): Promise<OrderRow[]> {
  const reason = endReason(of.code, of.message);
  const ended: OrderRow[] = [];
  for (const leg of legs) {
    const event = { orderId: leg.id, at: of.at, reason, details: of.details ?? null };
    if (leg.status === "SUBMITTING" && of.code !== "not_sent" && of.code !== "not_found")
      ended.push(await applyOrderEvent(db, { ...event, kind: "rejected" }));
    else if (leg.status === "SUBMITTING" || leg.status === "UNKNOWN") {
      if (leg.status === "SUBMITTING")
        await applyOrderEvent(db, {
          orderId: leg.id,
          kind: "outcome_unknown",
          at: of.at,
          details: { reason },
        });
      ended.push(await applyOrderEvent(db, { ...event, kind: "not_found" }));
    } else ended.push(leg);
  }
  return ended;
}
