// The pacing rules as pure steps on a record: who may go now, and when to ask again. No clock, no effects.
import type { PacingPriority } from "./budget.ts";
import type { PacingRecord } from "./ledger.ts";
import { capacity, limitOf, WINDOW_SLACK_MS } from "./limits.ts";

export type PacingClaim = {
  id: string;
  limits: readonly string[];
  priority: PacingPriority;
  leaseMs: number;
};

/** `retryAt`: the ledger time (ms) before which asking again is useless. */
export type ClaimAnswer =
  | { id: string; granted: true }
  | { id: string; granted: false; retryAt: number; penalised: boolean };

/** With another process's call under way nobody knows when it ends: look again this soon. */
const LOOK_AGAIN_MS = 50;

type Mutable = {
  leases: PacingRecord["leases"];
  ended: Record<string, number[]>;
  penaltyUntil: number | null;
};

/**
 * Ends the released leases, then answers the claims in their order: as later claims never have more room than earlier
 * ones, none overtakes another on the same limit. A call occupies its slot from the grant until a full window after
 * its end: whenever the gateway counted it in between, its window is respected.
 */
export function settle(
  record: PacingRecord,
  now: number,
  asked: { released: readonly string[]; claims: readonly PacingClaim[] },
): { record: PacingRecord; result: ClaimAnswer[] } {
  const next = advance(record, now, new Set(asked.released));
  const result = asked.claims.map((claim) => answer(next, now, claim));
  return { record: next, result };
}

/** A 429: nothing goes before `now + durationMs`; an earlier, longer penalty stands. */
export function penalise(record: PacingRecord, now: number, durationMs: number): PacingRecord {
  return { ...record, penaltyUntil: Math.max(record.penaltyUntil ?? 0, now + durationMs) };
}

function advance(record: PacingRecord, now: number, released: ReadonlySet<string>): Mutable {
  const ended: Record<string, number[]> = {};
  for (const [key, times] of Object.entries(record.ended)) {
    const limit = limitOf(key);
    const horizon = now - (limit?.windowMs ?? 0) - WINDOW_SLACK_MS;
    const kept = times.filter((time) => time > horizon);
    if (limit !== undefined && kept.length > 0) ended[key] = kept;
  }
  const leases = [];
  for (const lease of record.leases) {
    const endedAt = released.has(lease.id) ? now : lease.expiresAt <= now ? lease.expiresAt : null;
    if (endedAt === null) leases.push(lease);
    else for (const key of lease.limits) ended[key] = [...(ended[key] ?? []), endedAt];
  }
  for (const times of Object.values(ended)) times.sort((a, b) => a - b);
  const over = record.penaltyUntil === null || record.penaltyUntil <= now;
  return { leases, ended, penaltyUntil: over ? null : record.penaltyUntil };
}

function answer(record: Mutable, now: number, claim: PacingClaim): ClaimAnswer {
  if (record.penaltyUntil !== null)
    return { id: claim.id, granted: false, retryAt: record.penaltyUntil, penalised: true };
  const free = claim.limits.map((key) => freeAt(record, now, { key, priority: claim.priority }));
  const retryAt = Math.max(0, ...free);
  if (retryAt > now) return { id: claim.id, granted: false, retryAt, penalised: false };
  record.leases.push({ id: claim.id, limits: [...claim.limits], expiresAt: now + claim.leaseMs });
  return { id: claim.id, granted: true };
}

/** When the limit has room for this priority: `now` or earlier means at once. */
function freeAt(record: Mutable, now: number, of: { key: string; priority: PacingPriority }): number {
  const limit = limitOf(of.key);
  if (limit === undefined) return now;
  const running = record.leases.filter((lease) => lease.limits.includes(of.key));
  if (limit.concurrent !== null && running.length >= limit.concurrent) return now + LOOK_AGAIN_MS;
  const ended = record.ended[of.key] ?? [];
  const surplus = running.length + ended.length - capacity(limit, of.priority);
  if (surplus < 0) return now;
  const leaves = ended[surplus];
  return leaves === undefined ? now + LOOK_AGAIN_MS : leaves + limit.windowMs + WINDOW_SLACK_MS;
}
