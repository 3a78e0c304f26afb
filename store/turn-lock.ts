// One holder at a time among all processes, in turn: an advisory lock on a connection of its own, so that it dies with its process.
import type { Database } from "./database.ts";
import { UnavailableError } from "./model/errors.ts";

const LOCK_SPACE = "countersign-turn:";
const LOCK_TIMEOUT = "55P03";

/**
 * Runs `work` when no other process holds the lock of `key`, after waiting at most `waitMs` for it. Occupies one pooled
 * connection while it waits and works. A connection that breaks meanwhile gives the lock up; `work` is not stopped by it.
 * @throws UnavailableError `turn_not_come` or `turn_lock_unavailable`, `facts.sent` false: `work` has not begun
 */
export async function inTurn<Result>(
  database: Database,
  { key, waitMs }: { key: string; waitMs: number },
  work: () => Promise<Result>,
): Promise<Result> {
  const client = await database.pool.connect().catch((cause: unknown) => {
    throw unavailable(cause);
  });
  let broken: Error | undefined;
  const onError = (error: Error) => {
    broken = error;
  };
  client.on("error", onError);
  const lockKey = [LOCK_SPACE + key];
  try {
    try {
      await client.query("select set_config('lock_timeout', $1, false)", [`${Math.max(1, waitMs)}ms`]);
      await client.query("select pg_advisory_lock(hashtextextended($1, 0))", lockKey);
    } catch (cause) {
      throw isTimeout(cause) ? notCome(waitMs, cause) : unavailable(cause);
    } finally {
      await client.query("reset lock_timeout").catch(onError);
    }
    try {
      return await work();
    } finally {
      await client.query("select pg_advisory_unlock(hashtextextended($1, 0))", lockKey).catch(onError);
    }
  } finally {
    client.off("error", onError);
    client.release(broken);
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === LOCK_TIMEOUT;
}

function notCome(waitMs: number, cause: unknown): UnavailableError {
  return new UnavailableError(
    "turn_not_come",
    `Another process of the desk has been talking to the broker about an order for more than ${waitMs / 1000} seconds. Nothing was sent.`,
    { cause, facts: { sent: false } },
  );
}

function unavailable(cause: unknown): UnavailableError {
  return new UnavailableError(
    "turn_lock_unavailable",
    "The database did not give the lock that keeps orders of several processes apart. Nothing was sent.",
    { cause, facts: { sent: false } },
  );
}
