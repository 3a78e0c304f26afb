// HTTP agents whose sockets are handed out only when connected and, for TLS, when the certificate was accepted.
// Effects: network. Nothing of a request leaves before that.
import http from "node:http";
import https from "node:https";
import net from "node:net";
import type { Duplex } from "node:stream";
import tls from "node:tls";
import { VendorError } from "#store/model/errors.ts";
import { type GatewayTrust, refusal } from "./trust.ts";

export type AgentTarget = { host: string; port: number; trust: GatewayTrust };

type Handed = (error: Error | null, socket: Duplex) => void;

/** A handshake that takes longer is given up, also when the request that asked for it is long gone. */
const CONNECT_DEADLINE_MS = 15_000;

/** The certificate of the last refused or accepted handshake is never cached: each connection is judged anew. */
class VerifiedTlsAgent extends https.Agent {
  private readonly target: AgentTarget;
  constructor(target: AgentTarget, options: https.AgentOptions) {
    super(options);
    this.target = target;
  }
  override createConnection(_options: unknown, callback?: Handed): Duplex | null | undefined {
    const { host, port, trust } = this.target;
    const socket = tls.connect({
      host,
      port,
      // The verdict is ours, below, before the socket is handed out; without it an expired pinned certificate never connects.
      rejectUnauthorized: false,
      ...(net.isIP(host) === 0 ? { servername: host } : {}),
      ...(trust.ca === undefined ? {} : { ca: trust.ca }),
    });
    handOver(socket, "secureConnect", callback, () => judge(socket, this.target));
    return undefined;
  }
}

class ConnectedAgent extends http.Agent {
  private readonly target: AgentTarget;
  constructor(target: AgentTarget, options: http.AgentOptions) {
    super(options);
    this.target = target;
  }
  override createConnection(_options: unknown, callback?: Handed): Duplex | null | undefined {
    const socket = net.connect({ host: this.target.host, port: this.target.port });
    handOver(socket, "connect", callback, () => undefined);
    return undefined;
  }
}

function judge(socket: tls.TLSSocket, target: AgentTarget): Error | undefined {
  const fingerprint = socket.getPeerCertificate().fingerprint256;
  if (typeof fingerprint !== "string") {
    return new VendorError("gateway_certificate_refused", `${target.host} showed no certificate.`, {
      facts: { host: target.host, sent: false },
    });
  }
  const authorizationError = socket.authorized ? null : authorizationCode(socket.authorizationError);
  return refusal(target.host, target.trust, { fingerprint, authorizationError });
}

function authorizationCode(error: unknown): string {
  if (typeof error === "string") return error;
  if (typeof error === "object" && error !== null && "code" in error) return String(error.code);
  return String(error);
}

function handOver(
  socket: net.Socket,
  event: "connect" | "secureConnect",
  callback: Handed | undefined,
  check: () => Error | undefined,
): void {
  let settled = false;
  const settle = (error: Error | undefined) => {
    if (settled) return;
    settled = true;
    clearTimeout(timer);
    if (error === undefined) {
      // From here on the request owns the socket's errors.
      socket.removeListener("error", settle);
      socket.removeListener("close", onClose);
      callback?.(null, socket);
      return;
    }
    socket.destroy();
    callback?.(error, socket);
  };
  const onClose = () =>
    settle(Object.assign(new Error("closed during the handshake"), { code: "ECONNRESET" }));
  const timer = setTimeout(
    () => settle(Object.assign(new Error("no handshake"), { code: "ETIMEDOUT" })),
    CONNECT_DEADLINE_MS,
  );
  timer.unref();
  socket.once(event, () => settle(check()));
  socket.on("error", settle);
  socket.once("close", onClose);
}

/** A keep-alive agent, or one that opens a connection per request (`keepAlive` false). */
export function verifiedAgent(
  protocol: "http:" | "https:",
  target: AgentTarget,
  keepAlive: boolean,
): http.Agent {
  const options = { keepAlive, maxSockets: 32, scheduling: "lifo" as const };
  return protocol === "https:" ? new VerifiedTlsAgent(target, options) : new ConnectedAgent(target, options);
}
