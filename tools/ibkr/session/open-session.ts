// Finds out how the session stands and opens what can be opened without a person. Effects: network.

import { DeskError, VendorError } from "#store/model/errors.ts";
import type { AccountId } from "#store/model/ids.ts";
import type { MarketClock } from "../../clock.ts";
import type { IbkrTiming } from "../client.ts";
import { type Body, errorOf, shaped, verdictOf } from "../wire/answers.ts";
import type { Calls } from "../wire/calls.ts";
import { chooseAccount, isPaperLogin, paperRefusal } from "./account-choice.ts";
import { closedWindow } from "./closed-window.ts";
import {
  closed,
  competing,
  type Finding,
  faultFinding,
  needsLogin,
  noBrokerageSession,
  readyFinding,
} from "./findings.ts";
import { AuthStatus, BrokerageAccounts, InitAnswer, SsoValidate } from "./shapes.ts";

export type OpenParts = {
  calls: Calls;
  marketClock: MarketClock;
  timing: IbkrTiming;
  accountId?: AccountId;
  requirePaper: boolean;
  takeOver: boolean;
};

/** `epoch` rises when the brokerage session was opened anew. `accounts` is what the gate of this epoch answered. */
export type SessionMemory = { epoch: number; accounts: BrokerageAccounts | null; loginType: number | null };

/** How many looks an opening session gets before it counts as not opened. */
const OPENING_LOOKS = 10;

/** Asks, opens, asks the accounts gate; never throws for a gateway that is down or refuses. */
export async function openSession(
  parts: OpenParts,
  memory: SessionMemory,
  signal?: AbortSignal,
): Promise<Finding> {
  let finding: Finding;
  try {
    finding = (await brokerageFault(parts, memory, signal)) ?? (await accountFinding(parts, memory, signal));
  } catch (error) {
    if (signal?.aborted) throw error;
    finding = faultFinding(error, parts.calls.address);
  }
  if (finding.state !== "no_brokerage_session") return finding;
  const window = await windowNow(parts, signal);
  return window === null ? finding : closed(window, finding.reason);
}

/** Null also when the market clock does not answer: the window only explains. */
async function windowNow(parts: OpenParts, signal?: AbortSignal): Promise<string | null> {
  try {
    return closedWindow(await parts.marketClock.now(signal));
  } catch (error) {
    if (error instanceof DeskError) return null;
    throw error;
  }
}

/** Undefined when the brokerage session is open. */
async function brokerageFault(
  parts: OpenParts,
  memory: SessionMemory,
  signal?: AbortSignal,
): Promise<Finding | undefined> {
  let status = await authStatus(parts, signal);
  if (status === "login_needed") return needsLogin(parts.calls.address);
  if (status !== "no_bridge" && status.competing === true && !parts.takeOver) return competing();
  if (isOpen(status)) return undefined;
  if (status !== "no_bridge" && status.connected === false) return needsLogin(parts.calls.address);

  memory.epoch += 1;
  memory.accounts = null;
  const started = await startSession(parts, signal);
  if (started !== undefined) return started;
  for (let look = 1; look <= OPENING_LOOKS; look += 1) {
    status = await authStatus(parts, signal);
    if (status === "login_needed") return needsLogin(parts.calls.address);
    if (isOpen(status)) return undefined;
    if (status !== "no_bridge" && status.competing === true) return competing();
    await parts.timing.sleep(parts.timing.pollMs, signal);
  }
  const said = status === "no_bridge" ? "no bridge" : (status.fail ?? status.message ?? "");
  return noBrokerageSession(said === "" ? "it was asked to open and did not." : said);
}

type Status = AuthStatus | "login_needed" | "no_bridge";

function isOpen(status: Status): boolean {
  return (
    typeof status === "object" &&
    status.authenticated &&
    status.established !== false &&
    status.connected !== false &&
    status.competing !== true
  );
}

async function authStatus(parts: OpenParts, signal?: AbortSignal): Promise<Status> {
  const body = await ask(parts, { method: "POST", path: "/iserver/auth/status" }, signal);
  if (body.verdict === "login_needed") return "login_needed";
  if (body.verdict === "no_brokerage_session") return "no_bridge";
  return shaped(AuthStatus, body, {
    method: "POST",
    path: "/iserver/auth/status",
    gateway: parts.calls.address,
  });
}

async function startSession(parts: OpenParts, signal?: AbortSignal): Promise<Finding | undefined> {
  const path = "/iserver/auth/ssodh/init";
  const body = await ask(
    parts,
    { method: "POST", path, body: { publish: true, compete: parts.takeOver } },
    signal,
  );
  if (body.verdict === "login_needed") return needsLogin(parts.calls.address);
  if (body.verdict === "no_brokerage_session") return noBrokerageSession("no bridge");
  shaped(InitAnswer, body, { method: "POST", path, gateway: parts.calls.address });
  return undefined;
}

/** The accounts gate (once per epoch), the pinned account, the paper check, the selection. */
async function accountFinding(
  parts: OpenParts,
  memory: SessionMemory,
  signal?: AbortSignal,
): Promise<Finding> {
  if (memory.accounts === null) {
    const body = await ask(parts, { method: "GET", path: "/iserver/accounts" }, signal);
    if (body.verdict !== null) return noBrokerageSession(`the accounts call answered ${body.verdict}`);
    memory.accounts = shaped(BrokerageAccounts, body, {
      method: "GET",
      path: "/iserver/accounts",
      gateway: parts.calls.address,
    });
  }
  const choice = chooseAccount(memory.accounts, parts.accountId);
  if (!choice.ok) return { state: "account_refused", ...choice };
  const paper = await paperLogin(parts, memory, { accountId: choice.accountId, signal });
  const refusal = paperRefusal(choice.accountId, paper, parts.requirePaper);
  if (refusal !== undefined) return { state: "account_refused", ...refusal };
  if (memory.accounts.selectedAccount !== choice.accountId) await select(parts, choice.accountId, signal);
  memory.accounts.selectedAccount = choice.accountId;
  return readyFinding({
    accountId: choice.accountId,
    paper: paper ?? false,
    accounts: choice.accounts,
    epoch: memory.epoch,
  });
}

async function paperLogin(
  parts: OpenParts,
  memory: SessionMemory,
  of: { accountId: AccountId; signal: AbortSignal | undefined },
): Promise<boolean | null> {
  const isPaper = memory.accounts?.isPaper;
  const known = isPaperLogin({ isPaper, loginType: memory.loginType ?? undefined, accountId: of.accountId });
  if (known !== null || memory.loginType !== null) return known;
  const body = await ask(parts, { method: "GET", path: "/sso/validate" }, of.signal);
  const call = { method: "GET", path: "/sso/validate", gateway: parts.calls.address };
  memory.loginType = body.verdict === null ? (shaped(SsoValidate, body, call).LOGIN_TYPE ?? 0) : 0;
  return isPaperLogin({ isPaper, loginType: memory.loginType, accountId: of.accountId });
}

/** Already selected is told as {"success":…} by some gateways and as HTTP 501 by others: both are fine. */
async function select(parts: OpenParts, acctId: AccountId, signal?: AbortSignal): Promise<void> {
  const request = { method: "POST" as const, path: "/iserver/account", body: { acctId } };
  const body = await parts.calls.once({ ...request, ...(signal === undefined ? {} : { signal }) });
  if (body.status === 501) return;
  const verdict = verdictOf(body);
  if (verdict.kind === "ok") return;
  throw new VendorError(
    "account_not_selectable",
    `The gateway would not select account ${acctId}: ${verdict.message}`,
    { facts: { acctId, status: body.status } },
  );
}

type Asked = Body & { verdict: "login_needed" | "no_brokerage_session" | null };

/** An answer that is a yes or one of the two ways in which a session is missing. @throws DeskError for any other no */
async function ask(
  parts: OpenParts,
  request: { method: "GET" | "POST"; path: string; body?: unknown },
  signal?: AbortSignal,
): Promise<Asked> {
  const body = await parts.calls.once({ ...request, ...(signal === undefined ? {} : { signal }) });
  const verdict = verdictOf(body);
  if (verdict.kind === "ok") return { ...body, verdict: null };
  if (verdict.kind === "login_needed" || verdict.kind === "no_brokerage_session")
    return { ...body, verdict: verdict.kind };
  throw errorOf(
    verdict,
    { method: request.method, path: request.path, gateway: parts.calls.address },
    body.status,
  );
}
