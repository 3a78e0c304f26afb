// A token bucket per client. In memory, on the monotonic clock: no installed library takes a clock of ours.
import type { MiddlewareHandler } from "hono";
import type { Clock } from "#tools/clock.ts";
import { problem, problemResponse } from "../problems.ts";
import { clientOf } from "./client.ts";

const MAX_CLIENTS = 10_000;

type Bucket = { tokens: number; at: number };

/** `burst` requests at once, `perSecond` earned back; more is answered 429 with the seconds to wait. */
export function rateLimit(options: { clock: Clock; burst: number; perSecond: number }): MiddlewareHandler {
  const { clock, burst, perSecond } = options;
  const buckets = new Map<string, Bucket>();
  return async (c, next) => {
    const client = clientOf(c);
    const now = clock.monotonic();
    const known = buckets.get(client);
    const earned = known === undefined ? burst : known.tokens + ((now - known.at) / 1000) * perSecond;
    const bucket = { tokens: Math.min(burst, earned), at: now };
    buckets.delete(client);
    buckets.set(client, bucket);
    const oldest = buckets.keys().next();
    if (buckets.size > MAX_CLIENTS && !oldest.done) buckets.delete(oldest.value);
    if (bucket.tokens < 1) {
      const seconds = Math.max(1, Math.ceil((1 - bucket.tokens) / perSecond));
      return problemResponse(problem(429, "rate_limited", `Too many requests; try again in ${seconds} s.`), {
        "retry-after": String(seconds),
      });
    }
    bucket.tokens -= 1;
    return next();
  };
}
