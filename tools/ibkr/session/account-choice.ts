// Which account may be used, and whether it is paper. Pure. Refuses rather than guesses.
import { AccountId } from "#store/model/ids.ts";
import type { BrokerageAccounts } from "./shapes.ts";

export type AccountRefusal = { code: string; reason: string; action: string };
export type AccountChoice =
  | { ok: true; accountId: AccountId; accounts: AccountId[] }
  | ({ ok: false } & AccountRefusal);

/** The pinned account when the login sees it; without a pin the only account; several and no pin: refused with the list. */
export function chooseAccount(seen: BrokerageAccounts, pinned: AccountId | undefined): AccountChoice {
  const accounts = seen.accounts
    .map((account) => AccountId.safeParse(account))
    .filter((parsed) => parsed.success)
    .map((parsed) => parsed.data);
  const list = accounts.join(", ");
  if (pinned !== undefined) {
    if (accounts.includes(pinned)) return { ok: true, accountId: pinned, accounts };
    return refused(
      "account_not_visible",
      `The login does not see the configured account ${pinned}; it sees ${list === "" ? "none" : list}.`,
      "Log in with the user of that account, or correct IBKR_ACCOUNT.",
    );
  }
  const [only] = accounts;
  if (only !== undefined && accounts.length === 1) return { ok: true, accountId: only, accounts };
  if (only === undefined)
    return refused("no_account", "The login sees no account.", "Log in with a user that has one.");
  return refused(
    "several_accounts",
    `The login sees several accounts (${list}) and none is configured.`,
    `Set IBKR_ACCOUNT to one of ${list}.`,
  );
}

/**
 * Whether the login is paper: IBKR's own flag, else LOGIN_TYPE, else the account's prefix; null when nothing tells.
 * A flag that contradicts the prefix counts as live: the careful reading.
 */
export function isPaperLogin(of: {
  isPaper: boolean | undefined;
  loginType: number | undefined;
  accountId: AccountId;
}): boolean | null {
  const prefixed = /^DU\d/.test(of.accountId);
  if (of.isPaper !== undefined) return of.isPaper;
  if (of.loginType === 2) return true;
  if (of.loginType === 1) return false;
  return prefixed ? true : null;
}

/** Undefined when the account may be used. */
export function paperRefusal(
  accountId: AccountId,
  paper: boolean | null,
  requirePaper: boolean,
): AccountRefusal | undefined {
  if (!requirePaper || paper === true) return undefined;
  return paper === false
    ? {
        code: "account_is_live",
        reason: `${accountId} is a live account, and the desk runs in paper mode.`,
        action: "Log in with the paper trading user; live trading needs both of its switches.",
      }
    : {
        code: "account_not_known_paper",
        reason: `The gateway does not tell whether ${accountId} is a paper account, and the desk runs in paper mode.`,
        action: "Log in with the paper trading user.",
      };
}

function refused(code: string, reason: string, action: string): AccountChoice {
  return { ok: false, code, reason, action };
}
