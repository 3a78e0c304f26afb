// The written rule for a bracket that did not arrive whole. Effects: gateway, database.
//  - Stop missing: the entry is cancelled at once and an alarm raised. What has filled by then gets a stop of its own
//    (track.ts, protect.ts); a position is never left without one in silence.
//  - Target missing: the stop protects the position, so the entry stands; a warning says that the exit is by stop, hand
//    or signal only.
import { isTerminal } from "#store/model/order.ts";
import { raiseAlertOnce } from "#store/trading/alerts.ts";
import type { OrderRow } from "#store/trading/orders.ts";
import { cancelOrder } from "../cancel.ts";
import type { OrderDeps } from "../types.ts";

export async function missingLegs(
  deps: OrderDeps,
  of: { parent: OrderRow; missing: readonly OrderRow[] },
): Promise<void> {
  const { parent, missing } = of;
  for (const leg of missing) {
    const stop = leg.leg === "stop";
    await raiseAlertOnce(deps.database.db, {
      level: stop ? "alarm" : "warning",
      code: stop ? "stop_missing" : "target_missing",
      message: stop
        ? `${leg.symbol}: the stop did not reach the broker; the entry is being cancelled`
        : `${leg.symbol}: the target did not reach the broker; the stop protects the position`,
      facts: { reason: leg.reason, parent: parent.brokerOrderId },
      orderId: leg.id,
      symbolRunId: leg.symbolRunId,
    });
    if (stop && !isTerminal(parent.status)) await cancelOrder(deps, parent.id);
  }
}
