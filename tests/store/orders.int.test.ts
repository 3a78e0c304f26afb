import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { BrokerOrderId, type OrderId } from "#store/model/ids.ts";
import {
  isTerminal,
  nextOrderStatus,
  ORDER_TRANSITIONS,
  OrderEventKind,
  OrderStatus,
} from "#store/model/order.ts";
import { applyOrderEvent, changeKnownOrders, listOrderEvents } from "#store/trading/order-events.ts";
import {
  createOrders,
  getOrder,
  listOrders,
  orderByBrokerId,
  orderByClientOrderId,
  ordersOfRun,
  unknownOrders,
  workingOrders,
} from "#store/trading/orders.ts";
import { testDatabase } from "#tests/support/database.ts";
import {
  approvedOrder,
  conid,
  decimal,
  instant,
  PAPER_ACCOUNT,
  seedApproval,
  seedRun,
} from "#tests/support/seed.ts";

const { db } = await testDatabase();
const at = instant("2025-07-01T14:30:00.000Z");
let nextBrokerId = 1000;
const brokerOrderId = () => BrokerOrderId.parse(String(nextBrokerId++));

async function storedOrder(status: OrderStatus = "INITIALIZED"): Promise<OrderId> {
  const order = await approvedOrder(db, await seedRun(db), { status });
  await createOrders(db, [order]);
  return order.id;
}

const steps = OrderStatus.options.flatMap((status) =>
  OrderEventKind.options.map((kind) => ({ status, kind, to: ORDER_TRANSITIONS[status][kind] ?? null })),
);

test("every status takes exactly the events of the transition table", async () => {
  const runId = await seedRun(db);
  const template = await approvedOrder(db, runId);
  const made = steps.map((step) => ({
    ...template,
    id: randomUUID() as OrderId,
    clientOrderId: `step-${step.status}-${step.kind}` as typeof template.clientOrderId,
    status: step.status,
  }));
  await createOrders(db, made);
  for (const [index, step] of steps.entries()) {
    const orderId = made[index]?.id ?? ("" as OrderId);
    const applied = applyOrderEvent(db, { orderId, kind: step.kind, at });
    if (step.to === null) await expect(applied).rejects.toMatchObject({ code: "invariant_broken" });
    else expect((await applied).status).toBe(step.to);
  }
  expect(nextOrderStatus("ACCEPTED", "filled")).toBe("FILLED");
});

test("an order is stored once, however often it is asked for", async () => {
  const order = await approvedOrder(db, await seedRun(db));
  const results = await Promise.all(Array.from({ length: 4 }, () => createOrders(db, [order])));
  expect(new Set(results.map(([row]) => row?.createdAt)).size).toBe(1);
  const client = order.clientOrderId;
  if (client === null) throw new Error("seeded with one");
  expect((await orderByClientOrderId(db, client))?.id).toBe(order.id);
});

test("storing an order again does not set it back", async () => {
  const order = await approvedOrder(db, await seedRun(db));
  await createOrders(db, [order]);
  await applyOrderEvent(db, { orderId: order.id, kind: "submitting", at });
  expect((await createOrders(db, [order]))[0]?.status).toBe("SUBMITTING");
});

test("a client order id belongs to one order for ever", async () => {
  const order = await approvedOrder(db, await seedRun(db));
  await createOrders(db, [order]);
  const other = { ...order, id: randomUUID() as OrderId };
  await expect(createOrders(db, [other])).rejects.toMatchObject({ code: "invariant_broken" });
});

test("no order of ours is stored without an approval that was given", async () => {
  const runId = await seedRun(db);
  const pending = await seedApproval(db, runId);
  const order = await approvedOrder(db, await seedRun(db));
  await expect(createOrders(db, [{ ...order, approvalId: pending.id }])).rejects.toMatchObject({
    code: "invariant_broken",
  });
  await expect(createOrders(db, [{ ...order, approvalId: null }])).rejects.toThrow();
  await expect(createOrders(db, [{ ...order, verdictId: null }])).rejects.toThrow();
  expect(await ordersOfRun(db, runId)).toEqual([]);
});

test("of several orders none is stored when one may not be", async () => {
  const entry = await approvedOrder(db, await seedRun(db));
  await createOrders(db, [entry]);
  const fresh = await approvedOrder(db, await seedRun(db));
  const taken = { ...entry, id: randomUUID() as OrderId };
  await expect(createOrders(db, [fresh, taken])).rejects.toMatchObject({ code: "invariant_broken" });
  await expect(getOrder(db, fresh.id)).rejects.toMatchObject({ code: "order_not_found" });
});

test("an order seen at the broker needs no countersign of ours", async () => {
  const order = await approvedOrder(db, await seedRun(db));
  const external = {
    ...order,
    symbolRunId: null,
    verdictId: null,
    approvalId: null,
    clientOrderId: null,
    brokerOrderId: brokerOrderId(),
    external: true,
    status: "ACCEPTED" as const,
  };
  const [row] = await createOrders(db, [external]);
  expect(row).toMatchObject({ external: true, status: "ACCEPTED" });
  const found = await orderByBrokerId(db, {
    accountId: PAPER_ACCOUNT,
    brokerOrderId: external.brokerOrderId,
  });
  expect(found?.id).toBe(order.id);
});

test("entry, stop and target are stored together", async () => {
  const entry = await approvedOrder(db, await seedRun(db));
  const child = (leg: "stop" | "target") => ({
    ...entry,
    id: randomUUID() as OrderId,
    clientOrderId: `${leg}-${entry.id}` as typeof entry.clientOrderId,
    parentOrderId: entry.id,
    leg,
    side: "SELL" as const,
    type: leg === "stop" ? ("STOP" as const) : ("LIMIT" as const),
    stopPrice: leg === "stop" ? decimal("190") : null,
  });
  const rows = await createOrders(db, [entry, child("stop"), child("target")]);
  expect(rows.map((row) => [row.leg, row.parentOrderId])).toEqual([
    ["entry", null],
    ["stop", entry.id],
    ["target", entry.id],
  ]);
});

test("each event is one row with the step it made; a repetition adds none", async () => {
  const orderId = await storedOrder();
  const id = brokerOrderId();
  await applyOrderEvent(db, { orderId, kind: "submitting", at });
  await applyOrderEvent(db, { orderId, kind: "submitted", at, brokerOrderId: id, details: { order_id: id } });
  await applyOrderEvent(db, { orderId, kind: "accepted", at });
  await applyOrderEvent(db, { orderId, kind: "accepted", at });
  const partly = { filledQuantity: decimal("4"), averageFillPrice: decimal("199.5") };
  await applyOrderEvent(db, { orderId, kind: "partially_filled", at, ...partly });
  await applyOrderEvent(db, { orderId, kind: "partially_filled", at, ...partly });
  await applyOrderEvent(db, { orderId, kind: "partially_filled", at, filledQuantity: decimal("7") });
  const done = await applyOrderEvent(db, { orderId, kind: "filled", at, filledQuantity: decimal("10.00") });
  expect(done).toMatchObject({ status: "FILLED", brokerOrderId: id, averageFillPrice: "199.5" });
  const events = await listOrderEvents(db, orderId);
  expect(events.map((event) => [event.kind, event.fromStatus, event.toStatus])).toEqual([
    ["submitting", "INITIALIZED", "SUBMITTING"],
    ["submitted", "SUBMITTING", "SUBMITTED"],
    ["accepted", "SUBMITTED", "ACCEPTED"],
    ["partially_filled", "ACCEPTED", "PARTIALLY_FILLED"],
    ["partially_filled", "PARTIALLY_FILLED", "PARTIALLY_FILLED"],
    ["filled", "PARTIALLY_FILLED", "FILLED"],
  ]);
});

test("only one of many workers may begin to submit an order", async () => {
  const orderId = await storedOrder();
  const attempts = await Promise.allSettled(
    Array.from({ length: 6 }, () => applyOrderEvent(db, { orderId, kind: "submitting", at })),
  );
  expect(attempts.filter((attempt) => attempt.status === "fulfilled")).toHaveLength(1);
  expect(await listOrderEvents(db, orderId)).toHaveLength(1);
});

test("what was read a moment ago is written as it stands: what has changed since is judged anew", async () => {
  const read = await getOrder(db, await storedOrder());
  const other = await getOrder(db, await storedOrder());
  const details = { why: "\0" };
  const begin = () => changeKnownOrders(db, [read, other], () => [{ kind: "submitting", at, details }]);
  expect((await begin()).map((row) => row.status)).toEqual(["SUBMITTING", "SUBMITTING"]);
  // Both were read before: by now nothing may begin, and neither gains an event.
  await expect(begin()).rejects.toMatchObject({ code: "invariant_broken" });
  expect(await listOrderEvents(db, read.id)).toMatchObject([
    { kind: "submitting", fromStatus: "INITIALIZED", details: { why: "\ufffd" } },
  ]);
  const submitting = await getOrder(db, read.id);
  await applyOrderEvent(db, { orderId: read.id, kind: "submitted", at, brokerOrderId: brokerOrderId() });
  const marked = await changeKnownOrders(db, [submitting, await getOrder(db, other.id)], (row) =>
    row.status === "SUBMITTING" ? [{ kind: "outcome_unknown", at }] : [],
  );
  expect(marked.map((row) => row.status)).toEqual(["SUBMITTED", "UNKNOWN"]);
  expect((await listOrderEvents(db, read.id)).map((event) => event.kind)).toEqual([
    "submitting",
    "submitted",
  ]);
  expect((await listOrderEvents(db, other.id)).map((event) => event.kind)).toEqual([
    "submitting",
    "outcome_unknown",
  ]);
});

test("of many workers that know the same orders, each event is written by one", async () => {
  const known = await Promise.all([storedOrder("ACCEPTED"), storedOrder("ACCEPTED")]);
  const rows = await Promise.all(known.map((id) => getOrder(db, id)));
  const fill = { kind: "filled" as const, at, filledQuantity: decimal("10") };
  const seen = await Promise.all(
    Array.from({ length: 6 }, (_, at) =>
      changeKnownOrders(db, at % 2 === 0 ? rows : rows.toReversed(), () => [fill]),
    ),
  );
  expect(new Set(seen.flat().map((row) => row.status))).toEqual(new Set(["FILLED"]));
  for (const id of known) expect(await listOrderEvents(db, id)).toHaveLength(1);
});

test("a fill and a cancel that arrive at once leave a state that the table allows", async () => {
  const orderId = await storedOrder("ACCEPTED");
  const results = await Promise.allSettled([
    applyOrderEvent(db, { orderId, kind: "filled", at, filledQuantity: decimal("10") }),
    applyOrderEvent(db, { orderId, kind: "canceled", at }),
  ]);
  expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
  expect(isTerminal((await getOrder(db, orderId)).status)).toBe(true);
  expect(await listOrderEvents(db, orderId)).toHaveLength(1);
});

test("a broken event changes nothing", async () => {
  const orderId = await storedOrder("ACCEPTED");
  const filled = (quantity: string) =>
    applyOrderEvent(db, { orderId, kind: "partially_filled", at, filledQuantity: decimal(quantity) });
  await filled("5");
  await expect(filled("4")).rejects.toMatchObject({ code: "invariant_broken" });
  await expect(filled("11")).rejects.toMatchObject({ code: "invariant_broken" });
  await applyOrderEvent(db, { orderId, kind: "accepted", at, brokerOrderId: brokerOrderId() });
  const other = applyOrderEvent(db, { orderId, kind: "accepted", at, brokerOrderId: brokerOrderId() });
  await expect(other).rejects.toMatchObject({ code: "invariant_broken" });
  expect(await getOrder(db, orderId)).toMatchObject({ filledQuantity: "5", status: "PARTIALLY_FILLED" });
});

test("what is not over is found for the tracker, what nobody knows apart", async () => {
  const own = { conid: conid(777) };
  const make = async (status: OrderStatus) => {
    const order = await approvedOrder(db, await seedRun(db), { ...own, status });
    await createOrders(db, [order]);
    return order.id;
  };
  const working = await make("ACCEPTED");
  const unknown = await make("UNKNOWN");
  const submitting = await make("SUBMITTING");
  await make("FILLED");
  const of = { accountId: PAPER_ACCOUNT };
  const ids = (rows: { id: OrderId; conid: number }[]) =>
    rows.filter((row) => row.conid === 777).map((row) => row.id);
  expect(ids(await workingOrders(db, { ...of, ...own }))).toEqual([working, unknown, submitting]);
  expect(ids(await unknownOrders(db, of))).toEqual([unknown]);
  expect(ids(await unknownOrders(db, { ...of, includeSubmitting: true }))).toEqual([unknown, submitting]);
});

test("orders are paged by status without loss or repetition", async () => {
  const whole = await listOrders(db, { status: "FILLED", limit: 500 });
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await listOrders(db, { status: "FILLED", limit: 2, cursor });
    seen.push(...page.rows.map((row) => row.id));
    cursor = page.next;
  } while (cursor !== null);
  expect(seen).toEqual(whole.rows.map((row) => row.id));
  expect(seen.length).toBeGreaterThan(2);
});
