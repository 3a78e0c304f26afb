// The desk's error classes: as many as callers have reactions. A denial is not an error but a returned verdict.

export type ErrorFacts = Readonly<Record<string, unknown>>;
type Options = { cause?: unknown; facts?: ErrorFacts };

/** Base of all expected failures. `code` is stable and machine-readable; `retryable` tells the queue what to do. */
export abstract class DeskError extends Error {
  abstract readonly retryable: boolean;
  readonly code: string;
  readonly facts: ErrorFacts;
  constructor(code: string, message: string, options: Options = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.facts = options.facts ?? {};
    this.name = new.target.name;
  }
}

/** Something from a person or a file is wrong (setting, request, CSV line). Never retried; `facts.field` names it. */
export class InputError extends DeskError {
  readonly retryable = false;
}

/** The thing asked for is not there. */
export class NotFoundError extends DeskError {
  readonly retryable = false;
}

/** The thing asked for is not in a state that allows it (answered approval, finished run, stopped desk). */
export class ConflictError extends DeskError {
  readonly retryable = false;
}

/** An outside service did not answer, or said "later": time-out, refused connection, 429, 5xx. Retried with backoff. */
export class UnavailableError extends DeskError {
  readonly retryable = true;
}

/** An outside service answered something we do not understand or trust. Never guessed at, never retried blindly. */
export class VendorError extends DeskError {
  readonly retryable = false;
}

/** Market data that must not be traded on: gaps, stale, foreign, delayed, too few bars. */
export class MarketDataError extends DeskError {
  readonly retryable = false;
}

/** A model failed to give a usable answer. The symbol run fails; nothing is decided in its place. */
export class ModelError extends DeskError {
  readonly retryable: boolean;
  constructor(code: string, message: string, options: Options & { retryable?: boolean } = {}) {
    super(code, message, options);
    this.retryable = options.retryable ?? false;
  }
}

/** The order may or may not have reached the broker. Nothing new is sent until it was looked up. */
export class OutcomeUnknownError extends DeskError {
  readonly retryable = false;
}

/** A broken invariant of our own: a bug. */
export class InvariantError extends DeskError {
  readonly retryable = false;
  constructor(message: string, facts: ErrorFacts = {}) {
    super("invariant_broken", message, { facts });
  }
}

/** What is stored and shown of any failure. Causes are flattened to text; secrets never reach a message. */
export type ErrorRecord = { code: string; message: string; retryable: boolean; facts?: ErrorFacts };

export function toErrorRecord(error: unknown): ErrorRecord {
  if (error instanceof DeskError) {
    return { code: error.code, message: error.message, retryable: error.retryable, facts: error.facts };
  }
  // A failed statement's message repeats all of its parameters; its cause says what is wrong.
  if (error instanceof Error && "query" in error && error.cause !== undefined)
    return toErrorRecord(error.cause);
  const message = error instanceof Error ? error.message : String(error);
  return { code: "unexpected", message, retryable: false };
}
