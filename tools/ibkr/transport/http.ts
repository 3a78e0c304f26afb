// Transport to a gateway over HTTPS or HTTP. Effects: network. Follows no redirect, retries nothing, reads text.
import http from "node:http";
import https from "node:https";
import { InputError, VendorError } from "#store/model/errors.ts";
import { connectionFault } from "./connection-faults.ts";
import {
  aborted,
  bodyText,
  type CallFacts,
  callFacts,
  DEFAULT_DEADLINE_MS,
  MAX_ANSWER_BYTES,
  requestHeaders,
  requestTarget,
  timedOut,
} from "./request-text.ts";
import type { GatewayAnswer, GatewayRequest, GatewayTransport } from "./transport.ts";
import type { GatewayTrust } from "./trust.ts";
import { verifiedAgent } from "./verified-agents.ts";

/** `url` is the gateway's origin, such as https://localhost:5000; a path, user or query is refused. */
export type HttpTransportOptions = { url: string; trust?: GatewayTrust };

type Connection = {
  protocol: "http:" | "https:";
  address: string;
  hostHeader: string;
  /** Set once anything there has answered HTTP. */
  spoken: boolean;
  kept: http.Agent;
  fresh: http.Agent;
};

/** @throws InputError gateway_url_invalid, with what is wrong. */
export function httpTransport(options: HttpTransportOptions): GatewayTransport {
  const url = parseGatewayUrl(options.url);
  const target = {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port === "" ? (url.protocol === "https:" ? 443 : 80) : url.port),
    trust: options.trust ?? {},
  };
  const connection: Connection = {
    protocol: url.protocol === "https:" ? "https:" : "http:",
    address: url.origin,
    hostHeader: url.host,
    spoken: false,
    kept: verifiedAgent(url.protocol === "https:" ? "https:" : "http:", target, true),
    fresh: verifiedAgent(url.protocol === "https:" ? "https:" : "http:", target, false),
  };
  return {
    address: connection.address,
    send: (request) => exchange(connection, request),
    close: async () => {
      connection.kept.destroy();
      connection.fresh.destroy();
    },
  };
}

/** The gateway's origin. @throws InputError gateway_url_invalid */
export function parseGatewayUrl(text: string): URL {
  const fault = (why: string) =>
    new InputError("gateway_url_invalid", `The gateway's address ${why}; wanted is https://localhost:5000.`, {
      facts: { field: "IBKR_GATEWAY_URL" },
    });
  if (!URL.canParse(text)) throw fault("is not a URL");
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw fault("must begin with https:// or http://");
  if (url.username !== "" || url.password !== "") throw fault("must not carry a user or password");
  if (url.search !== "" || url.hash !== "") throw fault("must not carry a query");
  if (!["", "/", "/v1/api", "/v1/api/"].includes(url.pathname)) throw fault("must not carry a path");
  return url;
}

async function exchange(connection: Connection, request: GatewayRequest): Promise<GatewayAnswer> {
  const call: CallFacts = { address: connection.address, request, sent: false };
  const deadlineMs = request.deadlineMs ?? DEFAULT_DEADLINE_MS;
  if (request.signal?.aborted) throw aborted(call, request.signal.reason);
  const body = bodyText(request);
  const send = connection.protocol === "https:" ? https.request : http.request;
  const outgoing = send(`${connection.address}${requestTarget(request)}`, {
    method: request.method,
    agent: request.freshConnection === true ? connection.fresh : connection.kept,
    headers: { host: connection.hostHeader, ...requestHeaders(body) },
  });
  let giveUp: (reason: Error) => void = () => {};
  const timer = setTimeout(() => giveUp(timedOut(call, deadlineMs)), deadlineMs);
  const onAbort = () => giveUp(aborted(call, request.signal?.reason));
  request.signal?.addEventListener("abort", onAbort, { once: true });
  try {
    return await new Promise<GatewayAnswer>((resolve, reject) => {
      giveUp = (reason) => {
        // Rejected here too: a request without a socket yet reports its destruction only when one arrives.
        reject(reason);
        outgoing.destroy(reason);
      };
      // The agents hand out only connected, accepted sockets: from this event on bytes may leave.
      outgoing.once("socket", () => {
        call.sent = true;
      });
      outgoing.on("error", reject);
      outgoing.once("response", (response) => {
        connection.spoken = true;
        readAnswer(response, call).then(resolve, reject);
      });
      outgoing.end(body ?? undefined);
    });
  } catch (error) {
    throw connectionFault(call, connection, error);
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener("abort", onAbort);
  }
}

async function readAnswer(response: http.IncomingMessage, call: CallFacts): Promise<GatewayAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    const part: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    bytes += part.length;
    if (bytes > MAX_ANSWER_BYTES) {
      response.destroy();
      throw new VendorError(
        "gateway_answer_too_big",
        `${call.address} sent more than ${MAX_ANSWER_BYTES} bytes.`,
        {
          facts: callFacts(call),
        },
      );
    }
    chunks.push(part);
  }
  return {
    status: response.statusCode ?? 0,
    text: Buffer.concat(chunks).toString("utf8"),
    location: response.headers.location ?? null,
  };
}
