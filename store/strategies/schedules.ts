// How far each schedule has been looked at, and what became of its instants. Effects: database.
// Invariant: of all desks that look, one deals with a span of time, and no instant is dealt with twice.
import { and, asc, desc, eq, inArray, isNull, lt, notExists, sql } from "drizzle-orm";
import { type Db, transaction } from "../database.ts";
import type { ExecutionId, Instant, StrategyId } from "../model/ids.ts";
import type { FiringResult } from "../model/workflow/schedule.ts";
import { scheduleFirings, scheduleLooks, strategies, strategyVersions } from "../schema/index.ts";
import { listStrategies, type StrategyRow } from "./strategies.ts";

export type ScheduleFiringRow = typeof scheduleFirings.$inferSelect;
export type ScheduleLookRow = typeof scheduleLooks.$inferSelect;

export type ScheduledStrategy = StrategyRow & { parameters: { schedule: { cron: string } } };

/** Strategies that have a schedule, inactive ones too, by name. */
export async function scheduledStrategies(db: Db): Promise<ScheduledStrategy[]> {
  const rows = await listStrategies(db);
  return rows.filter((row): row is ScheduledStrategy => row.parameters.schedule !== null);
}

/** How far each strategy's schedule was looked at; one that is new is not among them. */
export async function looksByStrategy(db: Db): Promise<ReadonlyMap<StrategyId, ScheduleLookRow>> {
  const rows = await db.select().from(scheduleLooks);
  return new Map(rows.map((row) => [row.strategyId, row]));
}

/**
 * Where looking goes on. A schedule that is new, or not the one looked at before, begins at `now`: its past is not made up
 * for. A market clock that was set back begins anew, too; what was fired then is still known.
 */
export async function beginLook(
  db: Db,
  of: { strategyId: StrategyId; cron: string; now: Instant; setBack: Instant },
): Promise<ScheduleLookRow> {
  const { strategyId, cron, now, setBack } = of;
  const [row] = await db
    .insert(scheduleLooks)
    .values({ strategyId, cron, lookedUntil: now })
    .onConflictDoUpdate({
      target: scheduleLooks.strategyId,
      set: { cron, lookedUntil: now },
      setWhere: sql`${scheduleLooks.cron} <> ${cron} or ${scheduleLooks.lookedUntil} > ${setBack}::timestamptz`,
    })
    .returning();
  if (row !== undefined) return row;
  const [known] = await db.select().from(scheduleLooks).where(eq(scheduleLooks.strategyId, strategyId));
  // Removed between the two statements: looked at next time.
  return known ?? { strategyId, cron, lookedUntil: now };
}

/** Forgets how far strategies were looked at that have no schedule any more. */
export async function forgetUnscheduled(db: Db): Promise<void> {
  const scheduled = db
    .select({ one: sql`1` })
    .from(strategies)
    .innerJoin(
      strategyVersions,
      and(eq(strategyVersions.strategyId, strategies.id), eq(strategyVersions.version, strategies.version)),
    )
    .where(
      and(
        eq(strategies.id, scheduleLooks.strategyId),
        sql`jsonb_typeof(${strategyVersions.parameters} -> 'schedule') = 'object'`,
      ),
    );
  await db.delete(scheduleLooks).where(notExists(scheduled));
}

export type NewFiring = {
  instant: Instant;
  result: FiringResult;
  code: string | null;
  reason: string | null;
  missed: number;
  executionId: ExecutionId | null;
};

export type LookDone = {
  strategyId: StrategyId;
  /** As it was when the look began. */
  seen: ScheduleLookRow;
  upTo: Instant;
  firings: readonly NewFiring[];
};

/**
 * Records what a look came to and moves on. False, and nothing written, when another desk has dealt with the span, or the
 * instant of a run is taken: the caller's transaction must then start nothing.
 */
export async function finishLook(db: Db, done: LookDone): Promise<boolean> {
  const { strategyId, seen, upTo, firings } = done;
  return transaction(db, async (tx) => {
    const moved = await tx
      .update(scheduleLooks)
      .set({ lookedUntil: upTo })
      .where(
        and(
          eq(scheduleLooks.strategyId, strategyId),
          eq(scheduleLooks.cron, seen.cron),
          eq(scheduleLooks.lookedUntil, seen.lookedUntil),
        ),
      )
      .returning();
    if (moved.length === 0) return false;
    if (firings.length === 0) return true;
    const added = await tx
      .insert(scheduleFirings)
      .values(firings.map((firing) => ({ ...firing, strategyId, marketAt: upTo })))
      .onConflictDoNothing()
      .returning();
    const wanted = firings.find((firing) => firing.executionId !== null);
    const taken = wanted !== undefined && !added.some((row) => row.executionId === wanted.executionId);
    await pruneSkips(tx, strategyId);
    return !taken;
  });
}

const SKIPS_KEPT = 200;

/** Started runs are kept for ever: they are what makes an instant unique. */
async function pruneSkips(tx: Db, strategyId: StrategyId): Promise<void> {
  const [oldest] = await tx
    .select({ instant: scheduleFirings.instant })
    .from(scheduleFirings)
    .where(and(eq(scheduleFirings.strategyId, strategyId), isNull(scheduleFirings.executionId)))
    .orderBy(desc(scheduleFirings.instant))
    .offset(SKIPS_KEPT)
    .limit(1);
  if (oldest === undefined) return;
  await tx
    .delete(scheduleFirings)
    .where(
      and(
        eq(scheduleFirings.strategyId, strategyId),
        isNull(scheduleFirings.executionId),
        lt(scheduleFirings.instant, oldest.instant),
      ),
    );
}

/** Whether this instant was dealt with before, by whatever desk. */
export async function firingAt(
  db: Db,
  of: { strategyId: StrategyId; instant: Instant },
): Promise<ScheduleFiringRow | null> {
  const [row] = await db
    .select()
    .from(scheduleFirings)
    .where(and(eq(scheduleFirings.strategyId, of.strategyId), eq(scheduleFirings.instant, of.instant)));
  return row ?? null;
}

export type ScheduleHistory = {
  lookedUntil: Instant | null;
  /** The newest run, or start that failed. */
  lastFiring: ScheduleFiringRow | null;
  /** Newest first. */
  skips: ScheduleFiringRow[];
};

const SKIPS_SHOWN = 5;

/** How far each of these was looked at, its last run and its last skips. */
export async function scheduleHistories(
  db: Db,
  ids: readonly StrategyId[],
): Promise<ReadonlyMap<StrategyId, ScheduleHistory>> {
  if (ids.length === 0) return new Map();
  const newest = (results: readonly FiringResult[], limit: number) =>
    db
      .select({
        row: scheduleFirings,
        place:
          sql<number>`row_number() over (partition by ${scheduleFirings.strategyId} order by ${scheduleFirings.instant} desc)`.as(
            "place",
          ),
      })
      .from(scheduleFirings)
      .where(
        and(inArray(scheduleFirings.strategyId, [...ids]), inArray(scheduleFirings.result, [...results])),
      )
      .orderBy(asc(sql`place`))
      .limit(ids.length * limit);
  const [looks, fired, skipped] = await Promise.all([
    db
      .select()
      .from(scheduleLooks)
      .where(inArray(scheduleLooks.strategyId, [...ids])),
    newest(["started", "failed"], 1),
    newest(["skipped"], SKIPS_SHOWN),
  ]);
  return new Map(
    ids.map((id) => [
      id,
      {
        lookedUntil: looks.find((row) => row.strategyId === id)?.lookedUntil ?? null,
        lastFiring: fired.find(({ row }) => row.strategyId === id)?.row ?? null,
        skips: skipped
          .filter(({ row }) => row.strategyId === id)
          .map(({ row }) => row)
          .slice(0, SKIPS_SHOWN),
      },
    ]),
  );
}
