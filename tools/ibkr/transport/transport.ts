// How a request reaches the gateway: one port, implemented in process and over HTTPS. Types only.

export type GatewayMethod = "GET" | "POST" | "PUT" | "DELETE";

export type GatewayRequest = {
  method: GatewayMethod;
  /** Path below the API base, such as "/iserver/accounts" (the base "/v1/api" is the transport's). */
  path: string;
  query?: Readonly<Record<string, string | number | boolean>>;
  /** Sent as JSON text with a Content-Length; never streamed (the gateway drops chunked bodies silently). */
  body?: unknown;
  /** Milliseconds until the call is given up; the transport's own default when absent. */
  deadlineMs?: number;
  /** Use a connection of its own: an order must not meet a stale keep-alive socket. */
  freshConnection?: boolean;
  signal?: AbortSignal;
};

/** Whatever came back, unparsed: a body may be JSON, plain text, HTML or nothing. */
export type GatewayAnswer = { status: number; text: string; location: string | null };

/**
 * Sends one request and reads the whole answer as text. Follows no redirect, retries nothing.
 * @throws UnavailableError (gateway_refused, gateway_timeout, gateway_dropped, gateway_plain_http) and
 * VendorError (gateway_certificate_*) with `facts.sent`: false only when the request surely did not leave.
 */
export type GatewayTransport = {
  /** Address for people, such as "https://localhost:5000" or "in-process simulator". */
  readonly address: string;
  send(request: GatewayRequest): Promise<GatewayAnswer>;
  close(): Promise<void>;
};
