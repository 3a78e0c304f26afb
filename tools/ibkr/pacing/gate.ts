// The pacing budget over a ledger: queues this process's calls by priority and lets them go as the ledger allows.
// Effects: the ledger and timers, both given. Invariant: no request leaves without a granted permit.
import { DeskError, UnavailableError } from "#store/model/errors.ts";
import type { PacingAsk, PacingBudget, PacingPermit, PacingPriority } from "./budget.ts";
import type { PacingLedger } from "./ledger.ts";
import { limitsOf } from "./limits.ts";
import { type ClaimAnswer, type PacingClaim, penalise, settle } from "./steps.ts";

export type PacingTimer = {
  /** Calls `run` after `ms`; the returned function takes it back. */
  after(ms: number, run: () => void): () => void;
};

export type PacingGateOptions = {
  ledger: PacingLedger;
  /** Names this process in the ledger's lease ids; unique among the processes that share it. */
  processName: string;
  timer?: PacingTimer;
  /** Told when a penalty begins: (until, ledger ms). */
  onPenalty?: (until: number) => void;
};

type Waiter = {
  claim: PacingClaim;
  order: number;
  firstSeen: number | null;
  maxWaitMs: number | null;
  grant(): void;
  fail(error: unknown): void;
};

const RANK: Readonly<Record<PacingPriority, number>> = { order: 0, read: 1, background: 2 };
const DEFAULT_LEASE_MS = 20_000;

const realTimer: PacingTimer = {
  after: (ms, run) => {
    const handle = setTimeout(run, ms);
    return () => clearTimeout(handle);
  },
};

/** A budget that shares the ledger's limits with every other gate on the same ledger. */
export function pacingGate(options: PacingGateOptions): PacingBudget {
  const timer = options.timer ?? realTimer;
  let waiters: Waiter[] = [];
  let released: string[] = [];
  let penaltyUntil: number | null = null;
  let count = 0;
  let pumping: Promise<void> | null = null;
  let again = false;
  let cancelTimer = () => {};

  const pump = (): Promise<void> => {
    again = true;
    pumping ??= turn();
    return pumping;
  };

  const turn = async () => {
    while (again) {
      again = false;
      cancelTimer();
      const ending = released;
      const asking = waiters;
      released = [];
      try {
        const answered = await options.ledger.update((record, now) => {
          const claims = asking.map((waiter) => waiter.claim);
          const { record: next, result } = settle(record, now, { released: ending, claims });
          return { record: next, result: { now, answers: result, penaltyUntil: next.penaltyUntil } };
        });
        penaltyUntil = answered.penaltyUntil;
        apply(asking, answered);
      } catch (error) {
        released = [...ending, ...released];
        for (const waiter of asking) waiter.fail(ledgerFault(error));
        waiters = waiters.filter((waiter) => !asking.includes(waiter));
      }
    }
    // In the same tick as the last look at `again`, so that no wish to go on is lost.
    pumping = null;
  };

  const apply = (asking: Waiter[], answered: { now: number; answers: ClaimAnswer[] }) => {
    const done = new Set<Waiter>();
    let soonest = Number.POSITIVE_INFINITY;
    for (const [index, answer] of answered.answers.entries()) {
      const waiter = asking[index];
      if (waiter === undefined) continue;
      if (answer.granted) {
        // A waiter that was given up while the ledger was asked returns its slot at once.
        if (waiters.includes(waiter)) waiter.grant();
        else giveBack(waiter.claim.id);
        done.add(waiter);
        continue;
      }
      waiter.firstSeen ??= answered.now;
      const error = tooLong(waiter, answer);
      if (error !== undefined) {
        waiter.fail(error);
        done.add(waiter);
      } else if (waiters.includes(waiter)) soonest = Math.min(soonest, answer.retryAt);
    }
    waiters = waiters.filter((waiter) => !done.has(waiter));
    if (waiters.length > 0 && Number.isFinite(soonest))
      cancelTimer = timer.after(Math.max(1, soonest - answered.now), () => void pump());
  };

  const giveBack = (id: string): Promise<void> => {
    released.push(id);
    return pump();
  };

  const acquire = (ask: PacingAsk): Promise<PacingPermit> =>
    new Promise((resolve, reject) => {
      if (ask.signal?.aborted) return reject(givenUp(ask));
      count += 1;
      const id = `${options.processName}:${count}`;
      const claim: PacingClaim = {
        id,
        limits: limitsOf(ask.method, ask.path),
        priority: ask.priority,
        leaseMs: ask.leaseMs ?? DEFAULT_LEASE_MS,
      };
      const onAbort = () => {
        waiters = waiters.filter((other) => other !== waiter);
        reject(givenUp(ask));
      };
      const waiter: Waiter = {
        claim,
        order: count,
        firstSeen: null,
        maxWaitMs: ask.maxWaitMs ?? null,
        grant: () => {
          ask.signal?.removeEventListener("abort", onAbort);
          resolve({ release: () => giveBack(id) });
        },
        fail: (error) => {
          ask.signal?.removeEventListener("abort", onAbort);
          reject(error);
        },
      };
      ask.signal?.addEventListener("abort", onAbort, { once: true });
      waiters = [...waiters, waiter].sort(
        (a, b) => RANK[a.claim.priority] - RANK[b.claim.priority] || a.order - b.order,
      );
      void pump();
    });

  const penalty = async (durationMs: number) => {
    const until = await options.ledger.update((record, now) => {
      const next = penalise(record, now, durationMs);
      return { record: next, result: next.penaltyUntil };
    });
    penaltyUntil = until;
    if (until !== null) options.onPenalty?.(until);
    await pump();
  };

  return { acquire, penalty, status: () => ({ penaltyUntil, waiting: waiters.length }) };
}

function tooLong(waiter: Waiter, answer: ClaimAnswer & { granted: false }): UnavailableError | undefined {
  if (waiter.maxWaitMs === null || waiter.firstSeen === null) return undefined;
  if (answer.retryAt - waiter.firstSeen <= waiter.maxWaitMs) return undefined;
  const facts = { sent: false, retryAt: new Date(answer.retryAt).toISOString() };
  if (answer.penalised)
    return new UnavailableError(
      "gateway_penalty",
      `IBKR answered "too many requests": nothing may be sent before ${facts.retryAt}. The desk goes on by itself then.`,
      { facts },
    );
  return new UnavailableError(
    "gateway_paced",
    "The gateway's pacing limits leave no room for this call now.",
    {
      facts,
    },
  );
}

function givenUp(ask: PacingAsk): UnavailableError {
  return new UnavailableError(
    "call_aborted",
    `The call ${ask.method} ${ask.path} was given up by the desk while it waited for its turn.`,
    { cause: ask.signal?.reason, facts: { method: ask.method, path: ask.path, sent: false } },
  );
}

function ledgerFault(error: unknown): unknown {
  if (error instanceof DeskError) return error;
  return new UnavailableError("pacing_ledger_unavailable", "The shared pacing budget could not be read.", {
    cause: error,
    facts: { sent: false },
  });
}
