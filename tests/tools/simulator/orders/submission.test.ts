// Submitting, answering questions, modifying, cancelling and previewing orders at the gateway simulator.
import { describe, expect, test } from "vitest";
import { AAPL, ACCOUNT, rig } from "../rig.ts";

const ORDERS = `/iserver/account/${ACCOUNT}/orders`;
const LIMIT = { conid: AAPL, orderType: "LMT", side: "BUY", tif: "DAY", quantity: 10, price: 173 };
const STOP = { conid: AAPL, orderType: "STP", side: "SELL", tif: "GTC", quantity: 10, price: 165 };
const SUBMIT = (...orders: unknown[]) => ["POST", ORDERS, { orders }] as const;

describe("a submission", () => {
  test("is accepted with the order id as text and the cOID as local_order_id", async () => {
    const { call } = await rig();
    const { status, body } = await call(...SUBMIT({ ...LIMIT, cOID: "first" }));
    expect(status).toBe(200);
    expect(body).toEqual([
      {
        order_id: expect.stringMatching(/^\d{10}$/),
        order_status: "PreSubmitted",
        encrypt_message: "1",
        local_order_id: "first",
      },
    ]);
  });

  test.each([
    [
      "no JSON",
      400,
      "Failed to parse body as JSON. Content Type: application/json; charset=utf-8",
      "{orders",
    ],
    [
      "no body",
      400,
      "Failed to parse body as JSON. Content Type: application/json; charset=utf-8",
      undefined,
    ],
    [
      "a quantity as text",
      400,
      "orders request includes parameter with incorrect type",
      { ...LIMIT, quantity: "10" },
    ],
    [
      "no quantity",
      400,
      "orders request includes parameter with incorrect type",
      { ...LIMIT, quantity: undefined },
    ],
    [
      "a cOID that is too long",
      400,
      "orders request includes parameter with incorrect type",
      { ...LIMIT, cOID: "x".repeat(65) },
    ],
    ["a side in lower case", 400, "Invalid Side (must be 'BUY' or 'SELL').", { ...LIMIT, side: "buy" }],
    ["an unknown type", 400, "Unknown order type", { ...LIMIT, orderType: "ICEBERG" }],
    ["no conid", 400, "conid or conidex is required", { ...LIMIT, conid: undefined }],
    ["a limit without price", 200, "Invalid order price fields", { ...LIMIT, price: undefined }],
    [
      "no time in force",
      200,
      "null time in force is not supported for this order",
      { ...LIMIT, tif: undefined },
    ],
    [
      "an unknown contract",
      200,
      "no sec defs returned forSecDef reqId=resolve ecReqByConid13297",
      { ...LIMIT, conid: 1 },
    ],
    ["a foreign listing", 200, "No trading permissions.", { ...LIMIT, conid: 38708077 }],
    [
      "a price off the tick",
      200,
      "The price does not conform to the minimum price variation for this contract.",
      { ...LIMIT, price: 173.005 },
    ],
  ] as const)("is refused for %s", async (_, status, error, ticket) => {
    const { call, simulator } = await rig();
    const body = typeof ticket === "string" || ticket === undefined ? ticket : { orders: [ticket] };
    const answer = await call("POST", ORDERS, body);
    expect([answer.status, answer.body]).toEqual([status, { error }]);
    expect(simulator.orders()).toHaveLength(0);
  });

  test("of a limit far through the market is refused outright", async () => {
    const { call } = await rig();
    const { status, body } = await call(...SUBMIT({ ...LIMIT, price: 260 }));
    expect(status).toBe(200);
    expect(body.error).toMatch(/^We cannot accept an order at the limit price you selected\./);
  });

  test("that the equity cannot carry is refused", async () => {
    const { call } = await rig();
    const { status, body } = await call(...SUBMIT({ ...LIMIT, quantity: 5_000 }));
    expect([status, body.error]).toEqual([200, expect.stringContaining("EQUITY WITH LOAN VALUE")]);
  });

  test("for another account is refused", async () => {
    const { call } = await rig();
    const answer = await call("POST", "/iserver/account/DU999/orders", { orders: [LIMIT] });
    expect([answer.status, answer.body]).toEqual([500, { error: "Invalid account ID" }]);
  });

  test("takes a conidex and the stop-limit's stop from auxPrice", async () => {
    const { place, simulator } = await rig();
    await place({
      conid: undefined,
      conidex: "265598@NASDAQ",
      orderType: "STP LMT",
      side: "SELL",
      price: 165,
      auxPrice: 166,
    });
    expect(simulator.orders()[0]).toMatchObject({ conid: AAPL, type: "STOP_LIMIT", limit: 165, stop: 166 });
  });
});

describe("questions", () => {
  const asked = async (...tickets: object[]) => {
    const { place } = await rig();
    return (await place(...tickets.map((ticket) => ({ ...ticket })))).asked;
  };

  test("come from price, size, value, stop and trigger", async () => {
    expect(await asked(LIMIT)).toEqual([]);
    expect(await asked({ ...LIMIT, price: 168.7 })).toEqual(["o163"]);
    expect(await asked({ ...LIMIT, price: 168.8 })).toEqual([]);
    expect(await asked({ ...LIMIT, quantity: 501 })).toEqual(["o383"]);
    expect(await asked({ ...LIMIT, quantity: 580 })).toEqual(["o383", "o451"]);
    expect(await asked(STOP)).toEqual(["o10331"]);
    expect(await asked({ ...STOP, price: 175 })).toEqual(["o403", "o10331"]);
  });

  test("about missing market data come instead of the price's", async () => {
    const { place } = await rig({ settings: { data: { subscription: "none" } } });
    expect((await place({ ...LIMIT, price: 100 })).asked).toEqual(["o354"]);
  });

  test("keep the space before the newline and offer Yes and No", async () => {
    const { call } = await rig();
    const { body } = await call(...SUBMIT({ ...LIMIT, quantity: 5, price: 150 }));
    expect(body).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        message: [
          'The following order "BUY 5 AAPL NASDAQ.NMS @ 150.0" price exceeds \nthe Percentage constraint of 3%.\nAre you sure you want to submit this order?',
        ],
        isSuppressed: false,
        messageIds: ["o163"],
        messageOptions: ["Yes", "No"],
      },
    ]);
  });

  test("come one after the other with new ids, and no order lives before the last is confirmed", async () => {
    const { call, simulator } = await rig();
    const first = await call(...SUBMIT({ ...LIMIT, quantity: 580 }));
    const second = await call("POST", `/iserver/reply/${first.body[0].id}`, { confirmed: true });
    expect(second.body[0].messageIds).toEqual(["o451"]);
    expect(second.body[0].id).not.toBe(first.body[0].id);
    expect(second.body[0].message[0]).toContain(
      "value estimate of 100,340.00 USD exceeds \nthe Total Value Limit of 100,000 USD.",
    );
    expect(simulator.orders()).toHaveLength(0);
    const used = await call("POST", `/iserver/reply/${first.body[0].id}`, { confirmed: true });
    expect([used.status, used.body]).toEqual([400, { error: `reply id not found: '${first.body[0].id}'` }]);
    const done = await call("POST", `/iserver/reply/${second.body[0].id}`, { confirmed: true });
    expect(done.body[0].order_status).toBe("PreSubmitted");
    expect(simulator.orders()).toHaveLength(1);
  });

  test("declined place nothing and do not use up the cOID", async () => {
    const { call, simulator } = await rig();
    const first = await call(...SUBMIT({ ...STOP, cOID: "again" }));
    const answer = await call("POST", `/iserver/reply/${first.body[0].id}`, { confirmed: false });
    expect([answer.status, answer.body]).toEqual([200, { error: "Order not confirmed " }]);
    expect(simulator.orders()).toHaveLength(0);
    const again = await call(...SUBMIT({ ...STOP, cOID: "again" }));
    expect(again.body[0].messageIds).toEqual(["o10331"]);
  });

  test("declined use up the cOID where that is set", async () => {
    const { call } = await rig({ settings: { orders: { declinedConsumesClientId: true } } });
    const first = await call(...SUBMIT({ ...STOP, cOID: "again" }));
    await call("POST", `/iserver/reply/${first.body[0].id}`, { confirmed: false });
    expect((await call(...SUBMIT({ ...STOP, cOID: "again" }))).body.error).toContain("already registered");
  });

  test("want a boolean", async () => {
    const { call, simulator } = await rig();
    const first = await call(...SUBMIT(STOP));
    expect((await call("POST", `/iserver/reply/${first.body[0].id}`, { confirmed: "true" })).status).toBe(
      400,
    );
    expect(simulator.orders()).toHaveLength(0);
  });

  test("are invalidated by another submission, by time and by a new brokerage session", async () => {
    const { call, clock } = await rig();
    const reply = async (id: string) =>
      (await call("POST", `/iserver/reply/${id}`, { confirmed: true })).status;
    const ask = async () => (await call(...SUBMIT(STOP))).body[0].id;
    const first = await ask();
    const second = await ask();
    expect(await reply(first)).toBe(400);
    expect(await reply(second)).toBe(200);
    const third = await ask();
    clock.advance(5 * 60_000);
    expect(await reply(third)).toBe(400);
    const fourth = await ask();
    await call("POST", "/iserver/auth/ssodh/init", { publish: true, compete: false });
    await call("GET", "/iserver/accounts");
    expect(await reply(fourth)).toBe(400);
  });

  test("suppressed are skipped until the reset or a new brokerage session", async () => {
    const { call, place } = await rig();
    const suppress = (messageIds: string[]) => call("POST", "/iserver/questions/suppress", { messageIds });
    expect((await suppress(["o10331", "unknown"])).body).toEqual({ status: "submitted" });
    expect((await place(STOP)).asked).toEqual([]);
    expect((await call("POST", "/iserver/questions/suppress/reset")).body).toEqual({ status: "submitted" });
    expect((await place(STOP)).asked).toEqual(["o10331"]);
    await suppress(["o10331"]);
    await call("POST", "/iserver/auth/ssodh/init", { publish: true, compete: false });
    await call("GET", "/iserver/accounts");
    expect((await place(STOP)).asked).toEqual(["o10331"]);
    expect((await suppress([])).status).toBe(500);
    expect((await suppress(Array.from({ length: 52 }, (_, index) => `o${index}`))).status).toBe(500);
  });
});

describe("a cOID", () => {
  test("is taken once, while its order works and for 24 hours of market time", async () => {
    const { place, simulator } = await rig();
    await place({ ...LIMIT, price: 170, cOID: "one" });
    const again = await place({ ...LIMIT, price: 170, cOID: "one" });
    expect([again.status, again.body]).toEqual([
      200,
      { error: "Order couldn't be submitted: Local order ID=one is already registered." },
    ]);
    simulator.next();
    expect((await place({ ...LIMIT, price: 170, cOID: "one" })).body[0].order_id).toBeDefined();
    expect(simulator.orders()).toHaveLength(2);
  });

  test("is refused with 400 where that is set", async () => {
    const { place } = await rig({ settings: { orders: { duplicateStatus: 400 } } });
    await place({ ...LIMIT, cOID: "one" });
    expect((await place({ ...LIMIT, cOID: "one" })).status).toBe(400);
  });
});

describe("a bracket", () => {
  const bracket = [
    { ...LIMIT, cOID: "parent" },
    { ...STOP, parentId: "parent" },
    { ...STOP, orderType: "LMT", price: 177, parentId: "parent" },
  ];

  test("is taken whole: children know their parent, carry no order_ref and form an OCA group", async () => {
    const { place, live } = await rig();
    const { body } = await place(...bracket);
    expect(body).toHaveLength(3);
    expect(body[1]).toMatchObject({ parent_order_id: body[0].order_id, order_status: "PreSubmitted" });
    const [parent, stop, target] = await live();
    expect(parent).toMatchObject({ order_ref: "parent", orderId: Number(body[0].order_id) });
    expect(parent).not.toHaveProperty("parentId");
    for (const child of [stop, target]) {
      expect(child).toMatchObject({ parentId: parent.orderId, ocaGroupId: String(parent.orderId) });
      expect(child).not.toHaveProperty("order_ref");
    }
    expect([stop.orderType, stop.price]).toEqual(["Stop", "165.00"]);
  });

  test("is not atomic: a refused child fails alone, before the rest in the answer", async () => {
    const { place, simulator } = await rig();
    simulator.faults.add({ kind: "reject_child" });
    const { body } = await place(...bracket);
    expect(body[0]).toEqual({
      order_id: "-1",
      order_status: "Failed",
      text: expect.any(String),
      warning_message: "Order rejected by the exchange.",
    });
    expect(body).toHaveLength(3);
    expect(simulator.orders()).toHaveLength(2);
  });

  test("with a child off the tick loses that child only", async () => {
    const { place, simulator } = await rig();
    const { body } = await place(bracket[0] ?? {}, { ...bracket[1], price: 165.001 });
    expect(body.map((row: { order_id: string }) => row.order_id === "-1")).toEqual([true, false]);
    expect(simulator.orders()).toHaveLength(1);
  });

  test("needs a parent that is there", async () => {
    const { place } = await rig();
    expect((await place({ ...STOP, parentId: "nobody" })).body.error).toContain("not found");
  });

  test("loses its children with its parent", async () => {
    const { call, place, clock, live } = await rig();
    const { body } = await place(...bracket);
    await call("DELETE", `/iserver/account/${ACCOUNT}/order/${body[0].order_id}`);
    clock.advance(1_000);
    expect((await live()).map((row) => row.status)).toEqual(["Cancelled", "Cancelled", "Cancelled"]);
  });
});

describe("a cancel", () => {
  test("is acknowledged before it happens", async () => {
    const { call, now, place, clock } = await rig();
    const { body } = await place(LIMIT);
    const id = Number(body[0].order_id);
    const answer = await call("DELETE", `/iserver/account/${ACCOUNT}/order/${id}`);
    expect(answer.body).toEqual({
      msg: "Request was submitted",
      order_id: id,
      conid: AAPL,
      account: ACCOUNT,
    });
    const status = async () => (await now("GET", `/iserver/account/order/status/${id}`)).body.order_status;
    expect(await status()).toBe("PendingCancel");
    clock.advance(300);
    expect(await status()).toBe("Cancelled");
  });

  test("can lose against a fill", async () => {
    const { now, place, simulator } = await rig();
    const { body } = await place({ ...LIMIT, price: 176 });
    await now("DELETE", `/iserver/account/${ACCOUNT}/order/${body[0].order_id}`);
    simulator.open();
    expect(simulator.orders()[0]?.status).toBe("Filled");
    const late = await now("DELETE", `/iserver/account/${ACCOUNT}/order/${body[0].order_id}`);
    expect([late.status, late.body]).toEqual([400, { error: "Order is inactive" }]);
  });

  test("of an unknown order is refused with 400; -1 cancels all", async () => {
    const { call, place, clock, simulator } = await rig();
    const unknown = await call("DELETE", `/iserver/account/${ACCOUNT}/order/123456`);
    expect([unknown.status, unknown.body]).toEqual([400, { error: "OrderID 123456 doesn't exist" }]);
    await place(LIMIT);
    await place(STOP);
    await call("DELETE", `/iserver/account/${ACCOUNT}/order/-1`);
    clock.advance(1_000);
    await call("POST", "/tickle");
    expect(simulator.orders().map((order) => order.status)).toEqual(["Cancelled", "Cancelled"]);
  });
});

describe("a modification", () => {
  test("is one bare ticket, asks its questions, and keeps the order's id and cOID", async () => {
    const { call, place, live } = await rig();
    const { body } = await place({ ...LIMIT, cOID: "kept" });
    const path = `/iserver/account/${ACCOUNT}/order/${body[0].order_id}`;
    const question = await call("POST", path, { ...LIMIT, price: 150, quantity: 20 });
    expect(question.body[0].messageIds).toEqual(["o163"]);
    const done = await call("POST", `/iserver/reply/${question.body[0].id}`, { confirmed: true });
    expect(done.body).toEqual([
      {
        order_id: body[0].order_id,
        order_status: "PreSubmitted",
        encrypt_message: "1",
        local_order_id: "kept",
      },
    ]);
    expect(await live()).toMatchObject([{ price: "150.00", totalSize: 20, order_ref: "kept" }]);
  });

  test("of an unknown or an ended order is refused with 400", async () => {
    const { call, place, simulator } = await rig();
    const unknown = await call("POST", `/iserver/account/${ACCOUNT}/order/77`, LIMIT);
    expect([unknown.status, unknown.body]).toEqual([400, { error: "OrderID 77 doesn't exist" }]);
    const { body } = await place({ ...LIMIT, price: 170 });
    simulator.next();
    expect((await call("POST", `/iserver/account/${ACCOUNT}/order/${body[0].order_id}`, LIMIT)).status).toBe(
      400,
    );
  });
});

describe("a preview", () => {
  test("states amounts as text with commas, places nothing, warns without a snapshot", async () => {
    const { call, simulator } = await rig();
    const whatif = () => call("POST", `${ORDERS}/whatif`, { orders: [{ ...LIMIT, quantity: 100 }] });
    const { body } = await whatif();
    expect(body).toEqual({
      amount: { amount: "17,300.00 USD (100 Shares)", commission: "1 USD", total: "17,301.00 USD" },
      equity: { current: "100,000", change: "-1", after: "99,999" },
      initial: { current: "0", change: "4,325", after: "4,325" },
      maintenance: { current: "0", change: "4,325", after: "4,325" },
      position: { current: "0", change: "100", after: "100" },
      warn: expect.stringMatching(/^21\//),
      error: null,
    });
    await call("GET", `/iserver/marketdata/snapshot?conids=${AAPL}&fields=31`);
    expect((await whatif()).body.warn).toBeNull();
    expect(simulator.orders()).toHaveLength(0);
  });
});

describe("an advanced prompt", () => {
  test("comes as an object and is answered by a notification", async () => {
    const { call, simulator } = await rig();
    simulator.faults.add({ kind: "advanced_prompt" });
    const { body } = await call(...SUBMIT(LIMIT));
    expect(body).toMatchObject({ prompt: true, messageId: "p12", type: "M", orderId: expect.any(Number) });
    expect(simulator.orders()).toHaveLength(0);
    const answer = await call("POST", "/iserver/notification", {
      orderId: body.orderId,
      reqId: body.reqId,
      text: body.options[0],
    });
    expect(answer.body).toBe("Request was submitted");
    expect(simulator.orders()).toHaveLength(1);
  });
});
