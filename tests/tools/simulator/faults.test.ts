// Misbehaviour on demand, the journal, and state that survives a restart.
import { spawn } from "node:child_process";
import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSimulator } from "#tools/simulator/simulator.ts";
import { AAPL, ACCOUNT, realMarket, rig, type START, testClock } from "./rig.ts";

const ORDERS = `/iserver/account/${ACCOUNT}/orders`;
const LIMIT = { conid: AAPL, orderType: "LMT", side: "BUY", tif: "DAY", quantity: 10, price: 173 };
const SUBMIT = { orders: [LIMIT] };

describe("faults", () => {
  test("hang: never answers, and nothing happened", async () => {
    const { simulator } = await rig();
    simulator.faults.add({ kind: "hang", path: "/orders" });
    const gaveUp = new AbortController();
    const pending = simulator.fetch(
      new Request(`http://x/v1/api${ORDERS}`, {
        method: "POST",
        body: JSON.stringify(SUBMIT),
        signal: gaveUp.signal,
      }),
    );
    const first = await Promise.race([
      pending.then(() => "answered"),
      new Promise((resolve) => setImmediate(resolve, "still waiting")),
    ]);
    expect(first).toBe("still waiting");
    gaveUp.abort();
    await expect(pending).rejects.toThrow();
    expect(simulator.orders()).toHaveLength(0);
    expect(simulator.journal.entries().at(-1)).toMatchObject({
      outcome: "hung",
      status: null,
      fault: "hang",
    });
  });

  test.each([
    ["drop", 0],
    ["drop_after", 1],
  ] as const)("%s: the connection breaks, and %i order is live", async (kind, orders) => {
    const { call, simulator } = await rig();
    simulator.faults.add({ kind, method: "POST", path: "/orders" });
    await expect(call("POST", ORDERS, SUBMIT)).rejects.toThrow("fetch failed");
    expect(simulator.orders()).toHaveLength(orders);
    expect(simulator.journal.entries().at(-1)?.outcome).toBe("dropped");
  });

  test.each([
    ["unavailable", 0],
    ["unavailable_after", 1],
  ] as const)("%s: 503, and %i order is live", async (kind, orders) => {
    const { call, simulator } = await rig();
    simulator.faults.add({ kind, path: "/orders" });
    const answer = await call("POST", ORDERS, SUBMIT);
    expect([answer.status, answer.body]).toEqual([503, { error: "Service Unavailable", statusCode: 503 }]);
    expect(simulator.orders()).toHaveLength(orders);
  });

  test("a lost answer to a reply leaves the order live and the id used", async () => {
    const { call, simulator } = await rig();
    const { body } = await call("POST", ORDERS, { orders: [{ ...LIMIT, quantity: 501 }] });
    simulator.faults.add({ kind: "drop_after", path: "/iserver/reply/" });
    const reply = () => call("POST", `/iserver/reply/${body[0].id}`, { confirmed: true });
    await expect(reply()).rejects.toThrow();
    expect(simulator.orders()).toHaveLength(1);
    expect((await reply()).status).toBe(400);
  });

  test("a stale question id answers 503 although the order goes live", async () => {
    const { call, simulator } = await rig();
    const { body } = await call("POST", ORDERS, { orders: [{ ...LIMIT, quantity: 501 }] });
    simulator.faults.add({ kind: "stale_question" });
    expect((await call("POST", `/iserver/reply/${body[0].id}`, { confirmed: true })).status).toBe(503);
    expect(simulator.orders()).toHaveLength(1);
  });

  test("a 429 boxes the address", async () => {
    const { call, simulator } = await rig();
    simulator.faults.add({ kind: "too_many", path: "/tickle" });
    expect((await call("POST", "/tickle")).status).toBe(429);
    expect((await call("GET", "/iserver/accounts")).status).toBe(429);
  });

  test("sessions are lost in all three ways, and an HTML page may come", async () => {
    const { call, simulator } = await rig();
    simulator.faults.add({ kind: "html" });
    const page = await call("GET", "/iserver/accounts");
    expect([page.status, page.text.startsWith("<html>")]).toEqual([502, true]);
    simulator.faults.add({ kind: "bridge_loss" });
    expect((await call("GET", "/iserver/accounts")).status).toBe(400);
    simulator.faults.add({ kind: "competing" });
    expect((await call("POST", "/tickle")).body.iserver.authStatus.competing).toBe(true);
    simulator.faults.add({ kind: "session_loss" });
    expect((await call("GET", "/iserver/accounts")).status).toBe(401);
  });

  test("slow calls are handled as usual", async () => {
    const { call, simulator } = await rig();
    simulator.faults.add({ kind: "slow", delayMs: 1 });
    expect((await call("POST", ORDERS, SUBMIT)).status).toBe(200);
    expect(simulator.journal.entries().at(-1)?.fault).toBe("slow");
  });

  test("strike as often as told, after as many as told, by seeded chance", async () => {
    const strikes = async () => {
      const { call, simulator } = await rig();
      simulator.faults.add({
        kind: "unavailable",
        path: "/futures",
        times: 100,
        skip: 2,
        probability: 0.5,
        seed: 7,
      });
      const statuses: number[] = [];
      for (let count = 0; count < 20; count += 1)
        statuses.push((await call("GET", "/trsrv/futures?symbols=ES")).status);
      return statuses;
    };
    const first = await strikes();
    expect(first.slice(0, 2)).toEqual([200, 200]);
    expect(new Set(first)).toEqual(new Set([200, 503]));
    expect(await strikes()).toEqual(first);
  });
});

describe("control calls", () => {
  const sim = async (of: Awaited<ReturnType<typeof rig>>, method: string, at: string, body?: object) => {
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await of.simulator.fetch(new Request(`http://x/_sim${at}`, { method, ...init }));
    return { status: response.status, body: JSON.parse(await response.text()) };
  };

  test("move the clock, reset the account, set faults and read the journal", async () => {
    const of = await rig();
    await of.place({ ...LIMIT, price: 176, cOID: "seen" });
    expect((await sim(of, "POST", "/next", { sessions: 2 })).body).toMatchObject({
      session: "2017-12-19",
      phase: "closed",
      fills: 1,
    });
    expect((await sim(of, "POST", "/clock", { to: "open" })).body).toMatchObject({ phase: "open" });
    const journal = (await sim(of, "GET", "/journal")).body;
    expect(journal).toMatchObject({
      ordersSeen: 1,
      breaches: 0,
      orders: [{ cOID: "seen", status: "Filled" }],
    });
    expect(journal.entries.at(-1)).toMatchObject({
      method: "POST",
      path: ORDERS,
      status: 200,
      outcome: "answered",
    });
    expect((await sim(of, "POST", "/faults", { kind: "hang", times: 2 })).body).toMatchObject([{ left: 2 }]);
    expect((await sim(of, "POST", "/reset", { cash: 5_000, start: "2017-11-01" })).body).toMatchObject({
      session: "2017-11-01",
      phase: "closed",
    });
    expect(of.simulator.orders()).toEqual([]);
    expect(of.simulator.faults.rules()).toEqual([]);
    expect((await of.call("GET", `/portfolio/${ACCOUNT}/ledger`)).body.USD.cashbalance).toBe(5_000);
  });

  test("refuse what they do not know and the end of the data", async () => {
    const of = await rig();
    expect((await sim(of, "POST", "/faults", { kind: "earthquake" })).status).toBe(400);
    expect((await sim(of, "POST", "/next", { days: 1 })).status).toBe(400);
    of.simulator.reset({ start: "2020-04-17" as typeof START });
    expect(await sim(of, "POST", "/next")).toMatchObject({
      status: 409,
      body: { code: "market_data_ended" },
    });
  });

  test("never give an order id twice, not after a reset", async () => {
    const of = await rig();
    const first = (await of.place(LIMIT)).body[0].order_id;
    of.simulator.reset();
    expect((await of.place(LIMIT)).body[0].order_id).not.toBe(first);
  });
});

describe("state", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "countersign-state-"));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const file = () => path.join(folder, "gateway", "main.jsonl");

  test("survives a restart: clock, orders, executions, account, ids", async () => {
    const before = await rig({ stateFile: file() });
    await before.place({ ...LIMIT, price: 176, cOID: "one" });
    await before.place({ ...LIMIT, price: 165, tif: "GTC", cOID: "two" });
    before.simulator.next();
    before.simulator.open();
    const after = await rig({ stateFile: file() });
    expect(after.simulator.view()).toMatchObject({ session: "2017-12-19", phase: "open" });
    expect(after.simulator.orders()).toEqual(before.simulator.orders());
    const ledger = async (of: typeof before) => (await of.call("GET", `/portfolio/${ACCOUNT}/ledger`)).body;
    expect(await ledger(after)).toEqual(await ledger(before));
    expect((await after.place({ ...LIMIT, price: 165, cOID: "two" })).body.error).toContain(
      "already registered",
    );
    const next = await after.place({ ...LIMIT, price: 165 });
    expect(before.simulator.orders().map((one) => String(one.id))).not.toContain(next.body[0].order_id);
  });

  test("drops a last line that a killed process left unfinished, and nothing else", async () => {
    const before = await rig({ stateFile: file() });
    await before.place(LIMIT);
    await appendFile(file(), '{"orders":[{"id":7');
    const after = await rig({ stateFile: file() });
    expect(after.simulator.orders()).toEqual(before.simulator.orders());
    expect((await readFile(file(), "utf8")).endsWith("\n")).toBe(true);
  });

  test("of another account or another program is refused", async () => {
    await rig({ stateFile: file() });
    const options = { market: await realMarket(), clock: testClock(), stateFile: file() };
    expect(() => createSimulator({ ...options, accountId: "DU7" })).toThrow(/no state of this simulator/);
    await writeFile(file(), "hello\n");
    expect(() => createSimulator({ ...options, accountId: ACCOUNT })).toThrow(/no state of this simulator/);
  });

  test("knows every accepted order after kill -9", async () => {
    const script = path.resolve(import.meta.dirname, "killed-simulator.ts");
    const child = spawn(process.execPath, ["--import", "tsx", script, file()], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let accepted = "";
    for await (const part of child.stdout) {
      accepted += String(part);
      if (accepted.split("\n").length > 5) child.kill("SIGKILL");
    }
    const ids = accepted
      .split("\n")
      .slice(0, -1)
      .map((line) => Number(line));
    const after = await rig({ stateFile: file() });
    const known = after.simulator.orders().map((one) => one.id);
    expect(ids.length).toBeGreaterThan(4);
    expect(ids.filter((id) => !known.includes(id))).toEqual([]);
  });
});
