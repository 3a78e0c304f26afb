// Every session state with its reason and what to do, from the answers that a gateway gives in it.
import { describe, expect, test } from "vitest";
import { UnavailableError, VendorError } from "#store/model/errors.ts";
import type { AccountId } from "#store/model/ids.ts";
import { closedWindow } from "#tools/ibkr/session/closed-window.ts";
import { ACCOUNTS, OPEN, READY, type Script, scriptedGateway } from "./scripted-gateway.ts";

const check = async (script: Script, options: Parameters<typeof scriptedGateway>[1] = {}) =>
  scriptedGateway({ ...READY, ...script }, options).client.check();
const status = (...bodies: Record<string, unknown>[]): Script => ({
  "POST /iserver/auth/status": bodies.map((body) => ({ body })),
});

describe("session states", () => {
  test("ready with the only account of a paper login", async () => {
    expect(await check({})).toMatchObject({
      state: "ready",
      accountId: "DU1234567",
      paper: true,
      action: null,
      gateway: "https://localhost:5000",
    });
  });

  test("no gateway when nothing answers, with the transport's code and words", async () => {
    const refused = new UnavailableError("gateway_refused", "Nothing listens.", { facts: { sent: false } });
    expect(await check({ "POST /iserver/auth/status": [refused] })).toMatchObject({
      state: "no_gateway",
      code: "gateway_refused",
      reason: "Nothing listens.",
      lastProvenAt: null,
    });
  });

  test("untrusted gateway when its certificate is refused or it refuses this machine", async () => {
    const certificate = new VendorError("gateway_certificate_changed", "Not the pinned one.");
    expect((await check({ "POST /iserver/auth/status": [certificate] })).state).toBe("untrusted_gateway");
    const denied = { status: 404, text: "Access Denied" };
    expect(await check({ "POST /iserver/auth/status": [denied] })).toMatchObject({
      state: "untrusted_gateway",
      code: "gateway_access_denied",
    });
    const elsewhere = { status: 302, location: "https://www.interactivebrokers.com/" };
    expect(await check({ "POST /iserver/auth/status": [elsewhere] })).toMatchObject({
      code: "gateway_wrong_address",
    });
  });

  test("needs login on an empty 401, on a login redirect and on a logged-out status", async () => {
    const states = await Promise.all([
      check({ "POST /iserver/auth/status": [{ status: 401 }] }),
      check({ "POST /iserver/auth/status": [{ status: 302, location: "/sso/Login?forwardTo=22" }] }),
      check(status({ authenticated: false, competing: false, connected: false, MAC: "00" })),
    ]);
    for (const health of states) {
      expect(health).toMatchObject({ state: "needs_login" });
      expect(health.action).toContain("https://localhost:5000");
    }
  });

  test("opens a missing brokerage session and waits while it is not established", async () => {
    const { client, calls } = scriptedGateway({
      ...READY,
      ...status({ authenticated: false, connected: true }, { ...OPEN, established: false }, OPEN),
      "POST /iserver/auth/ssodh/init": [{ body: { passed: true, ...OPEN, established: false } }],
    });
    expect((await client.check()).state).toBe("ready");
    expect(calls.filter((call) => call.endsWith("ssodh/init"))).toHaveLength(1);
  });

  test("tells a brokerage session that does not open, in a closed window as IBKR's reset", async () => {
    const script = {
      ...status({ authenticated: false, connected: true, fail: "" }),
      "POST /iserver/auth/ssodh/init": [{ body: { authenticated: false, connected: true } }],
    };
    expect((await check(script)).state).toBe("no_brokerage_session");
    const night = { marketClock: { now: async () => new Date("2026-03-03T05:30:00Z") } };
    expect(await check(script, night)).toMatchObject({ state: "closed_window", code: "closed_window" });
  });

  test("competing without taking over, and with", async () => {
    const held = { authenticated: false, competing: true, connected: true };
    expect((await check(status(held))).state).toBe("competing");
    const init = { "POST /iserver/auth/ssodh/init": [{ body: OPEN }] };
    const { client, requests } = scriptedGateway(
      { ...READY, ...status(held, OPEN), ...init },
      { takeOver: true },
    );
    expect((await client.check()).state).toBe("ready");
    expect(requests.find((request) => request.path.endsWith("init"))?.body).toEqual({
      publish: true,
      compete: true,
    });
  });

  test("reads an older gateway's status, which lacks established and fail", async () => {
    expect((await check(status({ authenticated: true, competing: false, connected: true }))).state).toBe(
      "ready",
    );
  });
});

describe("accounts", () => {
  const accounts = (body: Record<string, unknown>): Script => ({ "GET /iserver/accounts": [{ body }] });
  const two = { accounts: ["DU1234567", "DU7654321"], selectedAccount: "DU1234567", isPaper: true };

  test("refuses several accounts without a pin, listing them", async () => {
    const health = await check(accounts(two));
    expect(health).toMatchObject({ state: "account_refused", code: "several_accounts" });
    expect(health.action).toContain("DU1234567, DU7654321");
  });

  test("selects the pinned account, and takes HTTP 501 for already selected", async () => {
    for (const reply of [{ body: { set: true, acctId: "DU7654321" } }, { status: 501 }]) {
      const { client, requests } = scriptedGateway(
        { ...READY, ...accounts(two), "POST /iserver/account": [reply] },
        { accountId: "DU7654321" as AccountId },
      );
      expect(await client.check()).toMatchObject({ state: "ready", accountId: "DU7654321" });
      expect(requests.find((request) => request.path === "/iserver/account")?.body).toEqual({
        acctId: "DU7654321",
      });
    }
  });

  test("asks the login type where neither flag nor prefix tell paper", async () => {
    const live = { accounts: ["U1234567"], selectedAccount: "U1234567" };
    const login = (type: number): Script => ({ "GET /sso/validate": [{ body: { LOGIN_TYPE: type } }] });
    expect((await check({ ...accounts(live), ...login(2) })).state).toBe("ready");
    expect((await check({ ...accounts(live), ...login(1) })).code).toBe("account_is_live");
    expect((await check({ ...accounts(live), ...login(7) })).code).toBe("account_not_known_paper");
  });

  test("believes the paper flag over the prefix", async () => {
    expect((await check(accounts({ ...ACCOUNTS, isPaper: false }))).code).toBe("account_is_live");
  });

  test("fails calls with the state's code and what to do", async () => {
    const { client } = scriptedGateway({ ...READY, ...accounts(two) });
    await expect(client.ensureReady()).rejects.toMatchObject({
      code: "several_accounts",
      retryable: false,
      facts: { state: "account_refused", sent: false },
    });
  });
});

describe("keeping the session", () => {
  test("asks nothing again while the session was proven recently, and shares one opening", async () => {
    const { client, calls } = scriptedGateway(READY);
    await Promise.all([client.ensureReady(), client.ensureReady(), client.ensureReady()]);
    await client.ensureReady();
    expect(calls).toEqual(["POST /iserver/auth/status", "GET /iserver/accounts"]);
  });

  test("brings a lost session back during a read and repeats the read", async () => {
    const noBridge = { status: 400, body: { error: "Bad Request: no bridge", statusCode: 400 } };
    const first = { status: 500, body: { error: "Please query /accounts first" } };
    const { client, calls } = scriptedGateway({
      ...READY,
      "GET /iserver/account/orders": [noBridge, { body: { orders: [], snapshot: false } }],
      "GET /iserver/account/trades": [first, { body: [] }],
    });
    await client.orders.live();
    await client.orders.trades();
    expect(calls.filter((call) => call === "GET /iserver/accounts").length).toBe(3);
  });

  test("tells a gateway that goes away and comes back, by its tickle", async () => {
    const seen: string[] = [];
    const gone = new UnavailableError("gateway_timeout", "no answer", { facts: { sent: true } });
    const { client } = scriptedGateway(
      {
        ...READY,
        "POST /tickle": [gone, { body: { session: "a", iserver: { authStatus: OPEN } } }],
      },
      { onSessionChange: (change) => seen.push(`${change.from} ${change.to}`) },
    );
    await client.ensureReady();
    expect((await client.keepAlive()).state).toBe("no_gateway");
    expect((await client.keepAlive()).state).toBe("ready");
    expect(seen).toEqual(["unchecked ready", "ready no_gateway", "no_gateway ready"]);
  });
});

test("knows IBKR's nightly and weekend windows in New York time, summer and winter", () => {
  const at = (iso: string) => closedWindow(new Date(iso));
  expect(at("2026-01-14T05:10:00Z")).toBe("nightly reset");
  expect(at("2026-07-14T04:10:00Z")).toBe("nightly reset");
  expect(at("2026-07-14T14:00:00Z")).toBeNull();
  expect(at("2026-07-12T00:30:00Z")).toBe("weekend maintenance");
});
