// LangGraph's Postgres saver on the desk's pool: safe to set up concurrently, safe to fork, and prunable.
// Effects: database, schema "checkpoints". Invariant: the newest checkpoint of a thread and its blobs are never deleted.

import { WRITES_IDX_MAP } from "@langchain/langgraph-checkpoint";
import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import pg from "pg";
import { type Database, surviveBreaks } from "#store/database.ts";
import type { SymbolRunId } from "#store/model/ids.ts";

const SCHEMA = "checkpoints";
const SETUP_LOCK = 4_115_702_231;
const COUNTER_DIGITS = 12;

/**
 * The saver's own versions are integers: two forks of one checkpoint then write the same version of a channel, the
 * second finds its blob already there and runs on the first one's values. A random suffix keeps them apart.
 * Also: what the saver writes row by row goes out as one statement, atomic and a fifth of the round trips.
 * And a write that fails is kept until the next node asks (`requireSaved`): LangGraph awaits its writes only at the end
 * of a step, and a rejection that nobody awaits yet would end the whole process.
 */
export class DeskSaver extends PostgresSaver {
  readonly #newId: () => string;
  readonly #pool: pg.Pool;
  readonly #failures = new Map<string, unknown>();

  constructor(database: Database, newId: () => string) {
    super(database.pool, undefined, { schema: SCHEMA });
    this.#pool = database.pool;
    this.#newId = newId;
  }

  // The base class types versions as numbers, while the saver stores and compares any text that rises.
  override getNextVersion(current: number | undefined): number {
    return nextVersion(current, this.#newId()) as unknown as number;
  }

  /** Nothing goes forward on a thread whose checkpoint is not stored. @throws what the failed write threw, once */
  requireSaved(thread: SymbolRunId): void {
    if (!this.#failures.has(thread)) return;
    const failure = this.#failures.get(thread);
    this.#failures.delete(thread);
    throw failure;
  }

  /** A new pass begins from what is stored: what an earlier one could not store is no longer awaited. */
  beginPass(thread: SymbolRunId): void {
    this.#failures.delete(thread);
  }

  async #save(thread: string, statement: string, values: () => Promise<unknown[]>): Promise<void> {
    try {
      await this.#pool.query(statement, await values());
    } catch (error) {
      this.#failures.set(thread, error);
    }
  }

  override async put(...[config, checkpoint, metadata, versions]: Parameters<PostgresSaver["put"]>) {
    const { thread_id: thread, checkpoint_ns: ns = "", checkpoint_id: parent } = config.configurable ?? {};
    await this.#save(thread, SAVE_CHECKPOINT, async () => {
      const blobs = await this._dumpBlobs(thread, ns, checkpoint.channel_values, versions);
      const about = await this._dumpMetadata(metadata);
      const row = [thread, ns, checkpoint.id, parent, this._dumpCheckpoint(checkpoint), about];
      return [...row, ...columns(blobs, [2, 3, 4, 5])];
    });
    return { configurable: { thread_id: thread, checkpoint_ns: ns, checkpoint_id: checkpoint.id } };
  }

  override async putWrites(...[config, writes, taskId]: Parameters<PostgresSaver["putWrites"]>) {
    const { thread_id: thread, checkpoint_ns: ns = "", checkpoint_id: id } = config.configurable ?? {};
    // As the saver has it: special writes (errors, interrupts, resumes) replace earlier ones, ordinary ones stand.
    const special = writes.every(([channel]) => channel in WRITES_IDX_MAP);
    await this.#save(thread, special ? REPLACE_WRITES : ADD_WRITES, async () => {
      const rows = await this._dumpWrites(thread, ns, id, taskId, writes);
      return [thread, ns, id, taskId, ...columns(rows, [4, 5, 6, 7])];
    });
  }
}

const SAVE_CHECKPOINT = `
  WITH blobs AS (
    INSERT INTO ${SCHEMA}.checkpoint_blobs (thread_id, checkpoint_ns, channel, version, type, blob)
    SELECT $1, $2, * FROM unnest($7::text[], $8::text[], $9::text[], $10::bytea[])
    ON CONFLICT (thread_id, checkpoint_ns, channel, version) DO NOTHING
  )
  INSERT INTO ${SCHEMA}.checkpoints
    (thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, checkpoint, metadata)
  VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id)
  DO UPDATE SET checkpoint = EXCLUDED.checkpoint, metadata = EXCLUDED.metadata`;

const INSERT_WRITES = `
  INSERT INTO ${SCHEMA}.checkpoint_writes
    (thread_id, checkpoint_ns, checkpoint_id, task_id, idx, channel, type, blob)
  SELECT $1, $2, $3, $4, * FROM unnest($5::int[], $6::text[], $7::text[], $8::bytea[])
  ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id, task_id, idx)`;
const ADD_WRITES = `${INSERT_WRITES} DO NOTHING`;
const REPLACE_WRITES = `${INSERT_WRITES}
  DO UPDATE SET channel = EXCLUDED.channel, type = EXCLUDED.type, blob = EXCLUDED.blob`;

/** Rows turned into one array per chosen column; bytes as Buffers, which is what the driver knows. */
function columns(rows: readonly (readonly unknown[])[], chosen: readonly number[]): unknown[][] {
  const value = (cell: unknown) => (cell instanceof Uint8Array ? Buffer.from(cell) : (cell ?? null));
  return chosen.map((index) => rows.map((row) => value(row[index])));
}

/** The version after `current`: a zero-padded counter, then random digits, so that text order is counter order. */
export function nextVersion(current: number | string | undefined, randomId: string): string {
  const counter = current === undefined ? 0 : Number.parseInt(String(current), 10);
  return `${String(counter + 1).padStart(COUNTER_DIGITS, "0")}.${randomId.replaceAll("-", "").slice(0, 12)}`;
}

/** Creates the saver; call `setUpCheckpoints` once before its first use. */
export function createCheckpointer(database: Database, newId: () => string): DeskSaver {
  return new DeskSaver(database, newId);
}

/** Creates or migrates the saver's tables; many processes may do so at once. */
export async function setUpCheckpoints(database: Database): Promise<void> {
  // Connections of its own: whoever waits for the lock must not hold one that its holder needs.
  const pool = new pg.Pool({ connectionString: database.url, max: 2 });
  surviveBreaks(pool);
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
