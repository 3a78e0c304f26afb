// Settles orders of unknown outcome: found at the broker and adopted, or surely not there. Effects: gateway, database.
import { transaction } from "#store/database.ts";
import type { Instant } from "#store/model/ids.ts";
import { raiseAlertOnce } from "#store/trading/alerts.ts";
import { listOrderEvents } from "#store/trading/order-events.ts";
import type { OrderRow } from "#store/trading/orders.ts";
import type { OrderLookup } from "#tools/ibkr/orders/types.ts";
import { applySeen } from "../book/apply.ts";
import { saveFills } from "../book/fills.ts";
import { seenOrder } from "../book/seen.ts";
import type { OrderDeps } from "../types.ts";
import { endLegs } from "./never-arrived.ts";
import { seenInBracket } from "./record.ts";
import { businessNow, reach } from "./steps.ts";

/** How long after the POST an order may still turn up: IBKR gives up a request after 10 s. Machine time. */
export const SETTLE_MS = 30_000;

export type Settled = "adopted" | "not_there" | "undecided";

/** @param legs UNKNOWN legs of one submission, the parent (the only one with its id on the wire) first */
export async function settleUnknown(
  deps: OrderDeps,
  legs: readonly OrderRow[],
  signal?: AbortSignal,
): Promise<Settled> {
  const [parent] = legs;
  if (parent?.clientOrderId == null) return "undecided";
  const lookup = await deps.gateway.client.orders.find(parent.clientOrderId, signal);
  await reach(deps, "after_lookup");
  if (lookup.order !== null || lookup.fills.length > 0) {
    await adopt(deps, legs, lookup);
    return "adopted";
  }
  // Absence counts only when both lists were warmed, and when a request on its way has had the time to arrive.
  if (!lookup.certain || !(await isSettled(deps, parent))) return "undecided";
  await notThere(deps, legs);
  return "not_there";
}

async function adopt(deps: OrderDeps, legs: readonly OrderRow[], lookup: OrderLookup): Promise<void> {
  const { db } = deps.database;
  const at = await businessNow(deps);
  const [parent, ...children] = legs;
  if (parent !== undefined && lookup.order !== null)
    await applySeen(db, { order: parent, seen: seenOrder(lookup.order), at });
  // Only fills left (the order list is of the day): enough to know that it arrived, and with which id.
  const [fill] = lookup.fills;
  if (parent !== undefined && lookup.order === null && fill !== undefined)
    await applySeen(db, { order: parent, seen: seenByFills(lookup), at });
  const view = {
    parent: lookup.order,
    stop: lookup.children.find((child) => child.type === "STOP") ?? null,
    target: lookup.children.find((child) => child.type === "LIMIT") ?? null,
    others: [],
  };
  for (const child of children) {
    const seen = seenInBracket(child, view);
    if (seen !== null) await applySeen(db, { order: child, seen, at });
  }
  await saveFills(deps, lookup.fills);
}

function seenByFills({ fills }: OrderLookup) {
  return {
    brokerOrderId: fills[0]?.brokerOrderId ?? null,
    status: "ACCEPTED" as const,
    quantity: null,
    filledQuantity: null,
    averageFillPrice: null,
    reason: null,
    vendorStatus: "found in trades",
  };
}

async function notThere(deps: OrderDeps, legs: readonly OrderRow[]): Promise<void> {
  const message = "looked up by client order id in live orders and trades, both warmed: it never arrived";
  const at = await businessNow(deps);
  await transaction(deps.database.db, async (tx) => {
    await endLegs(tx, legs, { code: "not_found", message, at });
    const [parent] = legs;
    if (parent === undefined) return;
    await raiseAlertOnce(tx, {
      level: "warning",
      code: "order_never_arrived",
      message: `${parent.symbol}: ${parent.clientOrderId} never reached the broker`,
      facts: null,
      orderId: parent.id,
      symbolRunId: parent.symbolRunId,
    });
  });
}

/** Counted from the newest moment at which the order may have left this desk, by the machine's clock. */
export async function isSettled(deps: OrderDeps, parent: OrderRow): Promise<boolean> {
  const events = await listOrderEvents(deps.database.db, parent.id);
  const sent = events.findLast((event) => event.kind === "submitting")?.details as
    | { machineAt?: Instant }
    | undefined;
  const sentAt = Date.parse(sent?.machineAt ?? "");
  return deps.clock.now().getTime() - sentAt >= (deps.settleMs ?? SETTLE_MS);
}
