// Which leg each accepted child is: the answer does not say, and its order is not the request's. Effects: network.
// Order status is asked because it is not limited to one read in five seconds as live orders are.
import { DeskError } from "#store/model/errors.ts";
import type { OrderLeg } from "#store/model/ids.ts";
import type { OrderType } from "#store/model/order.ts";
import type { OrderParts } from "./parts.ts";
import { StatusAnswer, statusOrder } from "./rows.ts";
import type { OrderTicket, PlacedOrder, SubmitOutcome } from "./types.ts";

/** Short: the orders are live, and that has to be recorded soon. */
const PATIENCE_MS = 3_000;

type Accepted = Extract<SubmitOutcome, { kind: "accepted" }>;

/** Legs that cannot be told stay null: the orders live, and `bracket` tells them later. */
export async function nameLegs(
  parts: OrderParts,
  tickets: readonly OrderTicket[],
  outcome: Accepted,
): Promise<Accepted> {
  const orders = await Promise.all(
    outcome.orders.map(async (order) => ({
      ...order,
      leg: order.leg ?? (await legOf(parts, tickets, order)),
    })),
  );
  return { ...outcome, orders };
}

async function legOf(
  parts: OrderParts,
  [, ...children]: readonly OrderTicket[],
  order: PlacedOrder,
): Promise<OrderLeg | null> {
  if (order.brokerOrderId === null || order.parentBrokerOrderId === null) return null;
  try {
    const answer = await parts.calls.read({
      method: "GET",
      path: `/iserver/account/order/status/${order.brokerOrderId}`,
      schema: StatusAnswer,
      attempts: 1,
      priority: "order",
      deadlineMs: PATIENCE_MS,
    });
    return onlyLegOf(children, statusOrder(answer).type);
  } catch (error) {
    if (error instanceof DeskError) return null;
    throw error;
  }
}

function onlyLegOf(children: readonly OrderTicket[], type: OrderType | null): OrderLeg | null {
  const [only, ...others] = children.filter((child) => child.type === type);
  return only !== undefined && others.length === 0 ? only.leg : null;
}
