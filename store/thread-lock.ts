// One worker per thread: an advisory lock held by a connection of its own, so that it dies with the process.
import type { Database } from "./database.ts";

const LOCK_SPACE = "countersign-thread:";

/**
 * Runs `work` while no other process holds the lock of `key`; undefined when one does. `lost` is aborted when the
 * connection that holds the lock breaks: from then on somebody else may have it, so stop.
 * Each running `work` occupies one pooled connection; open the database with more than that.
 */
export async function withThreadLock<Result>(
  database: Database,
  key: string,
  work: (lost: AbortSignal) => Promise<Result>,
): Promise<Result | undefined> {
  const client = await database.pool.connect();
  const lost = new AbortController();
  const onError = (error: Error) => lost.abort(error);
  client.on("error", onError);
  try {
    const { rows } = await client.query<{ locked: boolean }>(
      "select pg_try_advisory_lock(hashtextextended($1, 0)) as locked",
      [LOCK_SPACE + key],
    );
    if (rows[0]?.locked !== true) return undefined;
    try {
      return await work(lost.signal);
    } finally {
      await client
        .query("select pg_advisory_unlock(hashtextextended($1, 0))", [LOCK_SPACE + key])
        .catch(onError);
    }
  } finally {
    client.off("error", onError);
    client.release(lost.signal.aborted);
  }
}
