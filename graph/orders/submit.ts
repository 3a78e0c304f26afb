// Sends a countersigned plan once: intent rows, one POST, the record; on any re-entry the rows decide. Database, network.
import { ConflictError } from "#store/model/errors.ts";
import type { OrderDeps, SubmitRequest, SubmitResult } from "./types.ts";

/**
 * Idempotent: the same request never sends twice, whenever it is called again.
 * @throws ConflictError when the countersign is missing or does not cover this plan, the desk is halted or a dry run asks.
 * @throws UnavailableError when surely nothing was sent and it may be tried again.
 */
export async function submitOrder(
  deps: OrderDeps,
  request: SubmitRequest,
  signal?: AbortSignal,
): Promise<SubmitResult> {
  signal?.throwIfAborted();
  throw new ConflictError("not_built", `no order path for ${request.symbolRunId} at ${deps.gateway.session}`);
}
