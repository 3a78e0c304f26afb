// What a look at the session found, in plain words with what to do. Pure.
import { ConflictError, type DeskError, UnavailableError, VendorError } from "#store/model/errors.ts";
import type { ReadySession, SessionHealth, SessionState } from "./health.ts";

export type Finding = {
  state: SessionState;
  code: string;
  reason: string;
  action: string | null;
  ready?: ReadySession;
};

export const UNCHECKED: Finding = {
  state: "unchecked",
  code: "unchecked",
  reason: "The gateway was not asked yet.",
  action: null,
};

export function readyFinding(ready: ReadySession): Finding {
  const kind = ready.paper ? "paper" : "live";
  return {
    state: "ready",
    code: "ready",
    reason: `Session open, ${kind} account ${ready.accountId}.`,
    action: null,
    ready,
  };
}

export function needsLogin(gateway: string): Finding {
  return {
    state: "needs_login",
    code: "login_needed",
    reason: "The gateway runs, but nobody is logged in.",
    action: `Open ${gateway} in a browser on the gateway's machine and log in; a session lasts 24 hours at most.`,
  };
}

export function competing(): Finding {
  return {
    state: "competing",
    code: "session_competing",
    reason: "Another platform (TWS, mobile, Client Portal) holds this user's brokerage session.",
    action: "Log out there, or use a second username for the desk.",
  };
}

export function noBrokerageSession(why: string): Finding {
  return {
    state: "no_brokerage_session",
    code: "no_brokerage_session",
    reason: `Logged in, but the brokerage session did not open: ${why}`,
    action: "Wait a minute; if it stays, log out and in again at the gateway.",
  };
}

export function closed(window: string, why: string): Finding {
  return {
    state: "closed_window",
    code: "closed_window",
    reason: `IBKR's ${window} is going on: ${why}`,
    action: "Nothing now. After the nightly reset a new login may be needed.",
  };
}

/** The state behind a call that failed altogether. */
export function faultFinding(error: unknown, gateway: string): Finding {
  if (error instanceof VendorError) {
    return { state: "untrusted_gateway", code: error.code, reason: error.message, action: "See the reason." };
  }
  if (error instanceof UnavailableError && error.code === "gateway_trouble")
    return noBrokerageSession(error.message);
  if (error instanceof UnavailableError) {
    const action = error.code === "gateway_timeout" ? "Restart the gateway and log in again." : null;
    return { state: "no_gateway", code: error.code, reason: error.message, action };
  }
  throw error instanceof Error ? error : new Error(`the gateway at ${gateway} failed: ${String(error)}`);
}

/** The error of somebody who needs a ready session and finds this one. */
export function notReady(health: SessionHealth): DeskError {
  const facts = { state: health.state, action: health.action, gateway: health.gateway, sent: false };
  const words = health.action === null ? health.reason : `${health.reason} ${health.action}`;
  const person = ["competing", "account_refused", "untrusted_gateway"].includes(health.state);
  return person
    ? new ConflictError(health.code, words, { facts })
    : new UnavailableError(health.code, words, { facts });
}
