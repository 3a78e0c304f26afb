// The shared memory of a pacing budget, as a port: in memory (memory-ledger.ts) or in the database (store). Types only.

/** A call that was let through and whose answer is not in yet. */
export type PacingLease = {
  id: string;
  /** Keys of the limits that it counts against (see limits.ts). */
  limits: string[];
  /** Ledger time (ms) at which it counts as ended even if nobody released it. */
  expiresAt: number;
};

/** All that the budget remembers about one gateway address. Plain JSON; all times are ledger time in ms. */
export type PacingRecord = {
  leases: PacingLease[];
  /** Per limit key, ascending: when each finished call ended. Entries older than the window are dropped. */
  ended: Record<string, number[]>;
  /** Nothing may be sent before this time; null when free. */
  penaltyUntil: number | null;
};

export const EMPTY_PACING_RECORD: PacingRecord = { leases: [], ended: {}, penaltyUntil: null };

export type PacingStep<Result> = (
  record: PacingRecord,
  now: number,
) => { record: PacingRecord; result: Result };

/**
 * One gateway address's record. `update` runs the pure, synchronous `step` on the stored record (EMPTY_PACING_RECORD
 * when there is none) under an exclusive lock and stores what it returns, all in one transaction. `now` is the
 * ledger's own clock in ms since the epoch, the same for every process (in the database: clock_timestamp() read
 * after the lock is held); it never runs backwards.
 */
export type PacingLedger = {
  update<Result>(step: PacingStep<Result>, signal?: AbortSignal): Promise<Result>;
};
