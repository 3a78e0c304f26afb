// The parts of a request that both transports share: URL, body text, deadline, and the errors of a call. Pure.
import { UnavailableError } from "#store/model/errors.ts";
import type { GatewayRequest } from "./transport.ts";

/** Where the Client Portal API lives below the gateway's address. */
export const API_BASE = "/v1/api";
export const DEFAULT_DEADLINE_MS = 10_000;
export const USER_AGENT = "countersign/1";
/** No answer of this API comes near it: a bigger one is not the gateway talking. */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** Path and query below the host. */
export function requestTarget(request: GatewayRequest): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) query.set(name, String(value));
  const text = query.toString();
  return `${API_BASE}${request.path}${text === "" ? "" : `?${text}`}`;
}

/** The body as text; an empty POST is sent as such, with Content-Length 0 (IBKR answers 411 without the header). */
export function bodyText(request: GatewayRequest): string | null {
  if (request.body !== undefined) return JSON.stringify(request.body);
  return request.method === "POST" || request.method === "PUT" ? "" : null;
}

export function requestHeaders(body: string | null): Record<string, string> {
  const headers: Record<string, string> = { accept: "*/*", "user-agent": USER_AGENT };
  if (body !== null) {
    headers["content-length"] = String(Buffer.byteLength(body));
    if (body !== "") headers["content-type"] = "application/json";
  }
  return headers;
}

export type CallFacts = { address: string; request: GatewayRequest; sent: boolean };

export function callFacts(call: CallFacts, more: Record<string, unknown> = {}): Record<string, unknown> {
  const { address, request, sent } = call;
  return { gateway: address, method: request.method, path: request.path, sent, ...more };
}

export function timedOut(call: CallFacts, deadlineMs: number): UnavailableError {
  const what = call.sent ? "did not answer" : "did not complete the connection";
  return new UnavailableError(
    "gateway_timeout",
    `The gateway at ${call.address} ${what} ${call.request.method} ${call.request.path} within ${deadlineMs} ms. ` +
      "It may be cut off from IBKR; if this lasts, restart the gateway and log in again.",
    { facts: callFacts(call, { deadlineMs }) },
  );
}

export function aborted(call: CallFacts, cause: unknown): UnavailableError {
  return new UnavailableError(
    "call_aborted",
    `The call ${call.request.method} ${call.request.path} was given up by the desk.`,
    { cause, facts: callFacts(call) },
  );
}
