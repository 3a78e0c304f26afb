// Records what the broker took: its ids on our legs, and the written rule for a leg that did not arrive.
// Effects: gateway (one look at the bracket), database.
import { InvariantError, toErrorRecord } from "#store/model/errors.ts";
import type { BrokerOrderId, Instant } from "#store/model/ids.ts";
import { getOrder, type OrderRow } from "#store/trading/orders.ts";
import type { BracketView, PlacedOrder, SubmitOutcome } from "#tools/ibkr/orders/types.ts";
import { applySeen } from "../book/apply.ts";
import { type Seen, seenOrder, seenPlaced } from "../book/seen.ts";
import type { OrderDeps } from "../types.ts";
import { missingLegs } from "./missing-leg.ts";
import { endLegs } from "./never-arrived.ts";
import { businessNow, markUnknown } from "./steps.ts";

type Accepted = Extract<SubmitOutcome, { kind: "accepted" }>;

/** Returns the first leg (entry or exit) as it stands afterwards. */
export async function recordPlaced(
  deps: OrderDeps,
  legs: readonly OrderRow[],
  outcome: Pick<Accepted, "orders" | "failed" | "childrenListed">,
): Promise<OrderRow> {
  const [parent, ...children] = legs;
  if (parent === undefined) throw new InvariantError("a submission without legs");
  const at = await businessNow(deps);
  const placedParent = findPlaced(parent, outcome.orders) ?? findPlaced(parent, outcome.failed);
  if (placedParent !== undefined)
    await applySeen(deps.database.db, { order: parent, seen: seenPlaced(placedParent), at });
  const turnedDown = await recordChildren(deps, {
    children,
    outcome,
    at,
    parentId: placedParent?.brokerOrderId ?? null,
  });
  // Legs of which the answer said nothing are unknown until the tracker has found them.
  const { db } = deps.database;
  const now = await Promise.all(legs.map((leg) => getOrder(db, leg.id)));
  const silent = now.filter((leg) => leg.status === "SUBMITTING");
  if (silent.length > 0) await markUnknown(db, { legs: silent, at, details: { answer: outcome } });
  const first = now.find((leg) => leg.id === parent.id && leg.status !== "SUBMITTING");
  if (turnedDown.length === 0) return first ?? getOrder(db, parent.id);
  await missingLegs(deps, { parent: await getOrder(db, parent.id), missing: turnedDown });
  return getOrder(db, parent.id);
}

/** Returns the children that the broker surely does not have. */
async function recordChildren(
  deps: OrderDeps,
  of: {
    children: readonly OrderRow[];
    outcome: Pick<Accepted, "orders" | "failed" | "childrenListed">;
    at: Instant;
    parentId: BrokerOrderId | null;
  },
): Promise<OrderRow[]> {
  const { db } = deps.database;
  const { children, outcome, at } = of;
  const placed = children.map((leg) => findPlaced(leg, outcome.orders) ?? findPlaced(leg, outcome.failed));
  const complete = placed.every((one) => one !== undefined);
  const view = complete || of.parentId === null ? null : await bracketOf(deps, of.parentId);
  const missing: OrderRow[] = [];
  const silent: OrderRow[] = [];
  for (const [index, leg] of children.entries()) {
    const told = placed[index];
    const seen = told === undefined ? seenInBracket(leg, view) : seenPlaced(told);
    if (seen === null) {
      silent.push(leg);
      continue;
    }
    const applied = await applySeen(db, { order: leg, seen, at });
    if (applied.order.status === "REJECTED") missing.push(applied.order);
  }
  // A refused child has no id that would name it: when just as many are missing from the bracket, it is these.
  const unnamed = outcome.failed.filter((one) => one.leg === null && one.clientOrderId === null);
  if (silent.length > 0 && silent.length === unnamed.length && view !== null && view.parent !== null)
    missing.push(...(await refuseLegs(deps, { legs: silent, failed: unnamed, at })));
  return missing;
}

async function refuseLegs(
  deps: OrderDeps,
  of: { legs: readonly OrderRow[]; failed: readonly PlacedOrder[]; at: Instant },
): Promise<OrderRow[]> {
  const message = of.failed.map((one) => one.text ?? one.vendorStatus).join("; ");
  return endLegs(deps.database.db, of.legs, {
    code: "broker_refused",
    message,
    at: of.at,
    details: of.failed,
  });
}

/** A look that fails leaves the children unknown; the tracker looks again. */
async function bracketOf(deps: OrderDeps, parentId: BrokerOrderId): Promise<BracketView | null> {
  try {
    return await deps.gateway.client.orders.bracket(parentId);
  } catch (error) {
    if (toErrorRecord(error).code === "unexpected") throw error;
    return null;
  }
}

export function seenInBracket(leg: OrderRow, view: BracketView | null): Seen | null {
  const found = leg.leg === "stop" ? view?.stop : leg.leg === "target" ? view?.target : null;
  return found == null ? null : seenOrder(found);
}

function findPlaced(leg: OrderRow, orders: readonly PlacedOrder[]): PlacedOrder | undefined {
  return orders.find((one) =>
    one.clientOrderId === null ? one.leg === leg.leg : one.clientOrderId === leg.clientOrderId,
  );
}
