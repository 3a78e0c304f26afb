// Sessions, gates and pacing of the gateway simulator.
import { describe, expect, test } from "vitest";
import { createSimulator } from "#tools/simulator/simulator.ts";
import { ACCOUNT, realMarket, rig, START, testClock } from "./rig.ts";

const INIT = { publish: true, compete: false };

describe("session", () => {
  test("answers 500 to snapshot, orders, trades and submissions before /iserver/accounts", async () => {
    const { call } = await rig();
    await call("POST", "/iserver/auth/ssodh/init", INIT);
    for (const [method, path] of [
      ["GET", "/iserver/marketdata/snapshot?conids=265598&fields=31"],
      ["GET", "/iserver/account/orders"],
      ["GET", "/iserver/account/trades"],
      ["GET", "/iserver/account/order/status/1"],
      ["POST", `/iserver/account/${ACCOUNT}/orders`],
    ] as const) {
      const answer = await call(method, path, method === "POST" ? { orders: [] } : undefined);
      expect([path, answer.status, answer.body]).toEqual([
        path,
        500,
        { error: "Please query /accounts first" },
      ]);
    }
    for (const path of ["/iserver/account/pnl/partitioned", `/iserver/account/${ACCOUNT}/summary`]) {
      const answer = await call("GET", path);
      expect([answer.status, answer.body]).toEqual([
        400,
        { error: "Bad Request: Please query /accounts first", statusCode: 400 },
      ]);
    }
    await call("GET", "/iserver/accounts");
    expect((await call("GET", "/iserver/account/orders")).status).toBe(200);
  });

  test("demands /portfolio/accounts before the rest of /portfolio", async () => {
    const clock = testClock();
    const simulator = createSimulator({
      market: await realMarket(),
      start: START,
      accountId: ACCOUNT,
      clock,
    });
    const get = (path: string) => simulator.fetch(new Request(`http://x/v1/api${path}`));
    expect((await get(`/portfolio/${ACCOUNT}/summary`)).status).toBe(400);
    expect((await get("/portfolio/accounts")).status).toBe(200);
    expect((await get(`/portfolio/${ACCOUNT}/summary`)).status).toBe(200);
  });

  test("loses the brokerage session after the idle time and answers 'no bridge' until init", async () => {
    const { call, clock } = await rig();
    clock.advance(6 * 60_000 + 1);
    expect((await call("POST", "/iserver/auth/status")).body).toMatchObject({
      authenticated: false,
      established: false,
      connected: true,
      competing: false,
    });
    const refused = await call("GET", "/iserver/accounts");
    expect([refused.status, refused.body]).toEqual([
      400,
      { error: "Bad Request: no bridge", statusCode: 400 },
    ]);
    expect((await call("GET", "/portfolio/accounts")).status).toBe(200);
    const init = await call("POST", "/iserver/auth/ssodh/init", INIT);
    expect(init.body).toMatchObject({ passed: true, authenticated: true, established: false });
    expect((await call("GET", "/iserver/auth/status")).body.established).toBe(true);
    expect((await call("GET", "/iserver/account/orders")).status).toBe(500);
  });

  test("any request keeps the session, not only tickle", async () => {
    const { call, clock } = await rig();
    for (let minute = 0; minute < 12; minute += 1) {
      clock.advance(60_000);
      await call("GET", "/trsrv/stocks?symbols=AAPL");
    }
    expect((await call("POST", "/iserver/auth/status")).body.established).toBe(true);
  });

  test("refuses init without publish", async () => {
    const { call } = await rig();
    expect((await call("POST", "/iserver/auth/ssodh/init", { compete: true })).status).toBe(500);
  });

  test("stays competing until init with compete", async () => {
    const { call, simulator } = await rig();
    simulator.session.lose("competing");
    expect((await call("POST", "/iserver/auth/status")).body).toMatchObject({
      competing: true,
      authenticated: false,
    });
    await call("POST", "/iserver/auth/ssodh/init", INIT);
    expect((await call("POST", "/iserver/auth/status")).body.competing).toBe(true);
    await call("POST", "/iserver/auth/ssodh/init", { publish: true, compete: true });
    expect((await call("POST", "/iserver/auth/status")).body).toMatchObject({
      competing: false,
      established: true,
    });
  });

  test("answers 401 without a body after 24 hours until a person logs in", async () => {
    const { call, clock, simulator } = await rig();
    for (let step = 0; step < 300; step += 1) {
      clock.advance(5 * 60_000);
      await call("POST", "/tickle");
    }
    const answer = await call("GET", "/iserver/accounts");
    expect([answer.status, answer.text]).toEqual([401, ""]);
    const login = await simulator.fetch(new Request("http://x/_sim/login", { method: "POST" }));
    expect(await login.text()).toBe("Client login succeeds");
    expect((await call("GET", "/iserver/accounts")).status).toBe(200);
  });

  test("logs itself in again when that is set", async () => {
    const { call, clock } = await rig({ settings: { session: { relogin: "automatic" } } });
    clock.advance(25 * 3_600_000);
    expect((await call("POST", "/tickle")).status).toBe(200);
  });

  test("resets the brokerage session at midnight New York", async () => {
    const { call, clock } = await rig();
    for (let step = 0; step < 15 * 12; step += 1) {
      clock.advance(5 * 60_000 - 5_050);
      await call("POST", "/tickle");
    }
    expect((await call("GET", "/iserver/accounts")).body.error).toBe("Bad Request: no bridge");
  });

  test("after a logout only the status can be asked, and lacks most keys", async () => {
    const { call } = await rig();
    expect((await call("POST", "/logout")).body).toEqual({ status: true });
    expect((await call("POST", "/tickle")).status).toBe(401);
    expect(Object.keys((await call("POST", "/iserver/auth/status")).body).sort()).toEqual([
      "MAC",
      "authenticated",
      "competing",
      "connected",
    ]);
  });
});

describe("pacing", () => {
  test("boxes the address for 15 minutes after an eleventh request in a second", async () => {
    const { now, clock, simulator } = await rig();
    clock.advance(2_000);
    for (let count = 0; count < 10; count += 1)
      expect((await now("GET", "/trsrv/futures?symbols=ES")).status).toBe(200);
    expect((await now("GET", "/trsrv/futures?symbols=ES")).status).toBe(429);
    clock.advance(14 * 60_000);
    expect((await now("POST", "/iserver/auth/status")).status).toBe(429);
    clock.advance(61_000);
    expect((await now("POST", "/iserver/auth/status")).status).toBe(200);
    const journal = await simulator.fetch(new Request("http://x/_sim/journal?entries=false"));
    expect(await journal.json()).toMatchObject({ breaches: 1 });
  });

  test.each([
    ["/iserver/account/orders", 5_000],
    ["/iserver/account/orders?force=true", 5_000],
    ["/iserver/account/trades/?days=7", 5_000],
    ["/portfolio/accounts", 5_000],
    ["/tickle", 1_000],
    ["/sso/validate", 60_000],
  ])("takes %s once per %i ms", async (path, interval) => {
    const { now, call, clock } = await rig();
    clock.advance(60_000);
    expect((await call("GET", path)).status).toBe(200);
    clock.advance(interval);
    expect((await now("GET", path)).status).toBe(200);
    clock.advance(interval - 100);
    expect((await now("GET", path)).status).toBe(429);
  });

  test("takes 50 histories in a minute and says so when there are more", async () => {
    const { now, clock } = await rig();
    const path = "/iserver/marketdata/history?conid=265598&period=5d&bar=1d";
    clock.advance(60_000);
    for (let count = 0; count < 50; count += 1) {
      clock.advance(1_100);
      expect((await now("GET", path)).status).toBe(200);
    }
    clock.advance(1_100);
    const answer = await now("GET", path);
    expect([answer.status, answer.body]).toEqual([
      429,
      { error: "Too many history charts requests, please try again later." },
    ]);
  });

  test("counts each address for itself and the control calls for none", async () => {
    const { simulator, clock } = await rig();
    clock.advance(5_000);
    const ask = (address: string, path: string) =>
      simulator.fetch(new Request(`http://x${path}`), { address });
    for (let count = 0; count < 30; count += 1) expect((await ask("a", "/_sim/clock")).status).toBe(200);
    for (let count = 0; count < 11; count += 1) await ask("a", "/v1/api/trsrv/futures?symbols=ES");
    expect((await ask("a", "/v1/api/trsrv/futures?symbols=ES")).status).toBe(429);
    expect((await ask("b", "/v1/api/trsrv/futures?symbols=ES")).status).toBe(200);
  });

  test("can be switched off", async () => {
    const { now } = await rig({ settings: { pacing: { enforced: false } } });
    for (let count = 0; count < 40; count += 1) expect((await now("POST", "/tickle")).status).toBe(200);
  });
});
