// Keys of requests that must not be carried out twice, claimed before the work begins. Effects: database, whose clock
// alone counts here: several server processes share the rows.
import { and, eq, sql } from "drizzle-orm";
import type { Db } from "./database.ts";
import { only } from "./rows.ts";
import { idempotencyKeys } from "./schema/index.ts";

export type KeyOf = { route: string; key: string };
export type KeptAnswer = { status: number; mediaType: string; answer: string };

/**
 * `mine`: this try carries the request out; `again` when an earlier one was begun and never came to its end.
 * `answered`: done before, with this answer. `in_hand`: another try is at it. `other_body`: the key is taken.
 */
export type Claim =
  | { state: "mine"; startId: string; again: boolean }
  | { state: "answered"; answer: KeptAnswer }
  | { state: "in_hand" }
  | { state: "other_body" };

/** Seconds that a claim holds without being renewed: after that its process counts as gone. */
export const LEASE_SECONDS = 60;
const KEPT_HOURS = 24;

const lease = sql`now() + make_interval(secs => ${LEASE_SECONDS})`;

/** One statement decides who carries the request out, whatever process asks. */
export async function claimKey(
  db: Db,
  input: KeyOf & { bodyHash: string; claim: string; startId: string },
): Promise<Claim> {
  const { route, key, bodyHash, claim } = input;
  const [made] = await db
    .insert(idempotencyKeys)
    .values({ ...input, leaseUntil: lease })
    .onConflictDoNothing()
    .returning({ startId: idempotencyKeys.startId });
  if (made !== undefined) return { state: "mine", startId: made.startId, again: false };
  const [taken] = await db
    .update(idempotencyKeys)
    .set({ claim, leaseUntil: lease })
    .where(
      and(
        eq(idempotencyKeys.route, route),
        eq(idempotencyKeys.key, key),
        eq(idempotencyKeys.bodyHash, bodyHash),
        sql`${idempotencyKeys.status} is null and ${idempotencyKeys.leaseUntil} <= now()`,
      ),
    )
    .returning({ startId: idempotencyKeys.startId });
  if (taken !== undefined) return { state: "mine", startId: taken.startId, again: true };
  const [row] = await db
    .select()
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.route, route), eq(idempotencyKeys.key, key)));
  // Given up between the statements: the caller asks again.
  if (row === undefined) return { state: "in_hand" };
  if (row.bodyHash !== bodyHash) return { state: "other_body" };
  const { status, mediaType, answer } = row;
  if (status === null || mediaType === null || answer === null) return { state: "in_hand" };
  return { state: "answered", answer: { status, mediaType, answer } };
}

function held({ route, key, claim }: KeyOf & { claim: string }) {
  return and(
    eq(idempotencyKeys.route, route),
    eq(idempotencyKeys.key, key),
    eq(idempotencyKeys.claim, claim),
  );
}

/** Says that the work is still in hand. */
export async function renewClaim(db: Db, of: KeyOf & { claim: string }): Promise<void> {
  await db.update(idempotencyKeys).set({ leaseUntil: lease }).where(held(of));
}

/** Keeps the answer for everyone who asks again. */
export async function keepAnswer(db: Db, of: KeyOf & { claim: string }, answer: KeptAnswer): Promise<void> {
  await db.update(idempotencyKeys).set(answer).where(held(of));
}

/** The request was refused and has done nothing: the key is free again. */
export async function releaseKey(db: Db, of: KeyOf & { claim: string }): Promise<void> {
  await db.delete(idempotencyKeys).where(held(of));
}

/** The request failed and may have done something: the next try learns of it at once. */
export async function abandonClaim(db: Db, of: KeyOf & { claim: string }): Promise<void> {
  await db.update(idempotencyKeys).set({ leaseUntil: sql`now()` }).where(held(of));
}

/** Forgets keys after a day. Returns how many. */
export async function pruneKeys(db: Db): Promise<number> {
  const rows = await db.execute<{ count: number }>(sql`
    with gone as (
      delete from ${idempotencyKeys}
      where created_at < now() - make_interval(hours => ${KEPT_HOURS}) and lease_until <= now() returning 1
    ) select count(*)::int as count from gone`);
  return only(rows.rows, "pruning keys").count;
}
