// One paced call to the gateway, and reads that are repeated when repeating helps. Effects: network by the transport.
// Invariant: nothing leaves without a pacing permit, and a permit is given back when the answer is in.
import type { z } from "zod";
import { DeskError, UnavailableError } from "#store/model/errors.ts";
import type { Clock } from "../../clock.ts";
import type { IbkrTiming } from "../client.ts";
import type { PacingBudget, PacingPriority } from "../pacing/budget.ts";
import type { GatewayRequest, GatewayTransport } from "../transport/transport.ts";
import { type Body, bodyOf, errorOf, shaped, verdictOf } from "./answers.ts";

export type CallRequest = GatewayRequest & {
  priority?: PacingPriority;
  /** See PacingAsk.maxWaitMs. */
  maxWaitMs?: number;
  /** Called when the permit is granted, just before the request leaves. */
  onSent?: () => void;
};

export type ReadRequest<Out> = CallRequest & {
  schema: z.ZodType<Out>;
  /** Attempts in all; a read is safe to repeat. Default 3. */
  attempts?: number;
  /** What a no means for this very call, where it means something of its own. */
  explain?: (message: string, status: number) => DeskError | undefined;
};

export type CallEvents = {
  /** The gateway answered sensibly: proof of a working round trip. */
  proven(roundTripMs: number): void;
  /** Brings the session back after it was lost; throws the reason when it cannot. */
  recover(code: string, signal?: AbortSignal): Promise<void>;
};

export type Calls = {
  readonly address: string;
  /** One request, one answer, whatever it says. 429 puts the whole budget into its penalty. */
  once(request: CallRequest): Promise<Body>;
  /** A JSON read: repeated on trouble with backoff, after a lost session once it is back. */
  read<Out>(request: ReadRequest<Out>): Promise<Out>;
};

type Parts = {
  transport: GatewayTransport;
  pacing: PacingBudget;
  clock: Clock;
  timing: IbkrTiming;
  events: CallEvents;
};

const SESSION_CODES = ["login_needed", "no_brokerage_session", "accounts_first"];
const DEFAULT_ATTEMPTS = 3;
/** A permit outlives the deadline a little: the gateway may still count what we gave up. */
const LEASE_SLACK_MS = 2_000;

export function createCalls(parts: Parts): Calls {
  return {
    address: parts.transport.address,
    once: (request) => once(parts, request),
    read: (request) => read(parts, request),
  };
}

async function once(parts: Parts, request: CallRequest): Promise<Body> {
  const deadlineMs = request.deadlineMs ?? parts.timing.readDeadlineMs;
  const permit = await parts.pacing.acquire({
    method: request.method,
    path: request.path,
    priority: request.priority ?? "read",
    leaseMs: deadlineMs + LEASE_SLACK_MS,
    ...(request.maxWaitMs === undefined ? {} : { maxWaitMs: request.maxWaitMs }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  const began = parts.clock.monotonic();
  try {
    request.onSent?.();
    const body = bodyOf(await parts.transport.send({ ...request, deadlineMs }));
    const { kind } = verdictOf(body);
    if (kind === "rate_limited") await parts.pacing.penalty(parts.timing.penaltyMs);
    if (kind === "ok" || kind === "refused") parts.events.proven(parts.clock.monotonic() - began);
    return body;
  } finally {
    void permit.release();
  }
}

async function read<Out>(parts: Parts, request: ReadRequest<Out>): Promise<Out> {
  const attempts = request.attempts ?? DEFAULT_ATTEMPTS;
  let recovered = false;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await readOnce(parts, request);
    } catch (error) {
      if (!(error instanceof DeskError) || !error.retryable || error.code === "call_aborted") throw error;
      if (SESSION_CODES.includes(error.code)) {
        if (recovered) throw error;
        recovered = true;
        await parts.events.recover(error.code, request.signal);
      } else if (attempt >= attempts) throw error;
      else if (error.code !== "gateway_rate_limited")
        await parts.timing.sleep(backoff(parts.timing.retryMs, attempt, request.path), request.signal);
    }
  }
}

async function readOnce<Out>(parts: Parts, request: ReadRequest<Out>): Promise<Out> {
  const body = await once(parts, request);
  const call = { method: request.method, path: request.path, gateway: parts.transport.address };
  const verdict = verdictOf(body);
  if (verdict.kind !== "ok")
    throw request.explain?.(verdict.message, body.status) ?? errorOf(verdict, call, body.status);
  return shaped(request.schema, body, call);
}

/** Doubling waits, spread by the path so that callers that failed together do not return together. */
function backoff(baseMs: number, attempt: number, path: string): number {
  let spread = attempt;
  for (const character of path) spread = (spread * 31 + character.charCodeAt(0)) % 1009;
  return baseMs * 2 ** (attempt - 1) * (0.75 + spread / 2018);
}

/** Real waiting, ended by the signal with the error that every aborted call throws. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const givenUp = () =>
      new UnavailableError("call_aborted", "The wait was given up by the desk.", {
        cause: signal?.reason,
        facts: { sent: false },
      });
    if (signal?.aborted) return reject(givenUp());
    const onAbort = () => {
      clearTimeout(timer);
      reject(givenUp());
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
