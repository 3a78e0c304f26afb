// Records what the broker took: its ids on our legs, and the written rule for a leg that did not arrive.
// Effects: gateway (one look at the bracket), database.
import { InvariantError, toErrorRecord } from "#store/model/errors.ts";
import type { BrokerOrderId, Instant } from "#store/model/ids.ts";
import { getOrder, type OrderRow } from "#store/trading/orders.ts";
import type { BracketView, PlacedOrder, SubmitOutcome } from "#tools/ibkr/orders/types.ts";
import { applySightings, type Sighting } from "../book/apply.ts";
import { type Seen, seenOrder, seenPlaced } from "../book/seen.ts";
import type { OrderDeps } from "../types.ts";
import { missingLegs } from "./missing-leg.ts";
import { endLegs } from "./never-arrived.ts";
import { businessNow, markUnknown } from "./steps.ts";

type Accepted = Extract<SubmitOutcome, { kind: "accepted" }>;

type Answer = Pick<Accepted, "orders" | "failed" | "childrenListed">;

/** Returns the first leg (entry or exit) as it stands afterwards. */
export async function recordPlaced(
  deps: OrderDeps,
  legs: readonly OrderRow[],
  outcome: Answer,
): Promise<OrderRow> {
  const [parent] = legs;
  if (parent === undefined) throw new InvariantError("a submission without legs");
  const { db } = deps.database;
  const at = await businessNow(deps);
  const told = legs.map((leg) => findPlaced(leg, outcome.orders) ?? findPlaced(leg, outcome.failed));
  const parentId = told[0]?.brokerOrderId ?? null;
  // A look at the bracket for children that the answer does not name.
  const view = told.every(Boolean) || parentId === null ? null : await bracketOf(deps, parentId);
  const sightings = legs.flatMap((order, index): Sighting[] => {
    const placed = told[index];
    const seen =
      placed !== undefined ? seenPlaced(placed) : order === parent ? null : seenInBracket(order, view);
    return seen === null ? [] : [{ order, seen }];
  });
  const seen = new Map((await applySightings(db, { sightings, at })).map(({ order }) => [order.id, order]));
  const silent = legs.filter((leg) => leg !== parent && !seen.has(leg.id));
  const turnedDown = [
    ...[...seen.values()].filter((leg) => leg.id !== parent.id && leg.status === "REJECTED"),
    ...(await unnamedRefusals(deps, { silent, outcome, view, at })),
  ];
  const refused = new Set(turnedDown.map((leg) => leg.id));
  // Legs of which the answer said nothing are unknown until the tracker has found them.
  const unknown = legs
    .map((leg) => seen.get(leg.id) ?? leg)
    .filter((leg) => leg.status === "SUBMITTING" && !refused.has(leg.id));
  const marked = await markUnknown(db, { legs: unknown, at, details: { answer: outcome } });
  const first = marked.find((leg) => leg.id === parent.id) ?? seen.get(parent.id) ?? parent;
  if (turnedDown.length === 0) return first;
  await missingLegs(deps, { parent: first, missing: turnedDown });
  return getOrder(db, parent.id);
}

/** A refused child has no id that would name it: when just as many are missing from the bracket, it is these. */
async function unnamedRefusals(
  deps: OrderDeps,
  of: { silent: readonly OrderRow[]; outcome: Answer; view: BracketView | null; at: Instant },
): Promise<OrderRow[]> {
  const { silent, view, at } = of;
  const unnamed = of.outcome.failed.filter((one) => one.leg === null && one.clientOrderId === null);
  if (silent.length === 0 || silent.length !== unnamed.length || view === null || view.parent === null)
    return [];
  return refuseLegs(deps, { legs: silent, failed: unnamed, at });
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
