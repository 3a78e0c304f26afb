// Keeps the session: one opening at a time, health with its age, loss and return as events. Effects: network, the callback.
// Invariant: `ready` only after the brokerage session, the accounts gate and the account were proven in this epoch.
import type { Instant } from "#store/model/ids.ts";
import type { Clock } from "../../clock.ts";
import type { IbkrTiming } from "../client.ts";
import type { PacingBudget } from "../pacing/budget.ts";
import { verdictOf } from "../wire/answers.ts";
import type { Calls } from "../wire/calls.ts";
import { shareFlight } from "../wire/flight.ts";
import { type Finding, faultFinding, needsLogin, notReady, UNCHECKED } from "./findings.ts";
import type { ReadySession, SessionChange, SessionHealth } from "./health.ts";
import { type OpenParts, openSession, type SessionMemory } from "./open-session.ts";
import { Tickle } from "./shapes.ts";

export type SessionKeeper = {
  ensureReady(signal?: AbortSignal): Promise<ReadySession>;
  health(): SessionHealth;
  check(signal?: AbortSignal): Promise<SessionHealth>;
  keepAlive(signal?: AbortSignal): Promise<SessionHealth>;
  /** A call found the session gone: what was proven before counts no more. */
  lost(code: string): void;
  /** A call came back sensibly. */
  proven(roundTripMs: number): void;
};

export type KeeperParts = Omit<OpenParts, "calls" | "timing"> & {
  clock: Clock;
  pacing: PacingBudget;
  timing: IbkrTiming;
  onSessionChange?: (change: SessionChange) => void;
};

/** `calls` comes late because the calls themselves report to the keeper. */
export function createSessionKeeper(parts: KeeperParts, calls: () => Calls): SessionKeeper {
  const memory: SessionMemory = { epoch: 0, accounts: null, loginType: null };
  const instant = () => parts.clock.now().toISOString() as Instant;
  let finding: Finding = UNCHECKED;
  let since = instant();
  let lastProvenAt: Instant | null = null;
  let roundTripMs: number | null = null;
  /** Monotonic time of the last proof that the session itself is ready. */
  let readyProof: number | null = null;

  const health = (): SessionHealth => {
    const { penaltyUntil } = parts.pacing.status();
    return {
      state: finding.state,
      code: finding.code,
      reason: finding.reason,
      action: finding.action,
      gateway: calls().address,
      accountId: finding.ready?.accountId ?? null,
      paper: finding.ready?.paper ?? null,
      since,
      lastProvenAt,
      roundTripMs,
      penaltyUntil: penaltyUntil === null ? null : (new Date(penaltyUntil).toISOString() as Instant),
    };
  };

  const settle = (next: Finding) => {
    const from = finding.state;
    finding = next;
    if (next.state !== "ready") {
      // Whoever logs in or comes back may see other accounts, and everything warmed is cold again.
      memory.accounts = null;
      if (from === "ready") memory.epoch += 1;
      if (next.state === "needs_login") memory.loginType = null;
    }
    readyProof = next.state === "ready" ? parts.clock.monotonic() : null;
    if (from === next.state) return;
    since = instant();
    parts.onSessionChange?.({ from, to: next.state, health: health() });
  };

  const open = shareFlight(async () => {
    settle(await openSession({ ...parts, calls: calls() }, memory));
  });

  const check = async (signal?: AbortSignal) => {
    await open(signal);
    return health();
  };

  const ensureReady = async (signal?: AbortSignal) => {
    const age = readyProof === null ? null : parts.clock.monotonic() - readyProof;
    if (age === null || age > parts.timing.provenForMs) await open(signal);
    if (finding.ready === undefined) throw notReady(health());
    return finding.ready;
  };

  const lost = (code: string) => {
    readyProof = null;
    // The accounts gate has to be passed anew; only a session that fell away begins a new epoch.
    memory.accounts = null;
    if (code !== "accounts_first") memory.epoch += 1;
  };

  const keepAlive = async (signal?: AbortSignal) => {
    const told = await tickle(calls(), signal);
    // Without the accounts gate of this epoch an open session is not proven ready.
    if (told === "open" && finding.state === "ready" && memory.accounts !== null)
      readyProof = parts.clock.monotonic();
    else if (told === "unclear" || told === "open") await open(signal);
    else settle(told);
    return health();
  };

  return {
    ensureReady,
    health,
    check,
    keepAlive,
    lost,
    proven: (ms) => {
      lastProvenAt = instant();
      roundTripMs = Math.round(ms);
    },
  };
}

/** "open": the brokerage session stands. "unclear": ask the session itself. Otherwise what is wrong. */
async function tickle(calls: Calls, signal?: AbortSignal): Promise<"open" | "unclear" | Finding> {
  try {
    const body = await calls.once({
      method: "POST",
      path: "/tickle",
      priority: "background",
      ...(signal === undefined ? {} : { signal }),
    });
    const verdict = verdictOf(body);
    if (verdict.kind === "login_needed") return needsLogin(calls.address);
    if (verdict.kind !== "ok") return "unclear";
    const parsed = Tickle.safeParse(body.json);
    const status = parsed.success ? parsed.data.iserver?.authStatus : undefined;
    if (status === undefined || !status.authenticated || status.competing === true) return "unclear";
    return status.established === false ? "unclear" : "open";
  } catch (error) {
    if (signal?.aborted) throw error;
    return faultFinding(error, calls.address);
  }
}
