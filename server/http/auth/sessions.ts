// Signed session cookies for the one administrator. Pure but for the clock; keys come from the admin token.
// Invariant: a value verifies only while its signature, its idle time and its whole life are in order.
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Clock } from "#tools/clock.ts";
import type { EndedSessions } from "./ended.ts";

const HOUR = 3_600_000;
const IDLE_MS = 12 * HOUR;
const LIFE_MS = 7 * 24 * HOUR;
const ROTATE_AFTER_MS = HOUR / 2;
/** A replaced cookie is good for so long: requests that were under way, answers that got lost. */
const REPLACED_GRACE_MS = HOUR / 12;

const Payload = z.object({ family: z.string(), began: z.number(), issued: z.number() });

/** One signed-in browser. `family` stays the same while the cookie is renewed; signing out ends the family. */
export type Session = z.infer<typeof Payload>;

export type Sessions = {
  /** A cookie value for a new sign-in. */
  begin(family: string): string;
  /** The session of a cookie value, or null when it is not (any longer) good. */
  verify(value: string): Session | null;
  /** A renewed cookie value when the present one is old enough to be replaced, else null. */
  renew(session: Session): string | null;
  /** Whether a session that was good once still is. */
  isGood(session: Session): boolean;
  /** Calls `listener` when a sign-in of this family ends by signing out. Returns how to stop listening. */
  whenEnded(session: Session, listener: () => void): () => void;
  /** Signs out every browser that holds a cookie of this sign-in, for good. */
  end(session: Session): Promise<void>;
  /** The token that forms of this session carry. */
  formToken(session: Session): string;
  isFormToken(session: Session, token: string): boolean;
  /** Compares in constant time, whatever the lengths. */
  isAdminToken(candidate: string): boolean;
};

function sameText(left: string, right: string, key: Buffer): boolean {
  const digest = (text: string) => createHmac("sha256", key).update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

export const SESSION_SECONDS = IDLE_MS / 1000;

export function createSessions(options: { token: string; clock: Clock; ended: EndedSessions }): Sessions {
  const { token, clock, ended } = options;
  const key = Buffer.from(hkdfSync("sha256", token, "countersign", "session cookies", 32));
  /** When each family was last given a new cookie: older ones die soon after. */
  const replaced = new Map<string, number>();
  const sign = (text: string) => createHmac("sha256", key).update(text).digest("base64url");
  const seal = (session: Session): string => {
    const body = Buffer.from(JSON.stringify(session)).toString("base64url");
    return `${body}.${sign(`session|${body}`)}`;
  };
  const now = () => clock.now().getTime();
  const listeners = new Map<() => void, string>();

  function open(value: string): Session | null {
    const [body, signature, rest] = value.split(".");
    if (body === undefined || signature === undefined || rest !== undefined) return null;
    if (!sameText(signature, sign(`session|${body}`), key)) return null;
    return Payload.parse(JSON.parse(Buffer.from(body, "base64url").toString("utf8")));
  }

  function isGood(session: Session): boolean {
    if (ended.has(session.family)) return false;
    const at = now();
    const newer = replaced.get(session.family) ?? 0;
    if (session.issued < newer && at > newer + REPLACED_GRACE_MS) return false;
    return at - session.issued < IDLE_MS && at - session.began < LIFE_MS;
  }

  return {
    isGood,
    begin: (family) => seal({ family, began: now(), issued: now() }),
    verify(value) {
      const session = open(value);
      return session !== null && isGood(session) ? session : null;
    },
    renew(session) {
      const at = now();
      if (at - session.issued < ROTATE_AFTER_MS) return null;
      for (const [family, since] of replaced) if (at - since > IDLE_MS) replaced.delete(family);
      // Several requests may carry the old cookie at once: each gets a new one, all of them good.
      if ((replaced.get(session.family) ?? 0) <= session.issued) replaced.set(session.family, at);
      return seal({ ...session, issued: at });
    },
    whenEnded(session, listener) {
      // A function of its own, so that one listener may wait for several.
      const once = () => listener();
      listeners.set(once, session.family);
      return () => void listeners.delete(once);
    },
    async end(session) {
      const kept = ended.add(session.family, session.began + LIFE_MS, now());
      for (const [listener, family] of listeners) if (family === session.family) listener();
      await kept;
    },
    formToken: (session) => sign(`form|${session.family}`),
    isFormToken: (session, candidate) => sameText(candidate, sign(`form|${session.family}`), key),
    isAdminToken: (candidate) => sameText(candidate, token, key),
  };
}
