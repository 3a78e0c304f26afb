// What a failed exchange means: which code it gets, whether to try again, or another way of asking. Pure.
import { ModelError } from "#store/model/errors.ts";
import { storable } from "./answer-text.ts";

/** `again`: the same request may succeed soon; `rejected`: the server will not take this kind of request. */
export type CallFailure = {
  code: string;
  message: string;
  /** For the queue: may a later run succeed without anybody changing anything? */
  retryable: boolean;
  again: boolean;
  rejected: boolean;
  /** Milliseconds the server asked to wait; null when it said nothing. */
  retryAfterMs: number | null;
  cause: unknown;
};

type Known = Pick<CallFailure, "code" | "retryable" | "again" | "rejected">;

const fixed = (code: string): Known => ({ code, retryable: false, again: false, rejected: false });
const passing = (code: string): Known => ({ code, retryable: true, again: true, rejected: false });
/** Statuses with which servers say that they do not know a parameter. */
const REJECTING = [400, 405, 415, 422, 501];

/** @param timeoutMs set when our own deadline ended the call. */
export function classifyFailure(error: unknown, timeoutMs: number | null): CallFailure {
  if (timeoutMs !== null) {
    return failure(passing("model_timeout"), `no answer within ${timeoutMs} ms`, { cause: error });
  }
  if (isContextOverflow(error)) {
    return failure(fixed("model_context_overflow"), "the prompt is longer than the model's context", {
      cause: error,
    });
  }
  if (error instanceof ModelError) {
    return failure({ ...fixed(error.code), retryable: error.retryable }, error.message, { cause: error });
  }
  const status = numberOf(error, "status");
  if (status === null) {
    const known = { ...passing("model_unreachable"), again: false };
    return failure(known, `the model server cannot be reached: ${deepestMessage(error)}`, { cause: error });
  }
  const said = `the model server answered ${status}: ${messageOf(error).slice(0, 300)}`;
  return failure(byStatus(status, error), said, { cause: error, retryAfterMs: retryAfter(error) });
}

/** Some servers repeat the key that they refuse: no message and no cause may carry it on. */
export function withoutSecret(failed: CallFailure, secret: string | null): CallFailure {
  if (secret === null || secret === "") return failed;
  const { message } = failed;
  // A cause's own text cannot be changed, so a cause that could hold the key is dropped.
  const leaks = [message, messageOf(failed.cause)].some((text) => text.includes(secret));
  return leaks ? { ...failed, message: message.replaceAll(secret, "[key]"), cause: undefined } : failed;
}

export function toModelError(failed: CallFailure, facts: Readonly<Record<string, unknown>>): ModelError {
  return new ModelError(failed.code, failed.message, {
    cause: failed.cause,
    retryable: failed.retryable,
    facts,
  });
}

// LangChain turns a server's 400 of this kind into an error of its own, without the status.
function isContextOverflow(error: unknown): boolean {
  return error instanceof Error && error.name === "ContextOverflowError";
}

function byStatus(status: number, error: unknown): Known {
  if (status === 401 || status === 403) return fixed("model_unauthorized");
  if (status === 404) return fixed("model_not_found");
  if (status === 429) {
    return textField(error, "code") === "insufficient_quota"
      ? fixed("model_quota_exhausted")
      : passing("model_rate_limited");
  }
  if (REJECTING.includes(status)) return { ...fixed("model_request_rejected"), rejected: true };
  if (status === 408) return passing("model_timeout");
  if (status >= 500) return passing("model_server_error");
  return fixed("model_request_rejected");
}

function failure(
  known: Known,
  message: string,
  extra: { cause: unknown; retryAfterMs?: number | null },
): CallFailure {
  return {
    ...known,
    message: storable(message),
    cause: extra.cause,
    retryAfterMs: extra.retryAfterMs ?? null,
  };
}

/** Retry-After in seconds, the only form model servers use; a date is ignored, since no clock is read here. */
function retryAfter(error: unknown): number | null {
  const headers = error !== null && typeof error === "object" && "headers" in error ? error.headers : null;
  const text = headers instanceof Headers ? headers.get("retry-after") : null;
  const seconds = text === null || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}

function numberOf(error: unknown, field: string): number | null {
  const value = fieldOf(error, field);
  return typeof value === "number" ? value : null;
}

function textField(error: unknown, field: string): string | null {
  const value = fieldOf(error, field);
  return typeof value === "string" ? value : null;
}

function fieldOf(error: unknown, field: string): unknown {
  return error !== null && typeof error === "object" ? (error as Record<string, unknown>)[field] : undefined;
}

/** LangChain appends a help address to some messages; only the server's own words are kept. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n\nTroubleshooting URL")[0] ?? message;
}

function deepestMessage(error: unknown): string {
  let current = error;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  const code = textField(current, "code");
  return code ?? messageOf(current);
}
