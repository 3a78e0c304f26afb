// Idempotency-Key: the same POST sent twice starts once. In memory for a day; execution ids and approvals have locks of
// their own in the database, this guard spares a caller the second start after a lost answer.
import { createHash } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import type { Clock } from "#tools/clock.ts";
import { problem, problemResponse } from "../problems.ts";

const KEPT_MS = 24 * 3_600_000;
const MAX_KEPT = 5_000;

type Kept = { status: number; body: string; mediaType: string };
type Entry = { fingerprint: string; until: number; answer: Promise<Kept | null> };

function replayed(kept: Kept): Response {
  return new Response(kept.body, {
    status: kept.status,
    headers: { "content-type": kept.mediaType, "idempotent-replayed": "true" },
  });
}

/** Only answers below 400 are kept: what failed has started nothing and may be tried again under the same key. */
export function idempotent(clock: Clock): MiddlewareHandler {
  const entries = new Map<string, Entry>();
  const forget = (now: number) => {
    for (const [key, entry] of entries) {
      if (entry.until > now && entries.size <= MAX_KEPT) return;
      entries.delete(key);
    }
  };
  return async (c, next) => {
    const key = c.req.header("idempotency-key");
    if (c.req.method !== "POST" || key === undefined) return next();
    const now = clock.monotonic();
    forget(now);
    const slot = `${c.req.path} ${key}`;
    const fingerprint = createHash("sha256")
      .update(await c.req.text())
      .digest("hex");
    const known = entries.get(slot);
    if (known !== undefined) {
      if (known.fingerprint !== fingerprint) {
        return problemResponse(
          problem(422, "idempotency_key_reused", "This Idempotency-Key was used with another body.", [
            { field: "Idempotency-Key", message: "use a new key for a new request" },
          ]),
        );
      }
      const kept = await known.answer;
      if (kept !== null) return replayed(kept);
    }
    let settle: (kept: Kept | null) => void = () => undefined;
    const answer = new Promise<Kept | null>((resolve) => {
      settle = resolve;
    });
    entries.set(slot, { fingerprint, until: now + KEPT_MS, answer });
    try {
      await next();
      const kept =
        c.res.status < 400
          ? {
              status: c.res.status,
              body: await c.res.clone().text(),
              mediaType: c.res.headers.get("content-type") ?? "application/json",
            }
          : null;
      if (kept === null) entries.delete(slot);
      settle(kept);
    } catch (error) {
      entries.delete(slot);
      settle(null);
      throw error;
    }
    return undefined;
  };
}
