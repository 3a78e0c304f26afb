// The HTTPS transport against loopback servers: what is sent, what is refused, and how each fault is told.
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { httpTransport } from "#tools/ibkr/transport/http.ts";
import { inProcessTransport } from "#tools/ibkr/transport/in-process.ts";
import type { GatewayTransport } from "#tools/ibkr/transport/transport.ts";
import { type GatewayTrust, isLoopback, refusal, SHIPPED_FINGERPRINT } from "#tools/ibkr/transport/trust.ts";
import {
  type Answering,
  certificate,
  type Loopback,
  loopback,
  nobody,
  sayHello,
  silence,
  type TestCertificate,
} from "./loopback.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

let valid: TestCertificate;
let expired: TestCertificate;
let foreign: TestCertificate;
beforeAll(async () => {
  [valid, expired, foreign] = await Promise.all([
    certificate(),
    certificate({ expired: true }),
    certificate({ name: "gateway.example" }),
  ]);
});

async function serve(answer: Answering, tls?: TestCertificate): Promise<Loopback> {
  const server = await loopback(answer, tls);
  open.push(server);
  return server;
}

function connect(url: string, trust?: GatewayTrust): GatewayTransport {
  const transport = httpTransport({ url, ...(trust === undefined ? {} : { trust }) });
  open.push(transport);
  return transport;
}

const hello = (transport: GatewayTransport) => transport.send({ method: "GET", path: "/tickle" });
const fault = (code: string) => expect.objectContaining({ code });
const unsent = (code: string) =>
  expect.objectContaining({ code, facts: expect.objectContaining({ sent: false }) });
const sent = (code: string) =>
  expect.objectContaining({ code, facts: expect.objectContaining({ sent: true }) });

describe("certificates", () => {
  test("accepts a pinned certificate, even an expired one", async () => {
    for (const shown of [valid, expired]) {
      const server = await serve(sayHello, shown);
      const answer = await hello(connect(server.url, { fingerprints: [shown.fingerprint] }));
      expect(answer).toMatchObject({ status: 200, text: '{"hello":true}' });
    }
  });

  test("accepts a given authority for this host alone", async () => {
    const server = await serve(sayHello, valid);
    await expect(hello(connect(server.url, { ca: valid.cert }))).resolves.toMatchObject({ status: 200 });
    await expect(hello(connect(server.url))).rejects.toEqual(unsent("gateway_certificate_unknown_issuer"));
  });

  test("tells an expired certificate, another host's and a changed one apart, and sends them nothing", async () => {
    const [old, other, changed] = [
      await serve(sayHello, expired),
      await serve(sayHello, foreign),
      await serve(sayHello, valid),
    ];
    await expect(hello(connect(old.url, { ca: expired.cert }))).rejects.toEqual(
      unsent("gateway_certificate_expired"),
    );
    await expect(hello(connect(other.url, { ca: foreign.cert }))).rejects.toEqual(
      unsent("gateway_certificate_wrong_host"),
    );
    await expect(hello(connect(changed.url, { fingerprints: [expired.fingerprint] }))).rejects.toEqual(
      unsent("gateway_certificate_changed"),
    );
    expect([...old.seen, ...other.seen, ...changed.seen]).toEqual([]);
  });

  test("takes any certificate only when told so explicitly", async () => {
    const server = await serve(sayHello, expired);
    await expect(hello(connect(server.url, { insecure: true }))).resolves.toMatchObject({ status: 200 });
  });

  test("accepts the certificate that IBKR ships on loopback only", () => {
    const shown = { fingerprint: SHIPPED_FINGERPRINT, authorizationError: "CERT_HAS_EXPIRED" };
    expect(refusal("localhost", {}, shown)).toBeUndefined();
    expect(refusal("127.0.0.1", {}, shown)).toBeUndefined();
    expect(refusal("gateway.example", {}, shown)).toEqual(fault("gateway_certificate_expired"));
    expect(["::1", "127.8.8.8", "[::1]"].every(isLoopback)).toBe(true);
    expect(["127.0.0.1.example", "10.0.0.1"].some(isLoopback)).toBe(false);
  });
});

describe("connections", () => {
  test("says that nothing listens, and that nothing was sent", async () => {
    await expect(hello(connect(await nobody()))).rejects.toEqual(unsent("gateway_refused"));
  });

  test("tells plain HTTP on a TLS address and TLS on a plain one", async () => {
    const plain = await serve(sayHello);
    await expect(hello(connect(plain.url.replace("http:", "https:")))).rejects.toEqual(
      fault("gateway_plain_http"),
    );
    const secured = await serve(sayHello, valid);
    await expect(hello(connect(secured.url.replace("https:", "http:")))).rejects.toEqual(
      fault("gateway_expects_tls"),
    );
  });

  test("gives up a handshake and an answer that never come", async () => {
    const dumb = await silence();
    open.push(dumb);
    const handshake = connect(dumb.url).send({ method: "GET", path: "/tickle", deadlineMs: 60 });
    await expect(handshake).rejects.toEqual(unsent("gateway_timeout"));
    const hanging = await serve(() => {}, valid);
    const transport = connect(hanging.url, { fingerprints: [valid.fingerprint] });
    const answer = transport.send({ method: "POST", path: "/tickle", deadlineMs: 250 });
    await expect(answer).rejects.toEqual(sent("gateway_timeout"));
  });

  test("says that a request was sent when the connection is dropped without an answer", async () => {
    const server = await serve((request) => request.socket.destroy(), valid);
    const transport = connect(server.url, { fingerprints: [valid.fingerprint] });
    await expect(hello(transport)).rejects.toEqual(sent("gateway_dropped"));
  });

  test("takes an answer that breaks off, and one that never ends, for none", async () => {
    const broken = await serve((request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write('{"orders":[', () => request.socket.destroy());
    });
    await expect(hello(connect(broken.url))).rejects.toEqual(sent("gateway_dropped"));
    const endless = await serve((_request, response) => void response.write("["));
    const call = connect(endless.url).send({ method: "GET", path: "/tickle", deadlineMs: 200 });
    await expect(call).rejects.toEqual(sent("gateway_timeout"));
  });

  test("ends a call whose signal aborts", async () => {
    const controller = new AbortController();
    const server = await serve(() => controller.abort(), valid);
    const transport = connect(server.url, { fingerprints: [valid.fingerprint] });
    const call = transport.send({ method: "GET", path: "/tickle", signal: controller.signal });
    await expect(call).rejects.toEqual(sent("call_aborted"));
  });

  test("refuses addresses that are none", () => {
    for (const url of ["localhost", "ftp://localhost", "https://user:pass@localhost", "https://localhost/x"])
      expect(() => httpTransport({ url })).toThrow(fault("gateway_url_invalid"));
  });
});

describe("requests", () => {
  test("sends bodies whole with their length, never chunked, and an empty POST with length 0", async () => {
    const headers: Record<string, unknown>[] = [];
    const server = await serve((request, response) => {
      headers.push(request.headers);
      response.end("[]");
    });
    const transport = connect(server.url);
    await transport.send({ method: "POST", path: "/iserver/reply/1", body: { confirmed: true, text: "é" } });
    await transport.send({ method: "POST", path: "/tickle" });
    expect(server.seen[0]).toBe('POST /v1/api/iserver/reply/1 {"confirmed":true,"text":"é"}');
    expect(headers.map((one) => one["content-length"])).toEqual(["30", "0"]);
    expect(headers.map((one) => one["transfer-encoding"])).toEqual([undefined, undefined]);
    expect(headers[0]?.["user-agent"]).toMatch(/^countersign/);
  });

  test("follows no redirect and hands back text that is no JSON", async () => {
    const server = await serve((_request, response) => {
      response.writeHead(302, { location: "/sso/Login" }).end("moved");
    });
    const answer = await hello(connect(server.url));
    expect(answer).toEqual({ status: 302, text: "moved", location: "/sso/Login" });
    expect(server.seen).toHaveLength(1);
  });

  test("keeps connections for reads and opens one of its own for an order", async () => {
    const ports: (number | undefined)[] = [];
    const server = await serve((request, response) => {
      ports.push(request.socket.remotePort);
      response.end("{}");
    });
    const transport = connect(server.url);
    await hello(transport);
    await hello(transport);
    await transport.send({ method: "POST", path: "/iserver/account/X/orders", freshConnection: true });
    expect(ports[0]).toBe(ports[1]);
    expect(ports[2]).not.toBe(ports[1]);
  });

  test("gives the in-process gateway the same request and the same deadline", async () => {
    const seen: string[] = [];
    const transport = inProcessTransport({
      address: "test gateway",
      fetch: async (request) => {
        seen.push(`${request.method} ${new URL(request.url).pathname} ${await request.text()}`);
        return request.url.includes("hang") ? new Promise<Response>(() => {}) : new Response("{}");
      },
    });
    await transport.send({ method: "POST", path: "/tickle", body: { a: 1 } });
    expect(seen).toEqual(['POST /v1/api/tickle {"a":1}']);
    await expect(transport.send({ method: "GET", path: "/hang", deadlineMs: 20 })).rejects.toEqual(
      sent("gateway_timeout"),
    );
  });
});
