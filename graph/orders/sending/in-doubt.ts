// Orders in the air that a poll did not show: each submission is settled under its run's lock. Effects: gateway, database.
import { isTerminal } from "#store/model/order.ts";
import { withThreadLock } from "#store/thread-lock.ts";
import { childOrders, getOrder, type OrderRow } from "#store/trading/orders.ts";
import { applySeen } from "../book/apply.ts";
import type { OrderDeps } from "../types.ts";
import { isSettled, settleUnknown } from "./lookup.ts";
import { missingLegs } from "./missing-leg.ts";
import { endLegs } from "./never-arrived.ts";
import { seenInBracket } from "./record.ts";
import { businessNow, markUnknown } from "./steps.ts";

/** SUBMITTING counts only when nobody is at work on the run any more: whoever sends holds its lock. */
export async function settleInDoubt(
  deps: OrderDeps,
  notListed: readonly OrderRow[],
  signal?: AbortSignal,
): Promise<number> {
  const inDoubt = notListed.filter((order) => order.status === "UNKNOWN" || order.status === "SUBMITTING");
  const parents = new Map(inDoubt.map((order) => [order.parentOrderId ?? order.id, order]));
  let settled = 0;
  for (const [parentId, order] of parents) {
    const work = () => settleSubmission(deps, parentId, signal);
    const done =
      order.symbolRunId === null
        ? await work()
        : await withThreadLock(deps.database, order.symbolRunId, work);
    settled += done ?? 0;
  }
  return settled;
}

async function settleSubmission(
  deps: OrderDeps,
  parentId: OrderRow["id"],
  signal?: AbortSignal,
): Promise<number> {
  const { db } = deps.database;
  const at = await businessNow(deps);
  const rows = [await getOrder(db, parentId), ...(await childOrders(db, parentId))];
  const [parent, ...children] = await markUnknown(db, {
    legs: rows,
    at,
    details: { why: "found by the tracker" },
  });
  if (parent === undefined) return 0;
  if (parent.status === "UNKNOWN")
    return (await settleUnknown(deps, [parent, ...children], signal)) === "undecided" ? 0 : 1;
  const lost = children.filter((child) => child.status === "UNKNOWN");
  return lost.length === 0 ? 0 : settleChildren(deps, { parent, lost }, signal);
}

/** The parent is known, a child is not: looked for in the bracket; surely not there, the written rule applies. */
async function settleChildren(
  deps: OrderDeps,
  of: { parent: OrderRow; lost: readonly OrderRow[] },
  signal?: AbortSignal,
): Promise<number> {
  const { parent, lost } = of;
  if (parent.brokerOrderId === null) return 0;
  const { db } = deps.database;
  const at = await businessNow(deps);
  const view = await deps.gateway.client.orders.bracket(parent.brokerOrderId, signal);
  const missing: OrderRow[] = [];
  for (const child of lost) {
    const seen = seenInBracket(child, view);
    if (seen !== null) await applySeen(db, { order: child, seen, at });
    // A bracket without its own parent was not read properly: it proves nothing.
    else if ((view.parent !== null || isTerminal(parent.status)) && (await isSettled(deps, child)))
      missing.push(child);
  }
  const message = "not among the children of its entry at the broker";
  const ended = await endLegs(db, missing, { code: "not_found", message, at });
  if (ended.length > 0) await missingLegs(deps, { parent, missing: ended });
  return lost.length;
}
