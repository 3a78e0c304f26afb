// The pacing budget over a ledger: queues this process's calls by priority and lets them go as the ledger allows.
// Effects: the ledger and timers, both given. Invariant: no request leaves without a granted permit.
import { DeskError, UnavailableError } from "#store/model/errors.ts";
import type { PacingAsk, PacingBudget, PacingPermit, PacingPriority, PacingStatus } from "./budget.ts";
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
  return new Gate(options);
}

type Answered = { now: number; answers: ClaimAnswer[]; penaltyUntil: number | null };

class Gate implements PacingBudget {
  private readonly options: PacingGateOptions;
  private readonly timer: PacingTimer;
  private waiters: Waiter[] = [];
  /** Leases that ended and are not in the ledger yet. */
  private released: string[] = [];
  private penaltyUntil: number | null = null;
  private count = 0;
  private pumping: Promise<void> | null = null;
  private again = false;
  private cancelTimer = () => {};

  constructor(options: PacingGateOptions) {
    this.options = options;
    this.timer = options.timer ?? realTimer;
  }

  acquire(ask: PacingAsk): Promise<PacingPermit> {
    return new Promise((resolve, reject) => {
      if (ask.signal?.aborted) return reject(givenUp(ask));
      const claim = this.claimOf(ask);
      const onAbort = () => {
        this.waiters = this.waiters.filter((other) => other !== waiter);
        reject(givenUp(ask));
      };
      const settled = () => ask.signal?.removeEventListener("abort", onAbort);
      const waiter: Waiter = {
        claim,
        order: this.count,
        firstSeen: null,
        maxWaitMs: ask.maxWaitMs ?? null,
        grant: () => {
          settled();
          resolve({ release: () => this.giveBack(claim.id) });
        },
        fail: (error) => {
          settled();
          reject(error);
        },
      };
      ask.signal?.addEventListener("abort", onAbort, { once: true });
      this.waiters = [...this.waiters, waiter].sort(
        (a, b) => RANK[a.claim.priority] - RANK[b.claim.priority] || a.order - b.order,
      );
      void this.pump();
    });
  }

  async penalty(durationMs: number): Promise<void> {
    const until = await this.options.ledger.update((record, now) => {
      const next = penalise(record, now, durationMs);
      return { record: next, result: next.penaltyUntil };
    });
    this.penaltyUntil = until;
    if (until !== null) this.options.onPenalty?.(until);
    await this.pump();
  }

  status(): PacingStatus {
    return { penaltyUntil: this.penaltyUntil, waiting: this.waiters.length };
  }

  private claimOf(ask: PacingAsk): PacingClaim {
    this.count += 1;
    return {
      id: `${this.options.processName}:${this.count}`,
      limits: limitsOf(ask.method, ask.path),
      priority: ask.priority,
      leaseMs: ask.leaseMs ?? DEFAULT_LEASE_MS,
    };
  }

  private giveBack(id: string): Promise<void> {
    this.released.push(id);
    return this.pump();
  }

  /** Settles all that is new with the ledger; callers that come meanwhile are part of the next turn. */
  private pump(): Promise<void> {
    this.again = true;
    this.pumping ??= this.turns();
    return this.pumping;
  }

  private async turns(): Promise<void> {
    while (this.again) {
      this.again = false;
      this.cancelTimer();
      await this.turn(this.waiters, this.released);
    }
    // In the same tick as the last look at `again`, so that no wish to go on is lost.
    this.pumping = null;
  }

  private async turn(asking: Waiter[], released: string[]): Promise<void> {
    this.released = [];
    try {
      const answered = await this.options.ledger.update((record, now) => {
        const claims = asking.map((waiter) => waiter.claim);
        const { record: next, result } = settle(record, now, { released, claims });
        return { record: next, result: { now, answers: result, penaltyUntil: next.penaltyUntil } };
      });
      this.penaltyUntil = answered.penaltyUntil;
      this.apply(asking, answered);
    } catch (error) {
      this.released = [...released, ...this.released];
      for (const waiter of asking) waiter.fail(ledgerFault(error));
      this.waiters = this.waiters.filter((waiter) => !asking.includes(waiter));
    }
  }

  private apply(asking: Waiter[], answered: Answered): void {
    const done = new Set<Waiter>();
    let soonest = Number.POSITIVE_INFINITY;
    for (const [index, answer] of answered.answers.entries()) {
      const waiter = asking[index];
      if (waiter === undefined) continue;
      const waits = this.waiters.includes(waiter);
      const error = answer.granted ? undefined : tooLong(waiter, answer, answered.now);
      if (answer.granted && waits) waiter.grant();
      // A waiter that was given up while the ledger was asked returns its slot at once.
      else if (answer.granted) void this.giveBack(waiter.claim.id);
      else if (error !== undefined) waiter.fail(error);
      else {
        if (waits) soonest = Math.min(soonest, answer.retryAt);
        continue;
      }
      done.add(waiter);
    }
    this.waiters = this.waiters.filter((waiter) => !done.has(waiter));
    if (this.waiters.length > 0 && Number.isFinite(soonest))
      this.cancelTimer = this.timer.after(Math.max(1, soonest - answered.now), () => void this.pump());
  }
}

function tooLong(
  waiter: Waiter,
  answer: ClaimAnswer & { granted: false },
  now: number,
): UnavailableError | undefined {
  waiter.firstSeen ??= now;
  if (waiter.maxWaitMs === null) return undefined;
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
