// The kill switch: senders hold a lock that storing a state waits for, so that nothing not yet sent leaves after it. Effects: database; with `cancelOpen` the gateway.
import { DeskError, type ErrorRecord, toErrorRecord } from "#store/model/errors.ts";
import type { OrderId } from "#store/model/ids.ts";
import { workingOrders } from "#store/trading/orders.ts";
import { setTradingState } from "#store/trading/trading-state.ts";
import { cancelOrder } from "./cancel.ts";
import type { HaltRequest, HaltResult, OrderDeps } from "./types.ts";

/** Stops (or reduces) the whole desk, then cancels working entries at this gateway where asked. */
export async function halt(deps: OrderDeps, request: HaltRequest, signal?: AbortSignal): Promise<HaltResult> {
  const { state, reason, who } = request;
  await setTradingState(deps.database.db, { state, reason, who });
  const cancelRequested: OrderId[] = [];
  const failed: { orderId: OrderId; error: ErrorRecord }[] = [];
  if (!request.cancelOpen) return { cancelRequested, failed };
  const open = await workingOrders(deps.database.db, { accountId: deps.gateway.accountId });
  // Stops and targets stay: without them a position would have no protection at all. External orders are not ours.
  for (const order of open.filter((one) => one.leg === "entry" && !one.external)) {
    try {
      await cancelOrder(deps, order.id, signal);
      cancelRequested.push(order.id);
    } catch (error) {
      if (!(error instanceof DeskError)) throw error;
      failed.push({ orderId: order.id, error: toErrorRecord(error) });
    }
  }
  return { cancelRequested, failed };
}

/** Lets orders go out again. */
export async function resume(
  deps: Pick<OrderDeps, "database">,
  of: { reason: string; who: string },
): Promise<void> {
  await setTradingState(deps.database.db, { state: "ACTIVE", ...of });
}
