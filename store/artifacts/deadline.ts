// A bound on every call of an object store. Effects: timers.
import { DeskError, UnavailableError } from "../model/errors.ts";

export const OBJECT_DEADLINE_MS = 30_000;

/** A signal for one call: the caller's, or the deadline, whichever comes first. */
export function callSignal(signal: AbortSignal | undefined, deadlineMs = OBJECT_DEADLINE_MS): AbortSignal {
  const deadline = AbortSignal.timeout(deadlineMs);
  return signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
}

/** The work's result, or the reason of the signal when that comes first; for libraries that know no signals. */
export async function unlessAborted<Result>(
  begin: () => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  signal.throwIfAborted();
  const work = begin();
  let onAbort = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
    // Whoever lost the race has been answered for already.
    work.catch(() => undefined);
  }
}

/** An abort or a time-out in the desk's words; anything else unchanged. */
export function abortFault(error: unknown, what: string): unknown {
  if (error instanceof DeskError || !(error instanceof Error)) return error;
  if (error.name === "TimeoutError") {
    return new UnavailableError("object_store_timeout", `the object store did not answer: ${what}`, {
      cause: error,
    });
  }
  if (error.name === "AbortError") {
    return new UnavailableError("call_aborted", `given up: ${what}`, { cause: error });
  }
  return error;
}
