// The answer shapes, the question policy and the outcomes that must never be guessed.
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { UnavailableError } from "#store/model/errors.ts";
import type { ClientOrderId, Conid, Ticker } from "#store/model/ids.ts";
import type { DecimalString } from "#store/model/money.ts";
import { orderAnswer } from "#tools/ibkr/orders/answers.ts";
import {
  maySuppress,
  policyFor,
  QUESTION_POLICY,
  questionTable,
} from "#tools/ibkr/orders/question-policy.ts";
import { executionKey, withoutCorrected } from "#tools/ibkr/orders/rows.ts";
import { sideOf, statusMeaning } from "#tools/ibkr/orders/statuses.ts";
import type { OrderTicket } from "#tools/ibkr/orders/types.ts";
import { bodyOf } from "#tools/ibkr/wire/answers.ts";
import { READY, type Reply, type Script, scriptedGateway } from "./scripted-gateway.ts";

const TICKET: OrderTicket = {
  leg: "entry",
  clientOrderId: "CS-20260302-AAPL-entry-1" as ClientOrderId,
  conid: 265598 as Conid,
  symbol: "AAPL" as Ticker,
  side: "BUY",
  type: "LIMIT",
  timeInForce: "DAY",
  quantity: "10" as DecimalString,
  limitPrice: "197.93" as DecimalString,
  stopPrice: null,
};
const ORDERS = "POST /iserver/account/DU1234567/orders";
const ACCEPTED: Reply = {
  body: [{ order_id: "1370093239", order_status: "PreSubmitted", local_order_id: TICKET.clientOrderId }],
};
const question = (id: string, ...messageIds: string[]): Reply => ({
  body: [{ id, message: messageIds.map((one) => `<h4>Title</h4>about ${one}&nbsp;here`), messageIds }],
});
const submit = (script: Script, tickets: readonly OrderTicket[] = [TICKET]) => {
  const gateway = scriptedGateway({ ...READY, ...script });
  return { ...gateway, outcome: gateway.client.orders.submit(tickets) };
};

describe("submission", () => {
  test("sends one ticket with cOID, numbers as numbers and the limit in price", async () => {
    const { outcome, requests } = submit({ [ORDERS]: [ACCEPTED] });
    expect(await outcome).toMatchObject({
      kind: "accepted",
      orders: [{ brokerOrderId: "1370093239", leg: "entry", clientOrderId: TICKET.clientOrderId }],
      childrenListed: true,
    });
    expect(requests.at(-1)?.body).toEqual({
      orders: [
        {
          acctId: "DU1234567",
          conid: 265598,
          orderType: "LMT",
          side: "BUY",
          tif: "DAY",
          quantity: 10,
          price: 197.93,
          outsideRTH: false,
          cOID: TICKET.clientOrderId,
        },
      ],
    });
  });

  test("sends a bracket's children with parentId and without cOID, the stop price in price", async () => {
    const stop = {
      ...TICKET,
      leg: "stop" as const,
      clientOrderId: "CS-stop" as ClientOrderId,
      side: "SELL" as const,
      type: "STOP" as const,
      limitPrice: null,
      stopPrice: "190.5" as DecimalString,
    };
    const { outcome, requests } = submit({ [ORDERS]: [ACCEPTED] }, [TICKET, stop]);
    expect(await outcome).toMatchObject({ kind: "accepted", childrenListed: false });
    const body = requests.at(-1)?.body as { orders: Record<string, unknown>[] };
    expect(body.orders[1]).toMatchObject({ orderType: "STP", price: 190.5, parentId: TICKET.clientOrderId });
    expect(body.orders[1]).not.toHaveProperty("cOID");
  });

  test("follows a chain of questions with new ids and strips their HTML", async () => {
    const { outcome, calls } = submit({
      [ORDERS]: [question("q1", "o163")],
      "POST /iserver/reply/q1": [question("q2", "o383", "o10331")],
      "POST /iserver/reply/q2": [ACCEPTED],
    });
    expect(await outcome).toMatchObject({
      kind: "accepted",
      questions: [
        { messageId: "o163", text: "Title about o163 here", action: "confirm" },
        { messageId: "o383" },
        { messageId: "o10331" },
      ],
    });
    expect(calls.slice(2)).toEqual([ORDERS, "POST /iserver/reply/q1", "POST /iserver/reply/q2"]);
  });

  test("answers one question per ticket where the gateway asks them side by side", async () => {
    const second = { ...TICKET, leg: "target" as const, side: "SELL" as const };
    const rows = [
      { id: "q1", message: ["a"], messageIds: ["o163"] },
      { id: "q2", message: ["b"], messageIds: ["o163"] },
    ];
    const { outcome, calls } = submit(
      {
        [ORDERS]: [{ body: rows }],
        "POST /iserver/reply/q1": [ACCEPTED],
        "POST /iserver/reply/q2": [{ body: [{ order_id: "1370093240", order_status: "PreSubmitted" }] }],
      },
      [TICKET, second],
    );
    expect(await outcome).toMatchObject({ kind: "accepted", childrenListed: true });
    expect(calls.slice(-2)).toEqual(["POST /iserver/reply/q1", "POST /iserver/reply/q2"]);
  });

  test("never confirms an unknown question, nor one without an id", async () => {
    for (const asked of [question("q1", "o99999"), { body: [{ id: "q1", message: ["?"] }] }]) {
      const { outcome, requests } = submit({
        [ORDERS]: [asked],
        "POST /iserver/reply/q1": [{ body: { error: "Order not confirmed " } }],
      });
      expect(await outcome).toMatchObject({ kind: "refused", code: "question_refused" });
      expect(requests.at(-1)?.body).toEqual({ confirmed: false });
    }
  });

  test("refuses what the policy refuses, with its reason", async () => {
    const { outcome } = submit({
      [ORDERS]: [question("q1", "p6")],
      "POST /iserver/reply/q1": [{ body: {} }],
    });
    expect(await outcome).toMatchObject({ kind: "refused", code: "question_refused" });
  });

  test("stops a chain without end and confirms no more", async () => {
    const { outcome, calls } = submit({
      [ORDERS]: [question("q", "o163")],
      "POST /iserver/reply/q": [question("q", "o163")],
    });
    expect(await outcome).toMatchObject({ kind: "refused", code: "not_confirmed" });
    expect(calls.filter((call) => call.includes("reply")).length).toBeLessThanOrEqual(21);
  });

  test.each<[string, Reply, string]>([
    ["a timeout", new UnavailableError("gateway_timeout", "no answer", { facts: { sent: true } }), "unknown"],
    ["a 503", { status: 503, body: { error: "Service Unavailable", statusCode: 503 } }, "unknown"],
    ["an HTML page", { status: 502, text: "<html>bad gateway</html>" }, "unknown"],
    ["an empty 200", { text: "" }, "unknown"],
    ["an empty list", { body: [] }, "unknown"],
    ["a used cOID", { body: { error: "Local order ID=x is already registered." } }, "unknown"],
    ["a used cOID as 400", { status: 400, body: { error: "… is already registered." } }, "unknown"],
    ["an error in a 200", { body: { error: "No trading permissions." } }, "refused"],
    ["an error in a list", { body: [{ error: "No trading permissions." }] }, "refused"],
    ["a 400", { status: 400, body: { error: "Unknown order type" } }, "refused"],
  ])("takes %s for what it is", async (_name, reply, kind) => {
    const { outcome, calls } = submit({ [ORDERS]: [reply] });
    expect((await outcome).kind).toBe(kind);
    expect(calls.filter((call) => call === ORDERS)).toHaveLength(1);
  });

  test.each<[string, Reply]>([
    ["a timeout", new UnavailableError("gateway_timeout", "no answer", { facts: { sent: true } })],
    ["a 503", { status: 503, body: { error: "Service Unavailable", statusCode: 503 } }],
    ["a used-up id", { status: 400, body: { error: "reply id not found: 'q1'" } }],
    ["a lost session", { status: 401 }],
  ])("leaves the outcome open when a reply meets %s", async (_name, reply) => {
    const { outcome } = submit({ [ORDERS]: [question("q1", "o163")], "POST /iserver/reply/q1": [reply] });
    expect((await outcome).kind).toBe("unknown");
  });

  test.each<[string, Reply, string]>([
    [
      "nothing was sent",
      new UnavailableError("gateway_refused", "no", { facts: { sent: false } }),
      "gateway_refused",
    ],
    ["nobody is logged in", { status: 401 }, "login_needed"],
    [
      "the accounts gate is closed",
      { status: 500, body: { error: "Please query /accounts first" } },
      "accounts_first",
    ],
    [
      "the address is in the penalty box",
      { status: 429, body: { error: "Too Many Requests" } },
      "gateway_rate_limited",
    ],
  ])("fails, surely without an order, when %s", async (_name, reply, code) => {
    const { outcome } = submit({ [ORDERS]: [reply] });
    await expect(outcome).rejects.toMatchObject({ code, facts: { sent: false } });
  });

  test("finishes one chain of questions before the next order leaves", async () => {
    const gateway = scriptedGateway({
      ...READY,
      [ORDERS]: [question("q1", "o163"), ACCEPTED],
      "POST /iserver/reply/q1": [ACCEPTED],
    });
    await Promise.all([gateway.client.orders.submit([TICKET]), gateway.client.orders.submit([TICKET])]);
    expect(gateway.calls.slice(2)).toEqual([ORDERS, "POST /iserver/reply/q1", ORDERS]);
  });
});

describe("question policy", () => {
  test("gives a reason for every id and lists none twice", () => {
    expect(new Set(QUESTION_POLICY.map((rule) => rule.id)).size).toBe(QUESTION_POLICY.length);
    expect(QUESTION_POLICY.every((rule) => rule.why.length > 20)).toBe(true);
  });

  test("is the table of docs/broker-questions.md", () => {
    const file = new URL("../../../docs/broker-questions.md", import.meta.url);
    expect(readFileSync(file, "utf8")).toContain(questionTable());
  });

  test("covers every message id that IBKR publishes", ({ skip }) => {
    const file = new URL("../../../../shared/ibkr/tables/order-questions.json", import.meta.url);
    if (!existsSync(file)) skip("needs ../shared/ibkr/tables, which is not part of the clone");
    const { messages } = JSON.parse(readFileSync(file, "utf8")) as { messages: { id: string }[] };
    const known = new Set(QUESTION_POLICY.map((rule) => rule.id));
    expect(messages.map((one) => one.id).filter((id) => !known.has(id))).toEqual([]);
  });

  test("lets a person confirm what is asked, but nothing that is refused or unknown", () => {
    const by = (id: string) => policyFor(id, { types: ["LIMIT"], confirmedByPerson: [id] }).action;
    expect([by("o451"), by("p6"), by("o99999")]).toEqual(["confirm", "refuse", "refuse"]);
  });

  test("asks about a stop that would trigger at once, and suppresses no such question", () => {
    expect(policyFor("o403", { types: ["LIMIT"], confirmedByPerson: [] }).action).toBe("confirm");
    expect(policyFor("o403", { types: ["LIMIT", "STOP"], confirmedByPerson: [] }).action).toBe("ask");
    expect([maySuppress("o163"), maySuppress("o403"), maySuppress("o451")]).toEqual([true, false, false]);
  });
});

describe("reading", () => {
  const meaning = (vendorStatus: string, filledQuantity = 0, reason: string | null = null) =>
    statusMeaning({ vendorStatus, filledQuantity, quantity: 10, reason }).status;

  test("tells partial fills by quantity and endings by their reason", () => {
    expect(meaning("Submitted")).toBe("ACCEPTED");
    expect(meaning("Submitted", 4)).toBe("PARTIALLY_FILLED");
    expect(meaning("Cancelled", 4)).toBe("CANCELED");
    expect(meaning("Cancelled", 0, "Cancelled by System: order expired")).toBe("EXPIRED");
    expect(meaning("Cancelled", 0, "Order rejected by the exchange.")).toBe("REJECTED");
    expect(meaning("Inactive")).toBe("REJECTED");
    expect(meaning("PreCancelled", 4)).toBe("PENDING_CANCEL");
    expect(() => meaning("PartiallyFilled")).toThrow(
      expect.objectContaining({ code: "unknown_order_status" }),
    );
    expect(() => sideOf("HOLD")).toThrow(expect.objectContaining({ code: "unknown_order_side" }));
  });

  test("keeps only the newest correction of an execution", () => {
    const row = (execution_id: string, trade_time_r: number) => ({
      execution_id,
      side: "B",
      size: 1,
      price: "1",
      conid: 1,
      trade_time_r,
    });
    const rows = [row("a.b.01.02", 3), row("a.b.01.01", 2), row("c.d.01.01", 1)];
    expect(withoutCorrected(rows).map((one) => one.execution_id)).toEqual(["c.d.01.01", "a.b.01.02"]);
    expect(executionKey("weird")).toEqual({ root: "weird", revision: 0 });
  });

  test("believes an empty list only after a second look, and then at once", async () => {
    const { client, calls } = scriptedGateway({
      ...READY,
      "GET /iserver/account/orders": [{ body: { orders: [], snapshot: false } }],
    });
    await client.orders.live();
    await client.orders.live();
    expect(calls.filter((call) => call === "GET /iserver/account/orders")).toHaveLength(3);
  });

  test("does not take a list of 1,000 orders for whole", async () => {
    const row = {
      acct: "DU1234567",
      conid: 1,
      remainingQuantity: 1,
      filledQuantity: 0,
      totalSize: 1,
      status: "Submitted",
      orderType: "Limit",
      price: "1.00",
      side: "BUY",
    };
    const orders = Array.from({ length: 1_000 }, (_, index) => ({ ...row, orderId: index + 1 }));
    const { client } = scriptedGateway({
      ...READY,
      "GET /iserver/account/orders": [{ body: { orders, snapshot: true } }],
      "GET /iserver/account/trades": [{ body: [] }],
    });
    await expect(client.orders.live()).rejects.toMatchObject({ code: "live_orders_truncated" });
    expect(await client.orders.find(TICKET.clientOrderId)).toMatchObject({ order: null, certain: false });
  });

  test("reads answers whose body is text in quotes or nothing at all as unclear", () => {
    const read = (text: string) => orderAnswer(bodyOf({ status: 200, text, location: null })).kind;
    expect([read('"Success"'), read(""), read("Access Denied"), read("[]"), read("{}")]).toEqual(
      Array.from({ length: 5 }, () => "unclear"),
    );
  });
});
