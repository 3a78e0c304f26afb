// Acceptance: each order type through its life, and each shape of an answer.
import type { BrokerOrderId, SessionDate } from "#store/model/ids.ts";
import { dec } from "#store/model/money.ts";
import { type AcceptanceCase, controlOf, expectCode, expectEqual, expectThat } from "./bench.ts";
import { bracket, parentId, reaches, submitAccepted, takeBack, ticket } from "./order-steps.ts";

export const ORDER_CASES: readonly AcceptanceCase[] = [
  {
    number: 27,
    area: "orders",
    title: "previews margin and commission without placing anything",
    needs: "reads",
    run: async (bench) => {
      const preview = await bench.client.orders.preview([await ticket(bench, { limit: 0.99 })]);
      expectThat(preview.notional !== null && dec(preview.notional).gt(0), "the notional is known");
      expectThat(preview.commission !== null, "the commission is known");
      if (bench.control !== null) expectEqual(await bench.control.ordersSeen(), 0, "orders at the broker");
    },
  },
  {
    number: 28,
    area: "orders",
    title: "rests a LIMIT order and takes it back",
    needs: "trades",
    run: async (bench) => {
      const id = parentId(await submitAccepted(bench, [await ticket(bench, { limit: 0.95 })]));
      const resting = await reaches(bench, id, ["ACCEPTED"]);
      expectEqual([resting.type, resting.filledQuantity], ["LIMIT", "0"], "type and fill");
      expectEqual((await takeBack(bench, id)).status, "CANCELED", "status");
    },
  },
  {
    number: 29,
    area: "orders",
    title: "fills a MARKET order, with price and commission in its fill",
    needs: "simulator",
    run: async (bench) => {
      const id = parentId(await submitAccepted(bench, [await ticket(bench, { quantity: "3" })]));
      await controlOf(bench).next();
      const filled = await reaches(bench, id, ["FILLED"]);
      expectEqual([filled.filledQuantity, filled.remainingQuantity], ["3", "0"], "quantities");
      await controlOf(bench).pass(1_000);
      const fills = (await bench.client.orders.trades()).filter((fill) => fill.brokerOrderId === id);
      expectEqual(fills.length, 1, "fills");
      expectThat(fills[0]?.commission !== null, "the commission came");
    },
  },
  {
    number: 30,
    area: "orders",
    title: "rests a STOP order at its stop price",
    needs: "trades",
    run: async (bench) => {
      const order = await ticket(bench, { side: "BUY", stop: 1.06 });
      const id = parentId(await submitAccepted(bench, [order]));
      const resting = await reaches(bench, id, ["ACCEPTED"]);
      expectEqual([resting.type, resting.stopPrice], ["STOP", order.stopPrice], "type and stop");
      await takeBack(bench, id);
    },
  },
  {
    number: 31,
    area: "orders",
    title: "places entry, stop and target as one submission and finds each again",
    needs: "trades",
    run: async (bench) => {
      const tickets = await bracket(bench, { entry: 0.96, stop: 0.9, target: 1.1 });
      const outcome = await submitAccepted(bench, tickets);
      expectEqual(outcome.orders.map((order) => order.leg).sort(), ["entry", "stop", "target"], "legs");
      const id = parentId(outcome);
      const view = await bench.client.orders.bracket(id);
      expectEqual(
        [view.parent?.clientOrderId, view.stop?.stopPrice, view.target?.limitPrice, view.others.length],
        [tickets[0].clientOrderId, tickets[1].stopPrice, tickets[2].limitPrice, 0],
        "the bracket as read back",
      );
      await takeBack(bench, id);
    },
  },
  {
    number: 32,
    area: "orders",
    title: "lets one leg of a filled bracket cancel the other",
    needs: "simulator",
    run: async (bench) => {
      const id = parentId(
        await submitAccepted(bench, await bracket(bench, { stop: 0.5, target: 1.0001, quantity: "2" })),
      );
      for (let session = 1; session <= 4; session += 1) {
        await controlOf(bench).next();
        const { stop, target } = await bench.client.orders.bracket(id);
        const legs = [stop?.status, target?.status];
        if (!legs.includes("FILLED")) continue;
        expectEqual([...legs].sort(), ["CANCELED", "FILLED"], "the legs");
        const entry = (await bench.client.orders.trades()).filter((fill) => fill.brokerOrderId === id);
        expectEqual(
          entry.map((fill) => fill.quantity),
          ["2"],
          "the entry's fills",
        );
        return;
      }
      expectThat(false, "a leg fills within four sessions");
    },
  },
  {
    number: 33,
    area: "orders",
    title: "modifies a resting order's limit",
    needs: "trades",
    run: async (bench) => {
      const order = await ticket(bench, { limit: 0.95 });
      const id = parentId(await submitAccepted(bench, [order]));
      const lower = await ticket(bench, { limit: 0.94 });
      const changed = { ...order, limitPrice: lower.limitPrice };
      const outcome = await bench.client.orders.modify(id, changed);
      expectEqual(outcome.kind, "accepted", "outcome");
      expectEqual((await reaches(bench, id, ["ACCEPTED"])).limitPrice, lower.limitPrice, "limit");
      await takeBack(bench, id);
    },
  },
  {
    number: 34,
    area: "orders",
    title: "tells that an order to cancel does not exist",
    needs: "reads",
    run: async ({ client }) => {
      const outcome = await client.orders.cancel("999999999" as BrokerOrderId);
      expectThat(outcome.kind === "refused", `refused, not ${outcome.kind}`);
      expectEqual(outcome.code, "order_not_found", "code");
    },
  },
  {
    number: 35,
    area: "orders",
    title: "lets a DAY order expire with its session",
    needs: "simulator",
    run: async (bench) => {
      const order = await ticket(bench, { limit: 0.9, timeInForce: "DAY" });
      const id = parentId(await submitAccepted(bench, [order]));
      await controlOf(bench).next();
      const orders = await bench.client.orders.live();
      const ended = orders.find((candidate) => candidate.brokerOrderId === id);
      expectEqual(ended?.status, "EXPIRED", "status");
      expectThat((ended?.reason ?? "").includes("expired"), "the reason is told");
    },
  },
  {
    number: 36,
    area: "orders",
    title: "tells a partial fill by its quantities, each fill for itself",
    needs: "simulator",
    simulator: { orders: { participation: 0.000_004 } },
    run: async (bench) => {
      const id = parentId(await submitAccepted(bench, [await ticket(bench, { quantity: "300" })]));
      await controlOf(bench).next();
      const partial = await reaches(bench, id, ["PARTIALLY_FILLED"]);
      expectThat(
        dec(partial.filledQuantity).plus(partial.remainingQuantity).eq(partial.quantity),
        "filled and remaining add up",
      );
      for (let session = 1; session <= 4; session += 1) {
        await controlOf(bench).next();
        if ((await bench.client.orders.status(id))?.status === "FILLED") break;
      }
      await reaches(bench, id, ["FILLED"]);
      const fills = (await bench.client.orders.trades()).filter((fill) => fill.brokerOrderId === id);
      expectThat(fills.length > 1, "several fills");
      expectEqual(
        new Set(fills.map((fill) => fill.executionRef)).size,
        fills.length,
        "fills by their own ids",
      );
    },
  },
  {
    number: 37,
    area: "orders",
    title: "rests an order that was sent while the market is closed",
    needs: "simulator",
    run: async (bench) => {
      const outcome = await submitAccepted(bench, [await ticket(bench, {})]);
      expectEqual(outcome.orders[0]?.vendorStatus, "PreSubmitted", "the broker's word");
      expectEqual((await reaches(bench, parentId(outcome), ["ACCEPTED"])).filledQuantity, "0", "fill");
    },
  },
  {
    number: 38,
    area: "orders",
    title: "acknowledges a cancel before it happens, and the order may fill until then",
    needs: "simulator",
    simulator: { orders: { cancelMs: 60_000 } },
    run: async (bench) => {
      const id = parentId(await submitAccepted(bench, [await ticket(bench, {})]));
      expectEqual((await bench.client.orders.cancel(id)).kind, "requested", "cancel");
      expectEqual((await bench.client.orders.status(id))?.status, "PENDING_CANCEL", "status");
      await controlOf(bench).next();
      expectEqual((await reaches(bench, id, ["FILLED", "CANCELED"])).status, "FILLED", "status");
    },
  },
  {
    number: 39,
    area: "answers",
    title: "takes a refusal in an HTTP 200 answer for what it is",
    needs: "simulator",
    run: async (bench) => {
      const outcome = await bench.client.orders.submit([await ticket(bench, { limit: 1.5 })]);
      expectThat(outcome.kind === "refused", `refused, not ${outcome.kind}`);
      expectThat(outcome.message.includes("limit price"), "the broker's words are kept");
      expectEqual(await controlOf(bench).ordersSeen(), 0, "orders at the broker");
    },
  },
  {
    number: 40,
    area: "answers",
    title: "takes a refusal for want of margin for what it is",
    needs: "simulator",
    run: async (bench) => {
      await controlOf(bench).restart({ start: "2017-12-15" as SessionDate, cash: 1_000 });
      const outcome = await bench.client.orders.submit([await ticket(bench, { quantity: "400" })]);
      expectThat(outcome.kind === "refused", `refused, not ${outcome.kind}`);
    },
  },
  {
    number: 41,
    area: "answers",
    title: "reports a bracket whose child was turned down while the others live",
    needs: "simulator",
    run: async (bench) => {
      await controlOf(bench).fault({ kind: "reject_child" });
      const outcome = await submitAccepted(
        bench,
        await bracket(bench, { entry: 0.97, stop: 0.9, target: 1.1 }),
      );
      expectEqual([outcome.orders.length, outcome.failed.length], [2, 1], "living and failed legs");
      expectThat((outcome.failed[0]?.text ?? "").includes("rejected"), "the failed leg tells why");
    },
  },
  {
    number: 42,
    area: "answers",
    title: "takes the advanced reject prompt as a refusal and answers nothing to it",
    needs: "simulator",
    run: async (bench) => {
      await controlOf(bench).fault({ kind: "advanced_prompt" });
      const outcome = await bench.client.orders.submit([await ticket(bench, { limit: 0.99 })]);
      expectThat(outcome.kind === "refused", `refused, not ${outcome.kind}`);
      expectEqual(outcome.code, "advanced_reject", "code");
      expectEqual(await controlOf(bench).ordersSeen(), 0, "orders at the broker");
    },
  },
  {
    number: 43,
    area: "answers",
    title: "takes a used client order id as an unknown outcome that the look-up resolves",
    needs: "trades",
    run: async (bench) => {
      const order = await ticket(bench, { limit: 0.95 });
      const id = parentId(await submitAccepted(bench, [order]));
      const again = await bench.client.orders.submit([order]);
      expectThat(again.kind === "unknown", `unknown, not ${again.kind}`);
      expectEqual(again.cause.code, "client_order_id_taken", "cause");
      expectEqual((await bench.client.orders.find(order.clientOrderId)).order?.brokerOrderId, id, "found");
      await takeBack(bench, id);
    },
  },
  {
    number: 44,
    area: "answers",
    title: "refuses a ticket that could not be meant before anything is sent",
    needs: "reads",
    run: async (bench) => {
      const order = await ticket(bench, { limit: 0.95 });
      const priceless = { ...order, limitPrice: null };
      await expectCode(bench.client.orders.submit([priceless]), "ticket_without_price", "no price");
      const twin = { ...order, leg: "stop" as const };
      await expectCode(
        bench.client.orders.submit([order, twin]),
        "bracket_same_side",
        "two buys as a bracket",
      );
    },
  },
];
