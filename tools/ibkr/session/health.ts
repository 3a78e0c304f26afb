// What is known about the gateway session: states with reasons. Types and pure text.
import type { AccountId, Instant } from "#store/model/ids.ts";

/**
 * unchecked: nothing asked yet. no_gateway: no answer at all. untrusted_gateway: certificate or access refused.
 * needs_login: a person must log in. no_brokerage_session: logged in, but orders and data are not open.
 * competing: another platform holds the brokerage session. closed_window: IBKR's reset or maintenance.
 * account_refused: logged in with an account that must not be used (not pinned, not paper, unknown).
 */
export type SessionState =
  | "unchecked"
  | "no_gateway"
  | "untrusted_gateway"
  | "needs_login"
  | "no_brokerage_session"
  | "competing"
  | "closed_window"
  | "account_refused"
  | "ready";

export type SessionHealth = {
  state: SessionState;
  /** Stable snake_case code of why, finer than the state. */
  code: string;
  /** Plain words: what is. */
  reason: string;
  /** Plain words: what a person can do; null when nothing is needed. */
  action: string | null;
  /** The gateway's address. */
  gateway: string;
  accountId: AccountId | null;
  paper: boolean | null;
  /** Since when the state holds (machine clock). */
  since: Instant;
  /** The last time that the gateway answered sensibly (machine clock); null before the first. */
  lastProvenAt: Instant | null;
  /** Duration of that round trip. */
  roundTripMs: number | null;
  /** Until when a 429 keeps all calls back; null when free. */
  penaltyUntil: Instant | null;
};

export type ReadySession = {
  accountId: AccountId;
  paper: boolean;
  /** All accounts that the login can see. */
  accounts: readonly AccountId[];
  /** Rises whenever the brokerage session was opened anew: what was warmed before is cold again. */
  epoch: number;
};

export type SessionChange = { from: SessionState; to: SessionState; health: SessionHealth };
