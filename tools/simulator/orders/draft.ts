// Collects what one step changes in orders and executions, so that it is committed whole. Pure until committed.
import { dec } from "#store/model/money.ts";
import type { Account } from "../account/account.ts";
import type { MarketMoment } from "../market/market-clock.ts";
import type { Change, SimState } from "../state/store.ts";
import { executionCommission } from "./matching/fee-model.ts";
import { isWorking, remaining, round, type SimFill, type SimOrder } from "./order.ts";

export type Draft = {
  order(id: number): SimOrder | undefined;
  /** All orders that are not at an end, oldest first. */
  working(): SimOrder[];
  update(id: number, change: Partial<SimOrder>): void;
  /** Ends an order and, unless it was filled, what hangs on it. */
  end(id: number, status: "Cancelled" | "Inactive", reason: string | null): void;
  fill(id: number, of: { quantity: number; price: number; at: number }): void;
  changes(): Pick<Change, "orders" | "fills">;
};

type DraftOf = {
  state: SimState;
  account: Account;
  moment: MarketMoment;
  /** Market time of the step, epoch milliseconds. */
  now: number;
  machineNow: number;
  commissionMs: number;
  childrenOfPartialParent: "cancel" | "activate";
};

/** Ids look like IBKR's: hexadecimal groups, the last one counting corrections. */
function executionId(orderId: number, sequence: number): string {
  const hex = (value: number) => value.toString(16).padStart(8, "0");
  return `${hex(orderId % 0x1_0000_0000)}.${hex(sequence)}.01.01`;
}

export function createDraft(of: DraftOf): Draft {
  const changed = new Map<number, SimOrder>();
  const fills: SimFill[] = [];
  const { now } = of;
  const order = (id: number) => changed.get(id) ?? of.state.orders.get(id);
  /** A step can end orders, never revive one: all that matter were working before it. */
  const working = () =>
    [...of.state.working.keys()].flatMap((id) => order(id) ?? []).filter((one) => isWorking(one));

  const update: Draft["update"] = (id, change) => {
    const before = order(id);
    if (before === undefined) return;
    changed.set(id, { ...before, changedAt: now, changedIn: of.moment.session, ...change });
  };

  const end: Draft["end"] = (id, status, reason) => {
    const before = order(id);
    if (before === undefined || !isWorking(before)) return;
    update(id, { status, reason, cancelAt: null });
    for (const child of working().filter((one) => one.parentId === id)) {
      if (before.filled > 0 && of.childrenOfPartialParent === "activate") {
        update(child.id, { quantity: before.filled, parentId: null });
      } else end(child.id, "Cancelled", "Cancelled by System: parent order ended");
    }
  };

  /** One-cancels-all with reduction: what one member fills, the others lose. */
  const reduceSiblings = (filled: SimOrder, quantity: number) => {
    if (filled.ocaGroup === null) return;
    for (const one of working()) {
      if (one.id === filled.id || one.ocaGroup !== filled.ocaGroup) continue;
      if (one.parentId === null && one.id === filled.parentId) continue;
      const rest = round(remaining(one) - quantity);
      if (rest > 0) update(one.id, { quantity: round(one.filled + rest) });
      else end(one.id, "Cancelled", "Cancelled by System: other order of the OCA group filled");
    }
  };

  const held = (conid: number) =>
    fills
      .filter((fill) => fill.conid === conid)
      .reduce(
        (sum, fill) => sum + (fill.side === "BUY" ? fill.quantity : -fill.quantity),
        of.account.holding(conid)?.quantity.toNumber() ?? 0,
      );

  const fill: Draft["fill"] = (id, { quantity, price, at }) => {
    const before = order(id);
    if (before === undefined) return;
    const value = dec(price).times(quantity);
    const commission = executionCommission({
      sharesBefore: before.filled,
      valueBefore: dec(before.value),
      shares: quantity,
      value,
    });
    const filled = round(before.filled + quantity);
    const done = filled >= before.quantity;
    fills.push({
      executionId: executionId(id, of.state.fills.length + fills.length + 1),
      orderId: id,
      clientId: before.clientId,
      conid: before.conid,
      side: before.side,
      quantity,
      price,
      commission: commission.toFixed(),
      position: round(held(before.conid) + (before.side === "BUY" ? quantity : -quantity)),
      at,
      session: of.moment.session,
      commissionAt: of.machineNow + of.commissionMs,
    });
    update(id, {
      filled,
      value: dec(before.value).plus(value).toFixed(),
      commission: dec(before.commission).plus(commission).toFixed(),
      status: done ? "Filled" : before.status === "PendingCancel" ? "PendingCancel" : "Submitted",
      changedAt: at,
      ...(done ? { cancelAt: null } : {}),
    });
    reduceSiblings(before, quantity);
  };

  return {
    order,
    working,
    update,
    end,
    fill,
    changes: () => ({ orders: [...changed.values()], fills }),
  };
}
