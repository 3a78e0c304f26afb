// Readings of the broker against a stored order, in any order, as old as they may be: the record only ever moves forward.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readOrder, type Seen } from "#graph/orders/book/seen.ts";
import { type DecimalString, dec } from "#store/model/money.ts";
import {
  isTerminal,
  nextOrderStatus,
  ORDER_TRANSITIONS,
  OrderEventKind,
  OrderStatus,
} from "#store/model/order.ts";

type Known = Parameters<typeof readOrder>[0];

const ID = "1001" as Known["brokerOrderId"];
const order = (over: Partial<Known> = {}): Known => ({
  status: "ACCEPTED",
  brokerOrderId: ID,
  parentOrderId: null,
  quantity: "100" as DecimalString,
  filledQuantity: "0" as DecimalString,
  averageFillPrice: null,
  ...over,
});
const seen = (status: OrderStatus, filled: number | null = null, over: Partial<Seen> = {}): Seen => ({
  brokerOrderId: ID,
  status,
  quantity: null,
  filledQuantity: filled === null ? null : (String(filled) as DecimalString),
  averageFillPrice: null,
  reason: null,
  vendorStatus: status,
  ...over,
});
const kinds = (known: Known, at: Seen) => {
  const reading = readOrder(known, at);
  return reading.kind === "events" ? reading.events.map((event) => event.kind) : reading.why;
};

/** Applies a reading as the store does; a step that the table lacks throws. */
function apply(known: Known, at: Seen): Known {
  const reading = readOrder(known, at);
  if (reading.kind === "contradiction") return known;
  let current = known;
  for (const event of reading.events) {
    const filledQuantity = event.filledQuantity ?? current.filledQuantity;
    if (dec(filledQuantity).lessThan(current.filledQuantity)) throw new Error("less filled than before");
    current = {
      ...current,
      status: nextOrderStatus(current.status, event.kind),
      brokerOrderId: event.brokerOrderId ?? current.brokerOrderId,
      filledQuantity,
      averageFillPrice: event.averageFillPrice ?? current.averageFillPrice,
    };
  }
  return current;
}

describe("a reading", () => {
  const unknown = order({ status: "UNKNOWN", brokerOrderId: null });
  test.each<[string, Known, Seen, readonly string[] | string]>([
    ["adopts an order of unknown outcome", unknown, seen("ACCEPTED", 0), ["accepted"]],
    ["adopts one that has filled meanwhile", unknown, seen("FILLED", 100), ["filled"]],
    ["tells a partial fill", order(), seen("PARTIALLY_FILLED", 30), ["partially_filled"]],
    [
      "tells a fill after a cancel was asked",
      order({ status: "PENDING_CANCEL" }),
      seen("FILLED", 100),
      ["filled"],
    ],
    [
      "tells a cancel after a partial fill",
      order({ status: "PARTIALLY_FILLED", filledQuantity: "30" as DecimalString }),
      seen("CANCELED", 30),
      ["canceled"],
    ],
    [
      "counts a rejection of the rest as its end",
      order({ status: "PARTIALLY_FILLED", filledQuantity: "30" as DecimalString }),
      seen("REJECTED", 30),
      ["canceled"],
    ],
    [
      "that is older than the record is passed over",
      order({ status: "PARTIALLY_FILLED", filledQuantity: "30" as DecimalString }),
      seen("PARTIALLY_FILLED", 10),
      [],
    ],
    [
      "of a working order after its end is passed over",
      order({ status: "FILLED", filledQuantity: "100" as DecimalString }),
      seen("ACCEPTED", 100),
      [],
    ],
    ["that says the same says nothing", order(), seen("ACCEPTED", 0), []],
    [
      "with another broker id contradicts",
      order(),
      seen("ACCEPTED", 0, { brokerOrderId: "9" as Seen["brokerOrderId"] }),
      "broker order id 9, recorded 1001",
    ],
    ["of more than was ordered contradicts", order(), seen("FILLED", 101), "101 filled of 100"],
    [
      "of a fill after the recorded cancel contradicts",
      order({ status: "CANCELED" }),
      seen("FILLED", 100),
      "recorded as CANCELED, at the broker FILLED",
    ],
    [
      "of a target that its stop has reduced is a fill of what was left",
      order({ parentOrderId: "p" as Known["parentOrderId"] }),
      seen("FILLED", 40, { quantity: "40" as DecimalString }),
      ["filled"],
    ],
    [
      "of an entry filled with less than was ordered contradicts",
      order(),
      seen("FILLED", 40, { quantity: "40" as DecimalString }),
      "filled, says the broker, with 40 of 100",
    ],
    [
      "of an order that never left contradicts",
      order({ status: "INITIALIZED", brokerOrderId: null }),
      seen("ACCEPTED"),
      "at the broker as ACCEPTED, never sent from here",
    ],
    [
      "of one believed lost contradicts",
      order({ status: "REJECTED", brokerOrderId: null }),
      seen("ACCEPTED"),
      "recorded as never arrived, at the broker as ACCEPTED",
    ],
  ])("%s", (_, known, at, expected) => {
    expect(kinds(known, at)).toEqual(expected);
  });
});

describe("any sequence of readings", () => {
  const reading = fc.record({
    status: fc.constantFrom<OrderStatus>(
      "SUBMITTED",
      "ACCEPTED",
      "PARTIALLY_FILLED",
      "FILLED",
      "PENDING_CANCEL",
      "CANCELED",
      "REJECTED",
      "EXPIRED",
    ),
    filled: fc.option(fc.integer({ min: 0, max: 120 })),
    id: fc.constantFrom(ID, ID, ID, "2002" as typeof ID, null),
  });
  const start = fc.constantFrom<OrderStatus>(...OrderStatus.options);

  test("never takes a step that the table lacks, never fills back, never leaves an end", () => {
    fc.assert(
      fc.property(start, fc.array(reading, { maxLength: 12 }), (status, readings) => {
        const fresh =
          status === "INITIALIZED" || status === "SUBMITTING" || status === "UNKNOWN" || status === "DENIED";
        const filled = status === "FILLED" ? "100" : "0";
        let known = order({
          status,
          brokerOrderId: fresh ? null : ID,
          filledQuantity: filled as DecimalString,
        });
        for (const one of readings) {
          const next = apply(known, seen(one.status, one.filled, { brokerOrderId: one.id }));
          if (isTerminal(known.status)) expect(next.status).toBe(known.status);
          expect(dec(next.filledQuantity).lte(next.quantity)).toBe(true);
          if (known.brokerOrderId !== null) expect(next.brokerOrderId).toBe(known.brokerOrderId);
          if (next.status === "FILLED") expect(next.filledQuantity).toBe("100");
          known = next;
        }
      }),
      { numRuns: 3000 },
    );
  });

  test("said twice, changes nothing the second time", () => {
    fc.assert(
      fc.property(start, reading, (status, one) => {
        const fresh = status === "SUBMITTING" || status === "UNKNOWN";
        const known = order({ status, brokerOrderId: fresh ? null : ID });
        const at = seen(one.status, one.filled);
        const once = apply(known, at);
        expect(apply(once, at)).toEqual(once);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("the transition table", () => {
  test("lets every status that is not an end reach one, and no end be left but by a person's word", () => {
    for (const status of OrderStatus.options) {
      const reached = new Set<OrderStatus>([status]);
      for (let grew = true; grew; ) {
        grew = false;
        for (const from of [...reached])
          for (const [event, to] of Object.entries(ORDER_TRANSITIONS[from]))
            if (!event.startsWith("adopted_") && !reached.has(to)) {
              reached.add(to);
              grew = true;
            }
      }
      if (isTerminal(status)) expect([...reached]).toEqual([status]);
      else expect([...reached].some(isTerminal)).toBe(true);
    }
  });

  test("throws on every pair that it does not hold", () => {
    const events = fc.constantFrom(...OrderEventKind.options);
    fc.assert(
      fc.property(fc.constantFrom(...OrderStatus.options), events, (status, event) => {
        const next = ORDER_TRANSITIONS[status][event];
        if (next === undefined) expect(() => nextOrderStatus(status, event)).toThrow(/cannot take/);
        else expect(nextOrderStatus(status, event)).toBe(next);
      }),
    );
  });
});
