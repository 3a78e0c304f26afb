// Acceptance: what is read back can be believed, through every quirk of the lists.
import type { BrokerOrderId } from "#store/model/ids.ts";
import { dec } from "#store/model/money.ts";
import { type AcceptanceCase, controlOf, expectEqual, expectThat } from "./bench.ts";
import { instrumentOf, parentId, reaches, submitAccepted, takeBack, ticket } from "./order-steps.ts";

export const READING_CASES: readonly AcceptanceCase[] = [
  {
    number: 65,
    area: "reading",
    title: "sees a working order in the live orders of a fresh client although the first read is empty",
    needs: "trades",
    run: async (bench) => {
      const order = await ticket(bench, { limit: 0.95 });
      const id = parentId(await submitAccepted(bench, [order]));
      const seen = (await bench.another({}).orders.live()).find((one) => one.brokerOrderId === id);
      expectEqual(
        [seen?.clientOrderId, seen?.limitPrice],
        [order.clientOrderId, order.limitPrice],
        "the row",
      );
      await takeBack(bench, id);
    },
  },
  {
    number: 66,
    area: "reading",
    title: "is certain that an order that was never sent is not there",
    needs: "reads",
    run: async (bench) => {
      const lookup = await bench.client.orders.find(bench.clientOrderId("entry"));
      expectEqual([lookup.order, lookup.fills.length, lookup.certain], [null, 0, true], "look-up");
    },
  },
  {
    number: 67,
    area: "reading",
    title: "finds an order that has filled and left the live orders",
    needs: "simulator",
    run: async (bench) => {
      const order = await ticket(bench, { quantity: "2" });
      const id = parentId(await submitAccepted(bench, [order]));
      await controlOf(bench).next(3);
      const lookup = await bench.client.orders.find(order.clientOrderId);
      expectEqual(
        lookup.fills.map((fill) => [fill.brokerOrderId, fill.quantity]),
        [[id, "2"]],
        "fills",
      );
    },
  },
  {
    number: 68,
    area: "reading",
    title: "reads a fill first without and then with its commission, under one id",
    needs: "simulator",
    simulator: { orders: { commissionMs: 60_000 } },
    run: async (bench) => {
      await submitAccepted(bench, [await ticket(bench, {})]);
      await controlOf(bench).next();
      const [early] = await bench.client.orders.trades();
      expectThat(early !== undefined && early.commission === null, "no commission yet");
      await controlOf(bench).pass(61_000);
      const [late] = await bench.client.orders.trades();
      expectThat(late !== undefined && late.commission !== null, "the commission came");
      expectEqual(late.executionRef, early.executionRef, "execution id");
    },
  },
  {
    number: 69,
    area: "reading",
    title: "reads a position past the gateway's cache right after a fill",
    needs: "simulator",
    run: async (bench) => {
      expectEqual(await bench.client.positions(), [], "positions before");
      await submitAccepted(bench, [await ticket(bench, { quantity: "4" })]);
      await controlOf(bench).next();
      const [position] = await bench.client.positions();
      expectEqual([position?.symbol, position?.quantity], [bench.symbol, "4"], "position");
      expectThat(position !== undefined && dec(position.averageCost).gt(0), "it has a cost");
    },
  },
  {
    number: 70,
    area: "reading",
    title: "reads the account's figures, which agree between summary and ledger",
    needs: "reads",
    run: async ({ client }) => {
      const summary = await client.summary();
      expectThat(dec(summary.netLiquidation).gt(0), "net liquidation is above zero");
      const base = (await client.ledger()).find((line) => line.currency === "BASE");
      expectThat(base !== undefined, "the ledger has its base line");
      const apart = dec(base.netLiquidation).minus(summary.netLiquidation).abs();
      expectThat(apart.lte(dec(summary.netLiquidation).times(0.01)), "both tell the same worth within 1 %");
    },
  },
  {
    number: 71,
    area: "reading",
    title: "does not take an unknown order id for proof of anything",
    needs: "reads",
    run: async ({ client }) =>
      expectEqual(await client.orders.status("999999999" as BrokerOrderId), null, "status of an unknown id"),
  },
  {
    number: 72,
    area: "reading",
    title: "shares one read of live orders between callers that come together",
    needs: "simulator",
    run: async (bench) => {
      await bench.client.orders.live();
      const before = (await controlOf(bench).received()).length;
      await Promise.all(Array.from({ length: 50 }, () => bench.client.orders.live()));
      const calls = (await controlOf(bench).received()).slice(before).map((entry) => entry.call);
      expectEqual(calls.filter((call) => call === "GET /iserver/account/orders").length, 1, "reads");
    },
  },
  {
    number: 73,
    area: "reading",
    title: "reads a closed position as none",
    needs: "simulator",
    run: async (bench) => {
      await submitAccepted(bench, [await ticket(bench, { quantity: "4" })]);
      await controlOf(bench).next();
      const id = parentId(
        await submitAccepted(bench, [await ticket(bench, { side: "SELL", quantity: "4" })]),
      );
      await controlOf(bench).next();
      await reaches(bench, id, ["FILLED"]);
      expectEqual(await bench.client.positions(), [], "positions");
      expectThat((await instrumentOf(bench)).symbol === bench.symbol, "the instrument stays known");
    },
  },
];
