// Transport to a gateway in the same process (the simulator's Hono app). Never hangs: each call has its deadline.
import { UnavailableError } from "#store/model/errors.ts";
import {
  aborted,
  bodyText,
  type CallFacts,
  callFacts,
  DEFAULT_DEADLINE_MS,
  requestHeaders,
  requestTarget,
  timedOut,
} from "./request-text.ts";
import type { GatewayAnswer, GatewayRequest, GatewayTransport } from "./transport.ts";

export type GatewayFetch = (request: Request) => Promise<Response> | Response;

/** A transport that hands WHATWG requests to `fetch`. `address` is what people see. */
export function inProcessTransport(options: { fetch: GatewayFetch; address: string }): GatewayTransport {
  return {
    address: options.address,
    send: (request) => sendInProcess(options, request),
    close: async () => {},
  };
}

async function sendInProcess(
  options: { fetch: GatewayFetch; address: string },
  request: GatewayRequest,
): Promise<GatewayAnswer> {
  const call: CallFacts = { address: options.address, request, sent: true };
  const deadlineMs = request.deadlineMs ?? DEFAULT_DEADLINE_MS;
  if (request.signal?.aborted) throw aborted({ ...call, sent: false }, request.signal.reason);

  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(timedOut(call, deadlineMs)), deadlineMs);
  const onAbort = () => controller.abort(aborted(call, request.signal?.reason));
  request.signal?.addEventListener("abort", onAbort, { once: true });
  const given = new Promise<never>((_, reject) => {
    controller.signal.addEventListener("abort", () => reject(controller.signal.reason), { once: true });
  });
  try {
    return await Promise.race([exchange(options, request, controller.signal), given]);
  } catch (error) {
    if (controller.signal.aborted) throw controller.signal.reason;
    throw new UnavailableError(
      "gateway_dropped",
      `The gateway at ${options.address} dropped ${request.method} ${request.path}.`,
      { cause: error, facts: callFacts(call) },
    );
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener("abort", onAbort);
  }
}

async function exchange(
  options: { fetch: GatewayFetch },
  request: GatewayRequest,
  signal: AbortSignal,
): Promise<GatewayAnswer> {
  const body = bodyText(request);
  const response = await options.fetch(
    new Request(`http://gateway${requestTarget(request)}`, {
      method: request.method,
      headers: requestHeaders(body),
      signal,
      ...(body === null ? {} : { body }),
    }),
  );
  return { status: response.status, text: await response.text(), location: response.headers.get("location") };
}
