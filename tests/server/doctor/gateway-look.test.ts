// What doctor says about each state of a session and each fault of TLS, produced by a served simulator or a loopback gateway.
import { afterEach, describe, expect, test } from "vitest";
import { loadConfig } from "#server/config/config.ts";
import type { ConfigFile } from "#server/config/file.ts";
import { type DoctorCheck, type GatewayParts, lookAtGateway } from "#server/doctor/gateway-look.ts";
import {
  type Answering,
  certificate,
  type Loopback,
  loopback,
  nobody,
  silence,
} from "#tests/tools/ibkr/loopback.ts";
import { memoryLedger } from "#tools/ibkr/pacing/memory.ts";
import { penalise } from "#tools/ibkr/pacing/steps.ts";
import {
  createSimulator,
  loadMarketData,
  type ServedSimulator,
  type SettingsOverride,
  type Simulator,
  serveSimulator,
} from "#tools/simulator/index.ts";

const market = loadMarketData({}).then((loaded) => loaded.market);
const clock = { now: () => new Date(), monotonic: () => performance.now() };
const timing = { readDeadlineMs: 60_000, pollMs: 1, retryMs: 1 };
/** For a gateway that never says a word: what it is waited for comes to an end. */
const impatient = { parts: { timing: { ...timing, readDeadlineMs: 500 } } };
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

type Wanted = {
  gateway?: Partial<ConfigFile["gateway"]>;
  variables?: Record<string, string>;
  parts?: Partial<GatewayParts>;
};

function partsFor(url: string, { gateway, variables = {}, parts }: Wanted = {}): GatewayParts {
  const config = loadConfig({ variables, directory: "/", flags: { live: false } });
  return {
    config: { ...config, gatewayUrl: url, gateway: { ...config.gateway, ...gateway } },
    clock,
    ledger: memoryLedger(clock),
    processName: "test",
    signal: new AbortController().signal,
    timing,
    ...parts,
  };
}

async function broker(url: string, wanted?: Wanted): Promise<DoctorCheck> {
  const [first] = await lookAtGateway(partsFor(url, wanted));
  if (first === undefined) throw new Error("doctor said nothing");
  return first;
}

async function served(
  of: { tls?: boolean; settings?: SettingsOverride } = {},
): Promise<{ simulator: Simulator; server: ServedSimulator }> {
  const simulator = createSimulator({
    market: await market,
    accountId: "DU1000001",
    clock,
    settings: { ...of.settings, session: { initMs: 0, ...of.settings?.session } },
  });
  const server = await serveSimulator(simulator, { host: "127.0.0.1", port: 0, tls: of.tls ?? false });
  open.push(server);
  return { simulator, server };
}

async function answering(answer: Answering, tls?: Parameters<typeof loopback>[1]): Promise<Loopback> {
  const gateway = await loopback(answer, tls);
  open.push(gateway);
  return gateway;
}

/** A gateway program that answers each path with the given JSON, and others as IBKR's own front end does. */
const scripted =
  (answers: Readonly<Record<string, unknown>>): Answering =>
  (request, response) => {
    const path = (request.url ?? "").replace("/v1/api", "").split("?")[0] ?? "";
    const body = answers[path];
    if (body === undefined) response.writeHead(302, { location: "https://api.ibkr.com/" }).end();
    else response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  };

const loggedIn = { authenticated: true, established: true, competing: false, connected: true };
const accounts = (...ids: string[]) => ({ accounts: ids, selectedAccount: ids[0], isPaper: true });

describe("doctor on the connection", () => {
  test("says that nothing listens, and how a gateway is started", async () => {
    const check = await broker(await nobody());
    expect(check).toMatchObject({
      state: "down",
      detail: expect.stringMatching(/^Nothing listens at https:/),
    });
    expect(check.todo).toMatch(/^Start the gateway at .*bin\/run\.sh.*countersign gateway.*IBKR_GATEWAY_URL/);
  });

  test("says that a host is not known", async () => {
    const check = await broker("https://gateway.invalid:5000");
    expect(check.detail).toMatch(/is not known/);
    expect(check.todo).toMatch(/Correct IBKR_GATEWAY_URL, now https:\/\/gateway\.invalid:5000/);
  });

  test("tells plain HTTP on a TLS address, with the address to set", async () => {
    const { server } = await served();
    const check = await broker(server.url.replace("http:", "https:"));
    expect(check.detail).toMatch(/speaks plain HTTP, not TLS/);
    expect(check.todo).toContain(`IBKR_GATEWAY_URL=${server.url},`);
  });

  test("tells TLS on a plain address, with the address to set", async () => {
    const { server } = await served({ tls: true });
    const check = await broker(server.url.replace("https:", "http:"));
    expect(check.detail).toMatch(/The gateway uses TLS by default/);
    expect(check.todo).toBe(`Set IBKR_GATEWAY_URL=${server.url}.`);
  });

  test("says that a gateway is cut off from IBKR when it never answers", async () => {
    const gateway = await answering(() => {});
    const check = await broker(gateway.url, impatient);
    expect(check.detail).toMatch(/did not answer .* within 500 ms.*cut off from IBKR/);
    expect(check.todo).toBe("Restart the gateway and log in again.");
  });

  test("says that a connection is dropped by a gateway that took it", async () => {
    const gateway = await answering((_request, response) => response.socket?.destroy(), await certificate());
    const check = await broker(gateway.url, { gateway: { insecureCertificate: true } });
    expect(check.detail).toMatch(/The connection to .* was lost/);
    expect(check.todo).toMatch(/gateway's own log/);
  });

  test("says that the gateway refuses this machine's address", async () => {
    const { server } = await served({ settings: { allowedAddresses: ["192.0.2.1"] } });
    const check = await broker(server.url);
    expect(check.detail).toMatch(/refuses this machine's address/);
    expect(check.todo).toMatch(/ips\.allow/);
  });

  test("says that something else than the gateway answers", async () => {
    const gateway = await answering(scripted({}));
    const check = await broker(gateway.url);
    expect(check.detail).toMatch(/is not the Client Portal API/);
    expect(check.todo).toMatch(/Correct IBKR_GATEWAY_URL/);
  });

  test("stays silent no longer than its deadlines when nothing is ever said", async () => {
    const gateway = await silence();
    open.push(gateway);
    const check = await broker(gateway.url, impatient);
    expect(check.detail).toMatch(/did not complete the connection/);
  });
});

describe("doctor on the certificate", () => {
  test("shows the fingerprint of one that is expired as IBKR ships it, and the setting that pins it", async () => {
    const { server } = await served({ tls: true });
    const check = await broker(server.url);
    expect(check.detail).toMatch(/certificate that 127\.0\.0\.1 shows has expired/);
    expect(check.todo).toContain(`certificateFingerprint: "${server.fingerprint256}"`);
    expect(check.todo).toContain("openssl s_client -connect 127.0.0.1:");
    const pinned = await broker(server.url, {
      gateway: { certificateFingerprint: server.fingerprint256 ?? "" },
    });
    expect(pinned).toMatchObject({ state: "ok", todo: null });
  });

  test("tells a self-signed one from one for another host and from one that changed", async () => {
    const unknown = await answering(scripted({}), await certificate());
    expect((await broker(unknown.url)).detail).toMatch(/self-signed or comes from an unknown authority/);
    const changed = await broker(unknown.url, {
      gateway: { certificateFingerprint: Array(32).fill("AB").join(":") },
    });
    expect(changed.detail).toMatch(/is not the one that was pinned/);
    expect(changed.todo).toMatch(/^Only if you replaced the certificate yourself.*do not connect\.$/);
  });

  test("complains about the setting that accepts any, although the session is open", async () => {
    const { server } = await served({ tls: true });
    const checks = await lookAtGateway(partsFor(server.url, { gateway: { insecureCertificate: true } }));
    expect(checks.map(({ name, state }) => [name, state])).toEqual([
      ["broker", "ok"],
      ["gateway security", "degraded"],
    ]);
    expect(checks[1]?.detail).toMatch(/insecureCertificate is true.*could read and change orders/);
    expect(checks[1]?.todo).toMatch(/Take gateway\.insecureCertificate out/);
  });
});

describe("doctor on the session", () => {
  test("says that the session is open, with its account", async () => {
    const { server } = await served();
    const check = await broker(server.url);
    expect(check).toMatchObject({ state: "ok", todo: null, provenAt: expect.any(String) });
    expect(check.detail).toBe(`simulator at ${server.url}: Session open, paper account DU1000001.`);
  });

  test("says that a person must log in, and where", async () => {
    const { simulator, server } = await served();
    simulator.session.lose("login");
    const check = await broker(server.url);
    expect(check.detail).toBe("The gateway runs, but nobody is logged in.");
    expect(check.todo).toContain(`Open ${server.url} in a browser on the gateway's machine and log in`);
  });

  test("opens a missing brokerage session, and says so when it does not open", async () => {
    const { simulator, server } = await served();
    simulator.session.lose("bridge");
    expect((await broker(server.url)).state).toBe("ok");

    const stuck = { ...loggedIn, authenticated: false, established: false };
    const gateway = await answering(
      scripted({ "/iserver/auth/status": stuck, "/iserver/auth/ssodh/init": stuck }),
    );
    const noon = { ...clock, now: () => new Date("2026-11-20T17:00:00Z") };
    const check = await broker(gateway.url, { parts: { clock: noon } });
    expect(check.detail).toMatch(/^Logged in, but the brokerage session did not open/);
    expect(check.todo).toMatch(/log out and in again/);

    const midnight = { ...clock, now: () => new Date("2026-11-20T05:10:00Z") };
    const closed = await broker(gateway.url, { parts: { clock: midnight } });
    expect(closed.detail).toMatch(/^IBKR's nightly reset is going on/);
    expect(closed.todo).toMatch(/^Nothing now\./);
  });

  test("says that another platform holds the session", async () => {
    const { simulator, server } = await served();
    simulator.session.lose("competing");
    const check = await broker(server.url);
    expect(check.detail).toMatch(/^Another platform .* holds this user's brokerage session/);
    expect(check.todo).toBe("Log out there, or use a second username for the desk.");
  });

  test("refuses a live login while paper is demanded", async () => {
    const { server } = await served({ settings: { session: { paper: false } } });
    const check = await broker(server.url);
    expect(check.detail).toBe("DU1000001 is a live account, and the desk runs in paper mode.");
    expect(check.todo).toMatch(/Log in with the paper trading user/);
  });

  test("wants one of several accounts named, and the named one to be there", async () => {
    const gateway = await answering(
      scripted({ "/iserver/auth/status": loggedIn, "/iserver/accounts": accounts("DU1234561", "DU1234562") }),
    );
    const several = await broker(gateway.url);
    expect(several.detail).toMatch(/several accounts \(DU1234561, DU1234562\)/);
    expect(several.todo).toBe("Set IBKR_ACCOUNT to one of DU1234561, DU1234562.");
    const foreign = await broker(gateway.url, { variables: { IBKR_ACCOUNT: "DU1234563" } });
    expect(foreign.detail).toMatch(
      /does not see the configured account DU1234563; it sees DU1234561, DU1234562/,
    );
    expect(foreign.todo).toMatch(/correct IBKR_ACCOUNT/);
  });
});

describe("doctor on the penalty box", () => {
  test("says until when a penalty stands, without asking the gateway again", async () => {
    const { simulator, server } = await served();
    const ledger = memoryLedger(clock);
    await ledger.update((record, now) => ({ record: penalise(record, now, 60_000), result: null }));
    const check = await broker(server.url, { parts: { ledger } });
    expect(check.detail).toMatch(/too many requests": nothing may be sent to .* before \d{4}-/);
    expect(check.todo).toMatch(/^Wait; .*Stop other programs/);
    expect(simulator.journal.received()).toBe(0);
  });

  test("tells a 429 that comes while it looks", async () => {
    const { simulator, server } = await served();
    simulator.faults.add({ kind: "too_many" });
    const check = await broker(server.url);
    expect(check.detail).toMatch(/too many requests/);
    expect(check.todo).toMatch(/^Wait/);
  });
});
