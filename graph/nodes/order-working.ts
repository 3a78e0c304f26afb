// Waits until the tracker has seen the entry order end; stop and target live on in its care. Effects: database.
import { interrupt } from "@langchain/langgraph";
import { InvariantError } from "#store/model/errors.ts";
import { isTerminal } from "#store/model/order.ts";
import { getOrder } from "#store/trading/orders.ts";
import type { DeskDeps } from "../desk.ts";
import type { NodeDefinition } from "../node.ts";
import { orderWait } from "../run/waiting.ts";
import { made } from "../state.ts";

export function orderWorking(deps: DeskDeps): NodeDefinition {
  return {
    name: "order_working",
    async body({ state }) {
      const { db } = deps.database;
      const sent = made(state.order, "order");
      const { entryOrderId } = sent;
      let order = await getOrder(db, entryOrderId);
      if (!isTerminal(order.status)) {
        interrupt(orderWait(entryOrderId));
        order = await getOrder(db, entryOrderId);
      }
      if (!isTerminal(order.status))
        throw new InvariantError("resumed before the order ended", { entryOrderId });
      return { order: { ...sent, status: order.status } };
    },
  };
}
