// Serves a simulator over HTTP or HTTPS, with the quirks of the gateway program in front. Effects: a listening socket.
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { UnavailableError } from "#store/model/errors.ts";
import { DROPPED } from "../faults/behaviour.ts";
import type { Simulator } from "../simulator.ts";
import { type Certificate, type CertificateKind, certificateFor } from "./certificate.ts";
import { bodyIsLost, type FrontRequest, frontAnswer } from "./front-end.ts";
import { attachWebsocket } from "./websocket.ts";

export type ServeOptions = {
  host: string;
  /** 0: any free one. */
  port: number;
  tls?: boolean;
  certificate?: CertificateKind;
  /** Where key and certificate are kept, so that a pinned fingerprint outlives a restart. */
  certificateFile?: string;
};

export type ServedSimulator = {
  /** Such as https://127.0.0.1:5000, without /v1/api. */
  readonly url: string;
  readonly port: number;
  /** SHA-256 fingerprint to pin, or null over HTTP. */
  readonly fingerprint256: string | null;
  readonly certificate: string | null;
  close(): Promise<void>;
};

const LARGEST_BODY = 1_000_000;

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > LARGEST_BODY) return undefined;
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString("utf8");
}

function plainHeaders(request: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !name.startsWith(":")) headers.set(name, String(value));
  }
  return headers;
}

async function answer(
  simulator: Simulator,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const front: FrontRequest = {
    method: request.method ?? "GET",
    target: request.url ?? "/",
    headers: request.headers,
    address: request.socket.remoteAddress ?? "unknown",
  };
  const own = frontAnswer(front, simulator.settings.allowedAddresses);
  if (own !== undefined) {
    request.resume();
    response.writeHead(own.status, own.headers).end(own.body);
    return;
  }
  const received = await readBody(request);
  if (received === undefined) {
    response.writeHead(413).end();
    return;
  }
  const body = bodyIsLost(front) ? "" : received;
  const gaveUp = new AbortController();
  response.once("close", () => gaveUp.abort());
  const passed = new Request(new URL(front.target, "http://simulator.invalid"), {
    method: front.method,
    headers: plainHeaders(request),
    signal: gaveUp.signal,
    ...(front.method === "GET" || front.method === "HEAD" || body === "" ? {} : { body }),
  });
  const result = await simulator.app.fetch(passed, { address: front.address });
  if (result.headers.has(DROPPED)) {
    request.socket.destroy();
    return;
  }
  const headers = Object.fromEntries(result.headers);
  response.writeHead(result.status, headers).end(Buffer.from(await result.arrayBuffer()));
}

/** @throws UnavailableError `port_unavailable` when it cannot listen there */
export async function serveSimulator(simulator: Simulator, options: ServeOptions): Promise<ServedSimulator> {
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    answer(simulator, request, response).catch(() => request.socket.destroy());
  };
  const certificate: Certificate | null =
    options.tls === true
      ? await certificateFor({
          kind: options.certificate ?? "as_shipped",
          ...(options.certificateFile === undefined ? {} : { file: options.certificateFile }),
        })
      : null;
  const server =
    certificate === null
      ? createHttpServer(listener)
      : createHttpsServer({ key: certificate.key, cert: certificate.cert, maxVersion: "TLSv1.2" }, listener);
  const endStreams = attachWebsocket(server, simulator);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) =>
      reject(
        new UnavailableError("port_unavailable", `cannot listen on ${options.host}:${options.port}`, {
          cause,
        }),
      ),
    );
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(":") ? `[${options.host}]` : options.host;
  return {
    url: `${certificate === null ? "http" : "https"}://${host}:${port}`,
    port,
    fingerprint256: certificate?.fingerprint256 ?? null,
    certificate: certificate?.cert ?? null,
    close: () =>
      new Promise((resolve) => {
        endStreams();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
