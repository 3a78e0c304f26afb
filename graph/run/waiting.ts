// What an interrupted thread waits for, read off the interrupt's value, and whether it has come. Effects: database reads.
import { z } from "zod";
import type { Db } from "#store/database.ts";
import { ApprovalId, OrderId } from "#store/model/ids.ts";
import { isTerminal } from "#store/model/order.ts";
import { getApproval } from "#store/trading/approvals.ts";
import { getOrder } from "#store/trading/orders.ts";

const OrderWait = z.object({ waitFor: z.literal("order"), orderId: OrderId });
const ApprovalWait = z
  .array(z.object({ action_request: z.object({ args: z.object({ approvalId: ApprovalId }) }) }))
  .length(1);

export type Waiting = { interruptId: string } & (
  | { waitFor: "order"; orderId: OrderId }
  | { waitFor: "approval"; approvalId: ApprovalId }
);

export function orderWait(orderId: OrderId): z.infer<typeof OrderWait> {
  return { waitFor: "order", orderId };
}

/** The one thing that a thread waits for; null for an interrupt that is none of ours. */
export function waitingOf(interrupted: { id?: string; value?: unknown }): Waiting | null {
  const { id, value } = interrupted;
  if (id === undefined) return null;
  const order = OrderWait.safeParse(value);
  if (order.success) return { interruptId: id, ...order.data };
  const [question] = ApprovalWait.safeParse(value).data ?? [];
  if (question === undefined) return null;
  return { interruptId: id, waitFor: "approval", approvalId: question.action_request.args.approvalId };
}

/** Whether the answer is there, so that the thread may be resumed. */
export async function hasCome(db: Db, waiting: Waiting): Promise<boolean> {
  if (waiting.waitFor === "order") return isTerminal((await getOrder(db, waiting.orderId)).status);
  return (await getApproval(db, waiting.approvalId)).status !== "pending";
}
