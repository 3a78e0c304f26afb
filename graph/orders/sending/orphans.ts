// Stops and targets whose position is gone (closed by hand, say): left alone they would open the opposite one.
// Effects: gateway, database. Invariant: only what both books call flat loses its guards.
import { DeskError } from "#store/model/errors.ts";
import type { Conid } from "#store/model/ids.ts";
import { type Decimal, dec } from "#store/model/money.ts";
import { isTerminal, type Position } from "#store/model/order.ts";
import { raiseAlertOnce } from "#store/trading/alerts.ts";
import { getOrder, type OrderRow, workingOrders } from "#store/trading/orders.ts";
import { cancelOrder } from "../cancel.ts";
import type { OrderDeps } from "../types.ts";

/** @param of.disputed instruments in which the two sides do not agree: nothing is touched there */
export async function cancelOrphans(
  deps: OrderDeps,
  of: { positions: readonly Position[]; disputed: ReadonlySet<Conid> },
  signal?: AbortSignal,
): Promise<void> {
  const held = new Map(of.positions.map((position) => [position.conid, dec(position.quantity)]));
  for (const guard of await workingOrders(deps.database.db, { accountId: deps.gateway.accountId })) {
    if (guard.external || (guard.leg !== "stop" && guard.leg !== "target")) continue;
    if (of.disputed.has(guard.conid) || guard.brokerOrderId === null || guard.status === "PENDING_CANCEL")
      continue;
    if (guards(guard, held.get(guard.conid) ?? dec(0)) || !(await entryIsOver(deps, guard))) continue;
    await raiseAlertOnce(deps.database.db, {
      level: "warning",
      code: "guard_orphaned",
      message: `${guard.symbol}: the position is gone; its ${guard.leg} is being cancelled`,
      facts: { brokerOrderId: guard.brokerOrderId },
      orderId: guard.id,
      symbolRunId: guard.symbolRunId,
    });
    try {
      await cancelOrder(deps, guard.id, signal);
    } catch (error) {
      // It may have ended meanwhile; the next look tells.
      if (!(error instanceof DeskError)) throw error;
    }
  }
}

/** Whether there is still something that this order would close. */
function guards(guard: OrderRow, position: Decimal): boolean {
  return guard.side === "SELL" ? position.greaterThan(0) : position.lessThan(0);
}

async function entryIsOver(deps: OrderDeps, guard: OrderRow): Promise<boolean> {
  return (
    guard.parentOrderId !== null && isTerminal((await getOrder(deps.database.db, guard.parentOrderId)).status)
  );
}
