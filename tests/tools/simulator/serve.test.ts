// The simulator on a socket: the gateway program's own quirks, TLS and all.
import { mkdtemp, rm } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TLSSocket } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { type ServedSimulator, type ServeOptions, serveSimulator } from "#tools/simulator/serve/serve.ts";
import type { SettingsOverride } from "#tools/simulator/settings.ts";
import { ACCOUNT, rig } from "./rig.ts";

let served: ServedSimulator | undefined;
afterEach(() => served?.close());

async function serve(options: Partial<ServeOptions> = {}, settings: SettingsOverride = {}) {
  const of = await rig({ settings });
  served = await serveSimulator(of.simulator, { host: "127.0.0.1", port: 0, ...options });
  return { ...of, served };
}

type Raw = { status: number; headers: Record<string, unknown>; text: string; fingerprint?: string };

function send(
  url: string,
  of: { method?: string; body?: string; headers?: Record<string, string> } = {},
): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const tls = url.startsWith("https");
    const agent = tls ? { agent: new Agent({ rejectUnauthorized: false }) } : {};
    const outgoing = (tls ? httpsRequest : httpRequest)(
      url,
      { method: of.method ?? "GET", headers: of.headers ?? {}, ...agent },
      (answer) => {
        const { fingerprint256 } = tls ? (answer.socket as TLSSocket).getPeerCertificate() : {};
        let text = "";
        answer.on("data", (part) => {
          text += String(part);
        });
        answer.on("end", () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            text,
            ...(fingerprint256 === undefined ? {} : { fingerprint: fingerprint256 }),
          }),
        );
      },
    );
    outgoing.on("error", reject);
    if (of.body !== undefined) outgoing.write(of.body);
    outgoing.end();
  });
}

const INIT = JSON.stringify({ publish: true, compete: false });
const length = (body: string) => ({
  "content-type": "application/json",
  "content-length": String(body.length),
});

describe("over HTTP", () => {
  test("answers the API, its alias and the control calls", async () => {
    const { served } = await serve();
    const accounts = JSON.parse((await send(`${served.url}/v1/api/iserver/accounts`)).text);
    expect(accounts.accounts).toEqual([ACCOUNT]);
    expect((await send(`${served.url}/v1/portal/trsrv/stocks?symbols=AAPL`)).status).toBe(200);
    expect(JSON.parse((await send(`${served.url}/_sim/clock`)).text).session).toBe("2017-12-15");
  });

  test("throws a chunked body away: the API never sees it", async () => {
    const { served } = await serve();
    const url = `${served.url}/v1/api/iserver/auth/ssodh/init`;
    const chunked = await send(url, {
      method: "POST",
      body: INIT,
      headers: { "content-type": "application/json" },
    });
    expect(chunked.status).toBe(500);
    expect((await send(url, { method: "POST", body: INIT, headers: length(INIT) })).status).toBe(200);
  });

  test("answers 411 to a POST that names no length, but for control calls", async () => {
    const { served } = await serve();
    const post = (path: string) =>
      new Promise<string>((resolve) => {
        const socket = connect(served.port, "127.0.0.1", () =>
          socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
        );
        let text = "";
        socket.on("data", (part) => {
          text += String(part);
        });
        socket.on("close", () => resolve(text.split("\r\n")[0] ?? ""));
      });
    expect(await post("/v1/api/tickle")).toContain("411");
    // As curl -X POST sends it.
    expect(await post("/_sim/login")).toContain("200");
  });

  test("redirects what it does not serve, and the root to the login page", async () => {
    const { served } = await serve();
    const root = await send(`${served.url}/`);
    expect([root.status, root.headers.location]).toEqual([302, "/sso/Login?forwardTo=22&RL=1&ip2loc=US"]);
    const mistyped = await send(`${served.url}/v2/api/tickle`);
    expect([mistyped.status, mistyped.headers.location]).toEqual([302, "https://api.ibkr.com/v2/api/tickle"]);
    expect((await send(`${served.url}/sso/Login?forwardTo=22`)).text).toContain("not Interactive Brokers");
    expect((await send(`${served.url}/v1/api/no/such/thing`)).status).toBe(404);
  });

  test("denies strangers with a plain 404 and answers preflights itself", async () => {
    const { served } = await serve({}, { allowedAddresses: ["10.1.2.3"] });
    const denied = await send(`${served.url}/v1/api/tickle`);
    expect([denied.status, denied.text, denied.headers["content-type"]]).toEqual([
      404,
      "Access Denied",
      undefined,
    ]);
    await served.close();
    const open = await serve();
    const preflight = await send(`${open.served.url}/v1/api/tickle`, { method: "OPTIONS" });
    expect(preflight.headers["access-control-allow-origin"]).toBe("*");
  });

  test("breaks the connection where a fault says so", async () => {
    const { served, simulator } = await serve();
    simulator.faults.add({ kind: "drop", path: "/tickle" });
    await expect(send(`${served.url}/v1/api/tickle`)).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  test("never answers where a fault says so, and forgets the call when the caller gives up", async () => {
    const { served, simulator } = await serve();
    simulator.faults.add({ kind: "hang", path: "/tickle" });
    const outgoing = httpRequest(`${served.url}/v1/api/tickle`);
    outgoing.on("error", () => undefined);
    outgoing.end();
    await expect.poll(() => simulator.faults.rules()).toEqual([]);
    outgoing.destroy();
    await expect.poll(() => simulator.journal.entries().at(-1)?.outcome).toBe("hung");
  });

  test("says which port it cannot have", async () => {
    const { served, simulator } = await serve();
    await expect(serveSimulator(simulator, { host: "127.0.0.1", port: served.port })).rejects.toMatchObject({
      code: "port_unavailable",
    });
  });
});

describe("over HTTPS", () => {
  test("shows an expired certificate without a name, whose fingerprint can be pinned", async () => {
    const { served } = await serve({ tls: true });
    await expect(fetch(`${served.url}/v1/api/tickle`)).rejects.toThrow();
    const answer = await send(`${served.url}/v1/api/iserver/accounts`);
    expect([answer.status, answer.fingerprint]).toEqual([200, served.fingerprint256]);
  });

  test("keeps its certificate in the file it was given", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "countersign-tls-"));
    const certificateFile = path.join(folder, "gateway.json");
    const first = await serve({ tls: true, certificateFile });
    const { fingerprint256 } = first.served;
    await first.served.close();
    const second = await serve({ tls: true, certificateFile });
    expect(second.served.fingerprint256).toBe(fingerprint256);
    await rm(folder, { recursive: true });
  });

  test("closes a plain connection without an answer", async () => {
    const { served } = await serve({ tls: true });
    await expect(send(`http://127.0.0.1:${served.port}/v1/api/tickle`)).rejects.toThrow();
  });
});
