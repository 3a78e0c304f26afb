// The gateway's two sessions: a login that a person made, and the brokerage session inside it. Effects: none but its own state.
// Loss of the brokerage session makes everything cold again: the accounts gate, previews of data, suppressions.
import { derivedId } from "#store/model/ids.ts";
import { exchangeDate } from "#tools/calendar.ts";
import type { Clock } from "#tools/clock.ts";
import type { SessionSettings } from "../settings.ts";

/** `expired` answers 401 to everything; after a logout the status can still be asked. */
export type Login = "in" | "logged_out" | "expired";
/** `opening` becomes `open` by itself; `competing`: somebody else has the brokerage session. */
export type Bridge = "open" | "opening" | "lost" | "competing";

export type GatewaySession = {
  login(): Login;
  bridge(): Bridge;
  /** Number of the brokerage session: whatever is remembered for a session is remembered with it. */
  bridgeNumber(): number;
  /** Brings the state up to now; every request counts as a sign of life afterwards. */
  touch(): void;
  /** Opens (or tries to open) the brokerage session. */
  init(compete: boolean): void;
  /** What a person does in the browser: logs in, which also opens the brokerage session. */
  logIn(): void;
  logOut(): void;
  /** Faults and tests: the session is lost in one of the ways in which it can be. */
  lose(how: "login" | "bridge" | "competing"): void;
  loggedInAt(): number;
  lastAccessed(): number;
  /** Milliseconds that the login still lasts. */
  expiresIn(): number;
  token(): string;
  /** Returns the end of the subscription. */
  onBridgeLost(listener: () => void): () => void;
};

/** The first midnight in New York after this instant: when the exchange date has changed. */
function nextMidnight(at: number): number {
  const today = exchangeDate(new Date(at));
  let [before, after] = [at, at + 26 * 3_600_000];
  while (after - before > 1_000) {
    const middle = Math.floor((before + after) / 2);
    if (exchangeDate(new Date(middle)) === today) before = middle;
    else after = middle;
  }
  return after;
}

export function createSession(of: {
  clock: Clock;
  settings: SessionSettings;
  accountId: string;
}): GatewaySession {
  const { settings } = of;
  const now = () => of.clock.now().getTime();
  const listeners = new Set<() => void>();
  let login: Login = "in";
  let bridge: Bridge = "open";
  let number = 1;
  let loggedInAt = now();
  let lastAccessed = now();
  let readyAt = 0;
  let resetAt = nextMidnight(now());

  const lose = (to: Bridge) => {
    bridge = to;
    number += 1;
    for (const listener of listeners) listener();
  };

  const logIn = () => {
    login = "in";
    loggedInAt = now();
    lose("open");
  };

  const update = () => {
    const at = now();
    if (login === "in" && at - loggedInAt >= settings.maximumMs) {
      if (settings.relogin === "automatic") logIn();
      else {
        login = "expired";
        lose("lost");
      }
    }
    if (bridge === "open" && at - lastAccessed >= settings.idleMs) lose("lost");
    if (at >= resetAt) {
      resetAt = nextMidnight(at);
      if (settings.midnightReset && bridge !== "lost") lose("lost");
    }
    if (bridge === "opening" && at >= readyAt) bridge = "open";
  };

  return {
    login: () => login,
    bridge: () => bridge,
    bridgeNumber: () => number,
    touch: () => {
      update();
      lastAccessed = now();
    },
    init: (compete) => {
      if (bridge === "competing" && !compete) return;
      lose(settings.initMs > 0 ? "opening" : "open");
      readyAt = now() + settings.initMs;
    },
    logIn,
    logOut: () => {
      login = "logged_out";
      lose("lost");
    },
    lose: (how) => {
      if (how === "login") {
        login = "expired";
        lose("lost");
      } else lose(how === "competing" ? "competing" : "lost");
    },
    loggedInAt: () => loggedInAt,
    lastAccessed: () => lastAccessed,
    expiresIn: () => Math.max(0, loggedInAt + settings.maximumMs - now()),
    token: () => derivedId("gateway-session", of.accountId, loggedInAt).replaceAll("-", ""),
    onBridgeLost: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
