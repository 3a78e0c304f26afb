// Sharing of requests between callers that want the same thing at the same time. No effects of its own.
import { UnavailableError } from "#store/model/errors.ts";

/** `work`, run once for all callers that come while it runs. A caller's signal ends only its own waiting. */
export function shareFlight<Out>(work: () => Promise<Out>): (signal?: AbortSignal) => Promise<Out> {
  let flight: Promise<Out> | null = null;
  return (signal) => {
    flight ??= work().finally(() => {
      flight = null;
    });
    return orAborted(flight, signal);
  };
}

/**
 * `work`, shared by all callers that come before its request has left: who comes later gets the next one, because
 * only that one can show what happened in between. `work` calls `sent` when its request leaves.
 */
export function shareUntilSent<Out>(
  work: (sent: () => void) => Promise<Out>,
): (signal?: AbortSignal) => Promise<Out> {
  let waiting: Promise<Out> | null = null;
  return (signal) => {
    if (waiting === null) {
      const mine: Promise<Out> = work(() => {
        if (waiting === mine) waiting = null;
      }).finally(() => {
        if (waiting === mine) waiting = null;
      });
      waiting = mine;
    }
    return orAborted(waiting, signal);
  };
}

/** The promise, or the signal's end, whichever is first; a late failure of an abandoned promise is not unhandled. */
export function orAborted<Out>(promise: Promise<Out>, signal?: AbortSignal): Promise<Out> {
  if (signal === undefined) return promise;
  const givenUp = () =>
    new UnavailableError("call_aborted", "The wait was given up by the desk.", {
      cause: signal.reason,
      facts: { sent: false },
    });
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      promise.catch(() => {});
      return reject(givenUp());
    }
    const onAbort = () => reject(givenUp());
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** Runs what it is given one after the other, in the order of asking; a failure does not hold up the next. */
export function oneAtATime(): <Out>(work: () => Promise<Out>) => Promise<Out> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  };
}
