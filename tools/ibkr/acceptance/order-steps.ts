// Steps that several order cases share: tickets near the market, waiting for a state, tidying up. Effects: the broker's.
import type { BrokerOrderId } from "#store/model/ids.ts";
import type { Instrument } from "#store/model/instrument.ts";
import { type Decimal, type DecimalString, dec, toDecimalString } from "#store/model/money.ts";
import type { OrderSide, OrderStatus, TimeInForce } from "#store/model/order.ts";
import { priceOnGrid } from "../../risk/rounding.ts";
import type { BrokerOrder, OrderTicket, PlacedOrder, SubmitOutcome } from "../orders/types.ts";
import { type AcceptanceBench, expectThat } from "./bench.ts";

const LOOK_AGAIN_MS = 250;

export type Accepted = Extract<SubmitOutcome, { kind: "accepted" }>;

export async function instrumentOf(bench: AcceptanceBench): Promise<Instrument> {
  return bench.client.resolveStock(bench.symbol, bench.signal);
}

/** The last price, of whatever quality. */
export async function lastPrice(bench: AcceptanceBench, instrument: Instrument): Promise<Decimal> {
  const quote = await bench.client.quote(instrument, bench.signal);
  const price = quote.last ?? quote.bid ?? quote.ask;
  expectThat(price !== null, `${instrument.symbol} has a price`);
  return dec(price);
}

type Wish = {
  side?: OrderSide;
  quantity?: string;
  timeInForce?: TimeInForce;
  /** Price as a multiple of the last one; absent: a market order. */
  limit?: number;
  stop?: number;
};

/** One ticket around the last price. */
export async function ticket(bench: AcceptanceBench, wish: Wish): Promise<OrderTicket> {
  const instrument = await instrumentOf(bench);
  const last =
    wish.limit === undefined && wish.stop === undefined ? dec(1) : await lastPrice(bench, instrument);
  const at = (multiple: number): DecimalString =>
    priceOnGrid(instrument, last.times(multiple).toFixed(), "down");
  return {
    leg: "entry",
    clientOrderId: bench.clientOrderId("entry"),
    conid: instrument.conid,
    symbol: instrument.symbol,
    side: wish.side ?? "BUY",
    type: wish.limit !== undefined ? "LIMIT" : wish.stop !== undefined ? "STOP" : "MARKET",
    timeInForce: wish.timeInForce ?? "GTC",
    quantity: toDecimalString(wish.quantity ?? "1"),
    limitPrice: wish.limit === undefined ? null : at(wish.limit),
    stopPrice: wish.stop === undefined ? null : at(wish.stop),
  };
}

/** Entry with stop and target around the last price. */
export async function bracket(
  bench: AcceptanceBench,
  of: { entry?: number; stop: number; target: number; quantity?: string },
): Promise<[OrderTicket, OrderTicket, OrderTicket]> {
  const entry = await ticket(bench, {
    ...(of.entry === undefined ? {} : { limit: of.entry }),
    quantity: of.quantity ?? "1",
  });
  const instrument = await instrumentOf(bench);
  const last = await lastPrice(bench, instrument);
  const child = { ...entry, side: "SELL" as const, limitPrice: null, stopPrice: null };
  return [
    entry,
    {
      ...child,
      leg: "stop",
      clientOrderId: bench.clientOrderId("stop"),
      type: "STOP",
      stopPrice: priceOnGrid(instrument, last.times(of.stop).toFixed(), "up"),
    },
    {
      ...child,
      leg: "target",
      clientOrderId: bench.clientOrderId("target"),
      type: "LIMIT",
      limitPrice: priceOnGrid(instrument, last.times(of.target).toFixed(), "up"),
    },
  ];
}

export async function submitAccepted(
  bench: AcceptanceBench,
  tickets: readonly OrderTicket[],
): Promise<Accepted> {
  const outcome = await bench.client.orders.submit(tickets);
  expectThat(outcome.kind === "accepted", `the order is accepted, not ${JSON.stringify(outcome)}`);
  return outcome;
}

/** The broker id of the first ticket's order. */
export function parentId(outcome: Accepted): BrokerOrderId {
  const parent = outcome.orders.find((order: PlacedOrder) => order.parentBrokerOrderId === null);
  expectThat(parent !== undefined && parent.brokerOrderId !== null, "the accepted order has a broker id");
  return parent.brokerOrderId;
}

/** Reads the order by id until it is in one of the states, a bounded number of times. */
export async function reaches(
  bench: AcceptanceBench,
  id: BrokerOrderId,
  wanted: readonly OrderStatus[],
): Promise<BrokerOrder> {
  let seen = "nothing";
  for (let look = 1; look <= 20; look += 1) {
    const order = await bench.client.orders.status(id, bench.signal);
    if (order !== null && wanted.includes(order.status)) return order;
    seen = order?.status ?? "nothing";
    await bench.wait(LOOK_AGAIN_MS);
  }
  expectThat(false, `order ${id} reaches ${wanted.join(" or ")}, not ${seen}`);
}

/** Cancels and waits until the order is over; a fill in between is fine. */
export async function takeBack(bench: AcceptanceBench, id: BrokerOrderId): Promise<BrokerOrder> {
  await bench.client.orders.cancel(id, bench.signal);
  return reaches(bench, id, ["CANCELED", "FILLED", "EXPIRED", "REJECTED"]);
}
