// Signed session cookies for the one administrator. Pure but for the clock; keys come from the admin token.
// Invariant: a value verifies only while its signature, its idle time and its whole life are in order.
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Clock } from "#tools/clock.ts";

const HOUR = 3_600_000;
const IDLE_MS = 12 * HOUR;
const LIFE_MS = 7 * 24 * HOUR;
const ROTATE_AFTER_MS = HOUR / 2;

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
  end(session: Session): void;
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

export function createSessions(options: { token: string; clock: Clock }): Sessions {
  const { token, clock } = options;
  const key = Buffer.from(hkdfSync("sha256", token, "countersign", "session cookies", 32));
  const ended = new Map<string, number>();
  const sign = (text: string) => createHmac("sha256", key).update(text).digest("base64url");
  const seal = (session: Session): string => {
    const body = Buffer.from(JSON.stringify(session)).toString("base64url");
    return `${body}.${sign(`session|${body}`)}`;
  };
  const now = () => clock.now().getTime();

  function open(value: string): Session | null {
    const [body, signature, rest] = value.split(".");
    if (body === undefined || signature === undefined || rest !== undefined) return null;
    if (!sameText(signature, sign(`session|${body}`), key)) return null;
    return Payload.parse(JSON.parse(Buffer.from(body, "base64url").toString("utf8")));
  }

  return {
    begin: (family) => seal({ family, began: now(), issued: now() }),
    verify(value) {
      const session = open(value);
      if (session === null || ended.has(session.family)) return null;
      const at = now();
      return at - session.issued < IDLE_MS && at - session.began < LIFE_MS ? session : null;
    },
    renew: (session) =>
      now() - session.issued < ROTATE_AFTER_MS ? null : seal({ ...session, issued: now() }),
    end(session) {
      for (const [family, until] of ended) if (until < now()) ended.delete(family);
      ended.set(session.family, session.began + LIFE_MS);
    },
    formToken: (session) => sign(`form|${session.family}`),
    isFormToken: (session, candidate) => sameText(candidate, sign(`form|${session.family}`), key),
    isAdminToken: (candidate) => sameText(candidate, token, key),
  };
}
