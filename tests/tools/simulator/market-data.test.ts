// Snapshot and history of the gateway simulator.
import { describe, expect, test } from "vitest";
import type { SessionDate } from "#store/model/ids.ts";
import { AAPL, instrumentOf, marketOf, realMarket, rig, START } from "./rig.ts";

const HISTORY = `/iserver/marketdata/history?conid=${AAPL}`;
const day = (ms: number) => new Date(ms).toISOString();

describe("history", () => {
  test("gives daily bars up to the market clock: open in epoch ms, volume in lots, points one less", async () => {
    const { call } = await rig();
    const { body } = await call("GET", `${HISTORY}&period=500d&bar=1d`);
    expect(body.data).toHaveLength(500);
    expect(body.points).toBe(499);
    expect(day(body.data.at(-1).t)).toBe("2017-12-15T14:30:00.000Z");
    expect(body.data.at(-1)).toMatchObject({ o: 173.630005, h: 174.169998, l: 172.460007, c: 173.970001 });
    expect(body.data.at(-1).v * body.volumeFactor).toBe(40169300);
    expect(body).toMatchObject({ symbol: "AAPL", priceFactor: 100, barLength: 86_400, timePeriod: "500d" });
    expect(body.startTime).toBe("20151223-14:30:00");
    expect(body.high).toBe("17624/244095/987840");
  });

  test("ends the window at startTime, so that chunks join without a gap", async () => {
    const { call } = await rig();
    const newest = (await call("GET", `${HISTORY}&period=30d&bar=1d`)).body;
    const before = (await call("GET", `${HISTORY}&period=30d&bar=1d&startTime=${newest.startTime}`)).body;
    const whole = (await call("GET", `${HISTORY}&period=60d&bar=1d`)).body;
    expect([...before.data, ...newest.data]).toEqual(whole.data);
  });

  test("gives a bar of a past session only when it was over at startTime", async () => {
    const { call } = await rig();
    const at = async (time: string) => {
      const { body } = await call("GET", `${HISTORY}&period=5d&bar=1d&startTime=${time}`);
      return day(body.data.at(-1).t).slice(0, 10);
    };
    expect(await at("20171206-20:59:59")).toBe("2017-12-05");
    expect(await at("20171206-21:00:00")).toBe("2017-12-06");
    expect(await at("20301206-21:00:00")).toBe("2017-12-15");
  });

  test("replaces an upper-case unit silently by a default of 84 daily bars", async () => {
    const { call } = await rig();
    for (const query of ["period=1D&bar=1d", "period=260W&bar=1w", "period=500d&bar=1D"]) {
      const { status, body } = await call("GET", `${HISTORY}&${query}`);
      expect([query, status, body.data.length, body.barLength]).toEqual([query, 200, 84, 86_400]);
    }
  });

  test("refuses what is no period and has no intraday bars", async () => {
    const { call } = await rig();
    for (const query of ["period=1001d", "period=0d", "period=abc", "period=5d&bar=7d"]) {
      expect([query, (await call("GET", `${HISTORY}&${query}`)).status]).toEqual([query, 400]);
    }
    const intraday = await call("GET", `${HISTORY}&period=1d&bar=5min`);
    expect([intraday.status, intraday.body]).toEqual([500, { error: "No data." }]);
    expect((await call("GET", "/iserver/marketdata/history?conid=1&period=5d&bar=1d")).body).toEqual({
      error: "No data.",
    });
  });

  test("replaces a bar that its period does not allow by the period's default", async () => {
    const { call } = await rig();
    const { body } = await call("GET", `${HISTORY}&period=15y&bar=1d`);
    expect(body.barLength).toBe(604_800);
  });

  test("never gives more than 1,000 points", async () => {
    const { call } = await rig();
    const { body } = await call("GET", "/iserver/marketdata/history?conid=416904&period=1000d&bar=1d");
    expect([body.data.length, body.points]).toEqual([1000, 999]);
  });

  test("aggregates weeks on exchange weeks and shows the forming one last, unmarked", async () => {
    const { call, simulator } = await rig();
    const weeks = (await call("GET", `${HISTORY}&period=260w&bar=1w`)).body.data;
    expect(day(weeks.at(-1).t)).toBe("2017-12-11T14:30:00.000Z");
    simulator.next();
    const forming = (await call("GET", `${HISTORY}&period=260w&bar=1w`)).body.data;
    const days = (await call("GET", `${HISTORY}&period=6d&bar=1d`)).body.data;
    expect(forming).toHaveLength(weeks.length + 1);
    expect(forming.at(-1)).toEqual(days.at(-1));
    expect(forming.at(-2)).toEqual({
      o: days[0].o,
      h: Math.max(...days.slice(0, 5).map((bar: { h: number }) => bar.h)),
      l: Math.min(...days.slice(0, 5).map((bar: { l: number }) => bar.l)),
      c: days[4].c,
      v: days.slice(0, 5).reduce((sum: number, bar: { v: number }) => sum + bar.v, 0),
      t: days[0].t,
    });
  });

  test("names a week after its first session where Monday is a holiday", async () => {
    const { call } = await rig();
    const { body } = await call("GET", `${HISTORY}&period=60w&bar=1w`);
    expect(body.data.map((bar: { t: number }) => day(bar.t))).toContain("2017-09-05T13:30:00.000Z");
  });

  test("aggregates months", async () => {
    const { call } = await rig();
    const { body } = await call("GET", `${HISTORY}&period=12m&bar=1m`);
    expect(body.barLength).toBe(2_678_400);
    expect(day(body.data.at(-1).t)).toBe("2017-12-01T14:30:00.000Z");
  });

  test("inside a session shows the opening price and nothing else of the day", async () => {
    const { call, simulator } = await rig();
    simulator.open();
    const { body } = await call("GET", `${HISTORY}&period=5d&bar=1d`);
    const { o, h, l, c, v, t } = body.data.at(-1);
    expect(day(t)).toBe("2017-12-18T14:30:00.000Z");
    expect([h, l, c, v]).toEqual([o, o, o, 0]);
  });

  test("marks delayed data", async () => {
    const { call } = await rig({ settings: { data: { subscription: "delayed" } } });
    expect((await call("GET", `${HISTORY}&period=5d&bar=1d`)).body.mktDataDelay).toBe(900);
  });

  test("fails the first history of a brokerage session when that is set", async () => {
    const { call } = await rig({ settings: { data: { firstHistoryFails: true } } });
    expect((await call("GET", `${HISTORY}&period=5d&bar=1d`)).body).toEqual({
      error: "Chart data unavailable",
    });
    expect((await call("GET", `${HISTORY}&period=5d&bar=1d`)).status).toBe(200);
  });

  test("never reveals a bar that the clock has not reached, however it is asked", async () => {
    const { call, simulator } = await rig({ settings: { pacing: { enforced: false } } });
    const queries = ["period=1000d&bar=1d", "period=5y&bar=1w", "period=15y&bar=1m", "period=1D"];
    for (let step = 0; step < 8; step += 1) {
      const limit = Date.parse(simulator.view().now);
      for (const query of [...queries, `period=5d&bar=1d&startTime=20180501-00:00:00`]) {
        for (const conid of [AAPL, 416904]) {
          const path = `/iserver/marketdata/history?conid=${conid}&${query}`;
          const { data } = (await call("GET", path)).body;
          expect(data.at(-1).t).toBeLessThan(limit);
        }
      }
      if (step % 2 === 0) simulator.open();
      else simulator.close();
    }
  });
});

describe("snapshot", () => {
  const path = (fields: string) => `/iserver/marketdata/snapshot?conids=${AAPL}&fields=${fields}`;

  test("only starts the stream at first; keys that are not warm are absent", async () => {
    const { call, now, clock } = await rig();
    expect((await call("GET", path("31,84"))).body).toEqual([{ conidEx: "265598", conid: AAPL }]);
    clock.advance(200);
    expect((await now("GET", path("31,84"))).body).toEqual([{ conidEx: "265598", conid: AAPL }]);
    clock.advance(400);
    const [row] = (await now("GET", path("31,84,7295"))).body;
    expect(row).toMatchObject({ "31": "173.97", "84": "173.97", "6509": "RpB", server_id: "q0" });
    expect(row).not.toHaveProperty("7295");
    clock.advance(600);
    expect((await now("GET", path("7295"))).body[0]).toMatchObject({ "7295": "173.63", "31": "173.97" });
  });

  test("gives every field as text, and nothing it does not know", async () => {
    const { call } = await rig();
    const fields = "31,55,70,71,82,83,84,85,86,87,88,7051,7059,7293,7294,7295,7296,7308,7633,7741,7762";
    await call("GET", path(fields));
    const [row] = (await call("GET", path(fields))).body;
    const { conid, conidEx, server_id, _updated, ...values } = row;
    expect(Object.values(values).every((value) => typeof value === "string")).toBe(true);
    expect(values).toMatchObject({ "87": "40.2M", "7762": "40169300", "85": "4,016,930", "7741": "172.22" });
    expect(values).toMatchObject({ "82": "+1.75", "83": "1.02%" });
    expect(values).not.toHaveProperty("7308");
    expect(conid).toBe(AAPL);
    expect(conidEx).toBe("265598");
    expect(server_id).toBe("q0");
    expect(_updated).toBe(Date.parse("2017-12-15T21:05:00Z"));
  });

  test("releases a stream that is not asked for and cools with the brokerage session", async () => {
    const { call, clock } = await rig();
    await call("GET", path("31"));
    clock.advance(5 * 60_000);
    expect((await call("GET", path("31"))).body).toEqual([{ conidEx: "265598", conid: AAPL }]);
    expect((await call("GET", path("31"))).body[0]["31"]).toBe("173.97");
    await call("POST", "/iserver/auth/ssodh/init", { publish: true, compete: false });
    await call("GET", "/iserver/accounts");
    expect((await call("GET", path("31"))).body).toEqual([{ conidEx: "265598", conid: AAPL }]);
  });

  test("without a subscription has no last price; delayed data say so", async () => {
    const none = await rig({ settings: { data: { subscription: "none" } } });
    await none.call("GET", path("31"));
    const [row] = (await none.call("GET", path("31"))).body;
    expect([row["6509"], row["31"]]).toEqual(["N", undefined]);
    const delayed = await rig({ settings: { data: { subscription: "delayed" } } });
    await delayed.call("GET", path("31"));
    expect((await delayed.call("GET", path("31"))).body[0]).toMatchObject({ "6509": "DPB", "31": "173.97" });
  });

  test("is frozen with a C before the close when the instrument has no bar in this session", async () => {
    const market = await realMarket();
    const short = instrumentOf("TSLA", "2017-12-13", [[10, 11, 9, 10.5, 1_000]]);
    const { call } = await rig({ market: marketOf(...market.instruments, short), start: START });
    const snapshot = `/iserver/marketdata/snapshot?conids=${short.conid}&fields=31,84,86`;
    await call("GET", snapshot);
    const [row] = (await call("GET", snapshot)).body;
    expect(row).toMatchObject({ "31": "C10.50", "6509": "ZB" });
    expect(row).not.toHaveProperty("84");
  });

  test("wants conids, at most 100, and at most 50 fields", async () => {
    const { call } = await rig();
    const missing = await call("GET", "/iserver/marketdata/snapshot?fields=31");
    expect([missing.status, missing.body.error]).toEqual([400, "Bad Request: Conid(s) missing"]);
    const many = Array.from({ length: 101 }, (_, index) => index + 1).join(",");
    expect((await call("GET", `/iserver/marketdata/snapshot?conids=${many}&fields=31`)).status).toBe(400);
    expect((await call("GET", path(many))).status).toBe(400);
  });

  test("unsubscribes what is open and says unknown otherwise", async () => {
    const { call } = await rig();
    await call("GET", path("31"));
    expect((await call("POST", "/iserver/marketdata/unsubscribe", { conid: AAPL })).body).toEqual({
      success: true,
    });
    const again = await call("POST", "/iserver/marketdata/unsubscribe", { conid: AAPL });
    expect([again.status, again.body]).toEqual([500, { error: "unknown" }]);
    expect((await call("GET", "/iserver/marketdata/unsubscribeall")).body).toEqual({ unsubscribed: true });
  });
});

describe("contracts", () => {
  test("lists stocks with foreign listings and an empty list for an unknown symbol", async () => {
    const { call } = await rig();
    const { body } = await call("GET", "/trsrv/stocks?symbols=AAPL,SPX,NONE");
    expect(body.NONE).toEqual([]);
    expect(body.AAPL[0].contracts).toContainEqual({ conid: AAPL, exchange: "NASDAQ", isUS: true });
    expect(body.AAPL[0].contracts).toContainEqual({ conid: 38708077, exchange: "MEXI", isUS: false });
    expect(body.SPX[0].name).toMatch(/REPLAYED AS A PAPER INSTRUMENT/);
  });

  test("searches with text ids, the foreign listing first, and no currency", async () => {
    const { call } = await rig();
    const { body } = await call("GET", "/iserver/secdef/search?symbol=AAPL&secType=STK");
    expect(body[0]).toMatchObject({ conid: "38708077", description: "MEXI" });
    expect(body.at(-1)).toMatchObject({ conid: "265598", description: "NASDAQ", restricted: null });
    expect(body[0]).not.toHaveProperty("currency");
    expect((await call("GET", "/iserver/secdef/search?symbol=QQQQQ")).body).toEqual({
      error: "No symbol found",
    });
  });

  test("tells the currency in contract info, a foreign listing's too", async () => {
    const { call } = await rig();
    expect((await call("GET", `/iserver/contract/${AAPL}/info`)).body).toMatchObject({
      con_id: AAPL,
      currency: "USD",
      instrument_type: "STK",
    });
    expect((await call("GET", "/iserver/contract/38708077/info")).body.currency).toBe("MXN");
    expect((await call("GET", "/iserver/contract/416904/info")).body.instrument_type).toBe("IND");
  });

  test("answers a failed rules lookup with 200 and an error inside", async () => {
    const { call } = await rig();
    const failed = await call("POST", "/iserver/contract/rules", { conid: 1, isBuy: true });
    expect([failed.status, typeof failed.body.error]).toEqual([200, "string"]);
    const { body } = await call("POST", "/iserver/contract/rules", { conid: AAPL, isBuy: true });
    expect(body).toMatchObject({
      error: null,
      increment: 0.01,
      stopprice: 173.97,
      canTradeAcctIds: ["DU1000001"],
    });
  });

  test("gives trading hours in epoch seconds, closed days missing", async () => {
    const { call } = await rig({ start: "2017-12-21" as SessionDate });
    const { schedules } = (await call("GET", `/contract/trading-schedule?conid=${AAPL}`)).body;
    expect(Object.keys(schedules)).toEqual(["20171222", "20171226", "20171227", "20171228"]);
    expect(schedules["20171222"].liquid_hours).toEqual([{ opening: 1513953000, closing: 1513976400 }]);
  });
});
