// Holds real processes exactly where a test wants them, without any hook in the product: triggers in the test's database
// make the write of a named place wait for an advisory lock that the test holds, symbol by symbol.
import pg from "pg";
import { setUpCheckpoints } from "#graph/checkpointer.ts";
import type { Database } from "#store/database.ts";
import type { NodeName } from "#store/model/run.ts";

/**
 * `started:N` before node N's start is written, `finished:N` when its body is done and not yet recorded, `checkpoint:N`
 * when it is recorded and not yet in the checkpoint; `intent` before the order's rows, `submitting` before it counts as
 * sent, `answer` when the broker has taken it and nothing of that is recorded.
 */
export type Place =
  | `${"started" | "finished" | "checkpoint"}:${NodeName}`
  | "intent"
  | "submitting"
  | "answer";
export type Hold = { symbol: string; place: Place };

export type Barriers = {
  /** The symbols whose process does not stand at its place yet, released ones left out. */
  missing(): Promise<string[]>;
  /** The symbols whose process stands at its place now. */
  standing(): Promise<string[]>;
  /** Takes one away and ends the database session that waits at it, if there is one: its process lost a connection. */
  cut(symbol: string): Promise<void>;
  /** Lets the process that stands there go on. */
  release(symbol: string): Promise<void>;
  /** Takes them all away and ends the database sessions that wait at one: their process was killed. */
  remove(): Promise<void>;
};

/** First half of the advisory locks' keys; the second is the number of the hold. */
const KEYS = 424_242;

/** Places the holds; the symbols must be of runs that are yet to come. */
export async function raiseBarriers(database: Database, holds: readonly Hold[]): Promise<Barriers> {
  await setUpCheckpoints(database); // its tables would be made at the first run only
  const client = new pg.Client({ connectionString: database.url });
  // A server that stops under us is seen by the query that fails.
  client.on("error", () => undefined);
  await client.connect();
  await client.query(TRIGGERS);
  const numbers = new Map<string, number>();
  for (const [index, { symbol, place }] of holds.entries()) {
    const number = index + 1;
    numbers.set(symbol, number);
    await client.query("SELECT pg_advisory_lock($1, $2)", [KEYS, number]);
    await client.query("INSERT INTO test_holds VALUES ($1, $2, $3)", [number, symbol, place]);
  }
  const waiting = async () => {
    const { rows } = await client.query<{ pid: number; number: number }>(
      `SELECT pid, objid::bigint::int AS number FROM pg_locks
       WHERE locktype = 'advisory' AND NOT granted AND classid = $1 AND objsubid = 2
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      [KEYS],
    );
    return rows;
  };
  const release = async (symbol: string) => {
    const number = numbers.get(symbol);
    numbers.delete(symbol);
    await client.query("DELETE FROM test_holds WHERE symbol = $1", [symbol]);
    await client.query("SELECT pg_advisory_unlock($1, $2)", [KEYS, number]);
  };
  return {
    async missing() {
      const there = new Set((await waiting()).map((one) => one.number));
      return [...numbers].flatMap(([symbol, number]) => (there.has(number) ? [] : [symbol]));
    },
    async standing() {
      const there = new Set((await waiting()).map((one) => one.number));
      return [...numbers].flatMap(([symbol, number]) => (there.has(number) ? [symbol] : []));
    },
    async cut(symbol) {
      const number = numbers.get(symbol);
      for (const one of await waiting())
        if (one.number === number) await client.query("SELECT pg_terminate_backend($1)", [one.pid]);
      await release(symbol);
    },
    release,
    async remove() {
      await client.query("DELETE FROM test_holds");
      for (const { pid } of await waiting()) await client.query("SELECT pg_terminate_backend($1)", [pid]);
      await client.query("SELECT pg_advisory_unlock_all()");
      await client.end();
    },
  };
}

const TRIGGERS = `
  CREATE TABLE IF NOT EXISTS test_holds (number int PRIMARY KEY, symbol text NOT NULL, place text NOT NULL);

  CREATE OR REPLACE FUNCTION test_hold(run uuid, at text) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE held int;
  BEGIN
    SELECT h.number INTO held FROM test_holds h JOIN symbol_runs r ON r.symbol = h.symbol
      WHERE r.id = run AND h.place = at;
    IF FOUND THEN PERFORM pg_advisory_xact_lock(${KEYS}, held); END IF;
  END $$;

  CREATE OR REPLACE FUNCTION test_hold_node() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN PERFORM test_hold(NEW.symbol_run_id, NEW.kind || ':' || NEW.node); RETURN NEW; END $$;
  CREATE OR REPLACE TRIGGER test_hold BEFORE INSERT ON node_events
    FOR EACH ROW EXECUTE FUNCTION test_hold_node();

  CREATE OR REPLACE FUNCTION test_hold_checkpoint() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE recorded text;
  BEGIN
    SELECT h.place INTO recorded FROM test_holds h JOIN symbol_runs r ON r.symbol = h.symbol
      WHERE r.id = NEW.thread_id::uuid AND EXISTS (SELECT 1 FROM node_events e
        WHERE e.symbol_run_id = r.id AND e.kind = 'finished' AND h.place = 'checkpoint:' || e.node);
    IF FOUND THEN PERFORM test_hold(NEW.thread_id::uuid, recorded); END IF;
    RETURN NEW;
  END $$;
  CREATE OR REPLACE TRIGGER test_hold BEFORE INSERT ON checkpoints.checkpoint_writes
    FOR EACH ROW EXECUTE FUNCTION test_hold_checkpoint();

  CREATE OR REPLACE FUNCTION test_hold_order() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN PERFORM test_hold(NEW.symbol_run_id, 'intent'); RETURN NEW; END $$;
  CREATE OR REPLACE TRIGGER test_hold BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION test_hold_order();

  CREATE OR REPLACE FUNCTION test_hold_order_event() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM test_hold(o.symbol_run_id, CASE NEW.kind WHEN 'submitting' THEN 'submitting' ELSE 'answer' END)
      FROM orders o WHERE o.id = NEW.order_id;
    RETURN NEW;
  END $$;
  CREATE OR REPLACE TRIGGER test_hold BEFORE INSERT ON order_events
    FOR EACH ROW EXECUTE FUNCTION test_hold_order_event();
`;
