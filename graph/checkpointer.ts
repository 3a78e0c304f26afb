// LangGraph's Postgres saver on the desk's pool: safe to set up concurrently, safe to fork, and prunable.
// Effects: database, schema "checkpoints". Invariant: the newest checkpoint of a thread and its blobs are never deleted.
import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import pg from "pg";
import type { Database } from "#store/database.ts";
import type { SymbolRunId } from "#store/model/ids.ts";

const SCHEMA = "checkpoints";
const SETUP_LOCK = 4_115_702_231;
const COUNTER_DIGITS = 12;

/**
 * The saver's own versions are integers: two forks of one checkpoint then write the same version of a channel, the
 * second finds its blob already there and runs on the first one's values. A random suffix keeps them apart.
 */
class ForkSafeSaver extends PostgresSaver {
  readonly #newId: () => string;

  constructor(database: Database, newId: () => string) {
    super(database.pool, undefined, { schema: SCHEMA });
    this.#newId = newId;
  }

  // The base class types versions as numbers, while the saver stores and compares any text that rises.
  override getNextVersion(current: number | undefined): number {
    return nextVersion(current, this.#newId()) as unknown as number;
  }
}

/** The version after `current`: a zero-padded counter, then random digits, so that text order is counter order. */
export function nextVersion(current: number | string | undefined, randomId: string): string {
  const counter = current === undefined ? 0 : Number.parseInt(String(current), 10);
  return `${String(counter + 1).padStart(COUNTER_DIGITS, "0")}.${randomId.replaceAll("-", "").slice(0, 12)}`;
}

/** Creates the saver; call `setUpCheckpoints` once before its first use. */
export function createCheckpointer(database: Database, newId: () => string): PostgresSaver {
  return new ForkSafeSaver(database, newId);
}

/** Creates or migrates the saver's tables; many processes may do so at once. */
export async function setUpCheckpoints(database: Database): Promise<void> {
  // Connections of its own: whoever waits for the lock must not hold one that its holder needs.
  const pool = new pg.Pool({ connectionString: database.url, max: 2 });
  try {
    const client = await pool.connect();
    try {
      await client.query("SELECT pg_advisory_lock($1)", [SETUP_LOCK]);
      await new PostgresSaver(pool, undefined, { schema: SCHEMA }).setup();
    } finally {
      client.release(true); // closing the connection frees the lock
    }
  } finally {
    await pool.end();
  }
}

/** Threads that have more than their newest checkpoint, at most `limit`. */
export async function threadsToPrune(database: Database, limit: number): Promise<SymbolRunId[]> {
  const { rows } = await database.pool.query<{ thread_id: SymbolRunId }>(
    `SELECT thread_id FROM ${SCHEMA}.checkpoints
     GROUP BY thread_id, checkpoint_ns HAVING count(*) > 1 ORDER BY min(checkpoint_id) LIMIT $1`,
    [limit],
  );
  return rows.map((row) => row.thread_id);
}

/**
 * Deletes all but the newest checkpoint of these threads, then the writes and blobs that nothing names any more.
 * The caller holds no run on them: they are finished, or wait. Returns the rows removed.
 */
export async function pruneThreads(database: Database, threads: readonly SymbolRunId[]): Promise<number> {
  if (threads.length === 0) return 0;
  const client = await database.pool.connect();
  const remove = async (statement: string) => (await client.query(statement, [threads])).rowCount ?? 0;
  try {
    await client.query("BEGIN");
    const checkpoints = await remove(`DELETE FROM ${SCHEMA}.checkpoints old
      WHERE old.thread_id = ANY($1) AND EXISTS (SELECT 1 FROM ${SCHEMA}.checkpoints newer
        WHERE newer.thread_id = old.thread_id AND newer.checkpoint_ns = old.checkpoint_ns
          AND newer.checkpoint_id > old.checkpoint_id)`);
    const writes = await remove(`DELETE FROM ${SCHEMA}.checkpoint_writes w
      WHERE w.thread_id = ANY($1) AND NOT EXISTS (SELECT 1 FROM ${SCHEMA}.checkpoints c
        WHERE c.thread_id = w.thread_id AND c.checkpoint_ns = w.checkpoint_ns AND c.checkpoint_id = w.checkpoint_id)`);
    const blobs = await remove(`DELETE FROM ${SCHEMA}.checkpoint_blobs b
      WHERE b.thread_id = ANY($1) AND NOT EXISTS (SELECT 1 FROM ${SCHEMA}.checkpoints c
        WHERE c.thread_id = b.thread_id AND c.checkpoint_ns = b.checkpoint_ns
          AND c.checkpoint -> 'channel_versions' ->> b.channel = b.version)`);
    await client.query("COMMIT");
    return checkpoints + writes + blobs;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}
