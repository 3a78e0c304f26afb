// Reading orders, executions and the account back: cold reads, types, statuses.
import { describe, expect, test } from "vitest";
import { AAPL, ACCOUNT, instrumentOf, marketOf, realMarket, rig, START } from "../rig.ts";

const MARKET = { orderType: "MKT", side: "BUY", cOID: "entry" };
const OPEN = 174.880005;

describe("live orders", () => {
  test("are empty when cold and after force, whatever there is", async () => {
    const { call, place } = await rig();
    await place(MARKET);
    const read = async (query = "") => (await call("GET", `/iserver/account/orders${query}`)).body;
    expect(await read()).toEqual({ orders: [], snapshot: false });
    expect((await read()).orders).toHaveLength(1);
    expect(await read("?force=true")).toEqual({ orders: [], snapshot: false });
    expect((await read()).orders).toHaveLength(1);
    await call("POST", "/iserver/auth/ssodh/init", { publish: true, compete: false });
    await call("GET", "/iserver/accounts");
    expect((await read()).orders).toEqual([]);
  });

  test("stick to a filter until force", async () => {
    const { call, place } = await rig();
    await place(MARKET);
    const read = async (query = "") =>
      (await call("GET", `/iserver/account/orders${query}`)).body.orders.length;
    await read();
    expect(await read("?filters=filled")).toBe(0);
    expect(await read()).toBe(0);
    await read("?force=true");
    expect(await read("?filters=pre_submitted,filled")).toBe(1);
  });

  test("turn CLOSE once filled, show the average price, and are gone the next day", async () => {
    const { place, live, simulator } = await rig();
    await place(MARKET);
    expect(await live()).toMatchObject([
      { status: "PreSubmitted", price: "", timeInForce: "DAY", sizeAndFills: "0/10" },
    ]);
    simulator.next();
    expect(await live()).toMatchObject([
      {
        status: "Filled",
        orderDesc: "Bought 10 AAPL Market, Day",
        avgPrice: "174.88",
        timeInForce: "CLOSE",
        sizeAndFills: "10",
        remainingQuantity: 0,
        filledQuantity: 10,
        lastExecutionTime: "171218143000",
        order_ref: "entry",
      },
    ]);
    simulator.next();
    expect(await live()).toEqual([]);
  });

  test("say why a DAY order ended, and a resting GTC order stays", async () => {
    const { place, live, simulator } = await rig();
    await place({ orderType: "LMT", side: "BUY", price: 160 });
    await place({ orderType: "LMT", side: "BUY", price: 160, tif: "GTC" });
    simulator.next();
    expect(await live()).toMatchObject([
      { status: "Cancelled", order_cancellation_by_system_reason: "Cancelled by System: order expired" },
      { status: "PreSubmitted", timeInForce: "GTC" },
    ]);
    simulator.open();
    expect((await live())[0].status).toBe("Submitted");
  });

  test("show a partial fill as Submitted with filled and remaining", async () => {
    const thin = instrumentOf("TSLA", "2017-12-18", [
      [100, 110, 90, 105, 50],
      [100, 110, 90, 105, 5_000],
    ]);
    const { instruments } = await realMarket();
    const { place, live, simulator } = await rig({ market: marketOf(...instruments, thin), start: START });
    await place({ ...MARKET, conid: thin.conid, tif: "GTC", quantity: 12 });
    simulator.next();
    expect(await live()).toMatchObject([
      { status: "Submitted", filledQuantity: 5, remainingQuantity: 7, totalSize: 12, sizeAndFills: "5/7" },
    ]);
    simulator.next();
    expect(await live()).toMatchObject([{ status: "Filled", filledQuantity: 12, sizeAndFills: "12" }]);
  });
});

describe("order status", () => {
  test("names and types things its own way, and knows no cOID", async () => {
    const { call, place, simulator } = await rig();
    const { body } = await place(MARKET);
    const id = Number(body[0].order_id);
    simulator.next();
    const status = (await call("GET", `/iserver/account/order/status/${id}`)).body;
    expect(status).toMatchObject({
      order_id: id,
      side: "B",
      size: "0.0",
      total_size: "10.0",
      cum_fill: "10.0",
      order_status: "Filled",
      order_ccp_status: "2",
      average_price: "174.88",
      tif: "DAY",
    });
    expect(JSON.stringify(status)).not.toContain("entry");
  });

  test("answers 503 for an unknown id and for orders ended on an earlier day", async () => {
    const { call, place, simulator } = await rig();
    expect((await call("GET", "/iserver/account/order/status/1")).body).toEqual({
      error: "Service Unavailable",
      statusCode: 503,
    });
    const { body } = await place(MARKET);
    simulator.next(2);
    expect((await call("GET", `/iserver/account/order/status/${body[0].order_id}`)).status).toBe(503);
  });
});

describe("trades", () => {
  test("are empty when cold, then carry the execution; its commission comes later", async () => {
    const { call, now, place, simulator, clock } = await rig();
    await place(MARKET);
    simulator.next();
    const path = "/iserver/account/trades?days=7";
    expect((await now("GET", path)).body).toEqual([]);
    clock.advance(400);
    const cold = await rig();
    expect((await cold.call("GET", path)).body).toEqual([]);
    const { body } = await call("GET", path);
    expect(body).toHaveLength(1);
    expect(body[0]).toMatchObject({
      execution_id: expect.stringMatching(/^[0-9a-f]{8}\.[0-9a-f]{8}\.01\.01$/),
      side: "B",
      size: 10,
      price: String(OPEN),
      net_amount: Number((OPEN * 10).toFixed(4)),
      commission: "1",
      order_ref: "entry",
      trade_time: "20171218-14:30:00",
      position: "10",
      order_id: simulator.orders()[0]?.id,
    });
  });

  test("come without commission for a moment", async () => {
    const { call, now, place, simulator } = await rig();
    await call("GET", "/iserver/account/trades");
    await place(MARKET);
    simulator.next();
    const [trade] = (await now("GET", "/iserver/account/trades?days=7")).body;
    expect(trade).not.toHaveProperty("commission");
    expect((await call("GET", "/iserver/account/trades/?days=7")).body[0].commission).toBe("1");
  });

  test("go back as many days as asked, one by default", async () => {
    const { call, place, simulator } = await rig();
    await place(MARKET);
    simulator.next(3);
    const count = async (query: string) => (await call("GET", `/iserver/account/trades${query}`)).body.length;
    await count("");
    expect([await count(""), await count("?days=2"), await count("?days=3"), await count("?days=7")]).toEqual(
      [0, 0, 1, 1],
    );
  });
});

describe("positions", () => {
  const path = `/portfolio/${ACCOUNT}/positions/0`;

  test("are sparse first, rich second, cached against a fill until invalidated", async () => {
    const { call, place, simulator } = await rig();
    await place(MARKET);
    simulator.next();
    const sparse = (await call("GET", path)).body[0];
    expect(Object.keys(sparse)).toHaveLength(21);
    expect([sparse.strike, sparse.multiplier, sparse.position]).toEqual([0, null, 10]);
    expect(sparse.avgCost).toBeCloseTo(OPEN + 0.1, 6);
    const rich = (await call("GET", path)).body[0];
    expect(Object.keys(rich)).toHaveLength(40);
    expect([rich.strike, rich.multiplier, rich.ticker]).toEqual(["0", 0, "AAPL"]);
    await place({ ...MARKET, cOID: "more" });
    simulator.next();
    expect((await call("GET", path)).body[0].position).toBe(10);
    expect((await call("POST", `/portfolio/${ACCOUNT}/positions/invalidate`)).body).toEqual({
      message: "success",
    });
    expect((await call("GET", path)).body[0].position).toBe(20);
  });

  test("end after page 0, and are there by conid and in the second spelling", async () => {
    const { call, place, simulator } = await rig();
    await place(MARKET);
    simulator.next();
    expect((await call("GET", `/portfolio/${ACCOUNT}/positions/1`)).body).toEqual([]);
    expect((await call("GET", `/portfolio/${ACCOUNT}/position/${AAPL}`)).body).toHaveLength(1);
    expect((await call("GET", `/portfolio/positions/${AAPL}`)).body[ACCOUNT]).toHaveLength(1);
    const [second] = (await call("GET", `/portfolio2/${ACCOUNT}/positions`)).body;
    expect([second.conid, second.position, second.timestamp]).toEqual(["265598", 10, 1513631100]);
  });

  test("closed today are shown flat with what they brought, and are gone tomorrow", async () => {
    const { call, place, simulator } = await rig({ settings: { data: { positionsCacheMs: 0 } } });
    await place(MARKET);
    simulator.next();
    await place({ orderType: "MKT", side: "SELL" });
    simulator.next();
    await call("GET", path);
    const [flat] = (await call("GET", path)).body;
    expect(flat.position).toBe(0);
    // Bought at 174.880005, sold at the next opening, 175.029999, one dollar of commission each.
    expect(flat.realizedPnl).toBeCloseTo((175.029999 - OPEN) * 10 - 2, 2);
    simulator.next();
    expect((await call("GET", path)).body).toEqual([]);
  });
});

describe("the account", () => {
  test("agrees with itself in summary, ledger and portfolio summary after a fill", async () => {
    const { call, place, simulator } = await rig();
    await place({ ...MARKET, quantity: 100 });
    simulator.next();
    const cash = 100_000 - OPEN * 100 - 1;
    const stock = 176.419998 * 100;
    const summary = (await call("GET", `/iserver/account/${ACCOUNT}/summary`)).body;
    expect(summary.totalCashValue).toBeCloseTo(cash, 1);
    expect(summary.netLiquidationValue).toBeCloseTo(cash + stock, 1);
    expect(summary.buyingPower).toBeCloseTo(4 * (cash + stock - stock / 4), 1);
    const { USD, BASE } = (await call("GET", `/portfolio/${ACCOUNT}/ledger`)).body;
    expect(USD.cashbalance).toBeCloseTo(cash, 1);
    expect(USD.stockmarketvalue).toBeCloseTo(stock, 1);
    expect([USD.endofbundle, BASE.endofbundle, USD.timestamp]).toEqual([1, undefined, 1513631100]);
    const all = (await call("GET", `/portfolio/${ACCOUNT}/summary`)).body;
    expect(Object.keys(all)).toHaveLength(143);
    expect(all.netliquidation.amount).toBeCloseTo(cash + stock, 1);
    expect(all.previousdayequitywithloanvalue.amount).toBe(100_000);
    expect([all.accountcode.value, all.netliquidation.value]).toEqual([ACCOUNT, null]);
    const pages = await call("GET", `/iserver/account/${ACCOUNT}/summary/balances`);
    expect(pages.body.total.cash).toBe(`${Math.round(cash).toLocaleString("en-US")} USD`);
  });

  test("has no partitioned profit and loss when cold", async () => {
    const { call } = await rig();
    const path = "/iserver/account/pnl/partitioned";
    expect((await call("GET", path)).body).toEqual({ upnl: {} });
    expect((await call("GET", path)).body.upnl).toHaveProperty([`${ACCOUNT}.Core`]);
  });

  test("is itself only", async () => {
    const { call } = await rig();
    expect((await call("POST", "/iserver/account", { acctId: ACCOUNT })).body).toEqual({
      success: "Account already set",
    });
    expect((await call("POST", "/iserver/account", { acctId: "DU1" })).status).toBe(500);
    expect((await call("GET", "/portfolio/DU1/summary")).status).toBe(500);
    expect((await call("GET", "/iserver/accounts")).body).toMatchObject({
      accounts: [ACCOUNT],
      isPaper: true,
    });
  });
});
