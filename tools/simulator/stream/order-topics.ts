// `sor` and `str`: orders with their changed fields only, executions with their commission in a second message.
import type { SimFill, SimOrder } from "../orders/order.ts";
import { liveRow } from "../orders/reading/rows.ts";
import { tradeRow } from "../orders/reading/trades.ts";
import { changedFields, type Message, type StreamOf, type Subscribe } from "./topics.ts";

function rowOf({ world }: StreamOf, order: SimOrder): Message | undefined {
  const instrument = world.market.byConid(order.conid);
  return instrument && liveRow({ order, instrument, accountId: world.accountId });
}

/** Orders that are there already are not replayed, and a filter that sticks to the live orders silences it. */
export const orders: Subscribe = (of) => {
  const sent = new Map<number, Message>();
  for (const order of of.world.book.orders()) {
    const row = rowOf(of, order);
    if (row !== undefined) sent.set(order.id, row);
  }
  return {
    changed: (change) => {
      for (const order of change.orders ?? []) {
        const row = rowOf(of, order);
        if (row === undefined || of.lists.filtered()) continue;
        const fields = changedFields(sent.get(order.id), row);
        sent.set(order.id, row);
        const { acct, orderId } = row;
        if (Object.keys(fields).length > 0) of.send({ topic: "sor", args: [{ acct, orderId, ...fields }] });
      }
    },
  };
};

export const trades: Subscribe = (of, _target, options) => {
  const { world } = of;
  const show = (fill: SimFill, withCommission: boolean) => {
    const instrument = world.market.byConid(fill.conid);
    if (instrument === undefined) return;
    const machineNow = withCommission ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    of.send({ topic: "str", args: [tradeRow({ fill, instrument, accountId: world.accountId, machineNow })] });
  };
  if (options.realtimeUpdatesOnly !== true) {
    const { session } = world.moment();
    for (const fill of world.store.state.fills) if (fill.session === session) show(fill, true);
  }
  return {
    changed: (change) => {
      const fills = change.fills ?? [];
      for (const fill of fills) show(fill, false);
      if (fills.length === 0) return;
      of.later(world.settings.orders.commissionMs, () => {
        for (const fill of fills) show(fill, true);
      });
    },
  };
};
