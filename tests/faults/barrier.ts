// Holds a real desk exactly where a test wants it, without any hook in the product: a trigger in the test's database
// makes the insert of one node event (or checkpoint) wait for an advisory lock that the test holds.
import pg from "pg";

const KEY = 4_242_424_242;

export type Barrier = {
  /** Resolves when a process stands at the barrier. */
  reached(): Promise<void>;
  /** Removes the barrier and ends the database sessions that still wait at it (their process was killed). */
  remove(): Promise<void>;
};

export type BarrierPlace = {
  table: string;
  /** SQL condition on NEW. */
  when: string;
};

export function atNodeEvent(node: string, kind: "started" | "finished"): BarrierPlace {
  return { table: "node_events", when: `NEW.node = '${node}' AND NEW.kind = '${kind}'` };
}

export async function raiseBarrier(databaseUrl: string, place: BarrierPlace): Promise<Barrier> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query("SELECT pg_advisory_lock($1)", [KEY]);
  await client.query(`
    CREATE OR REPLACE FUNCTION test_barrier() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_advisory_xact_lock(${KEY}); RETURN NEW; END $$;
    DROP TRIGGER IF EXISTS test_barrier ON ${place.table};
    CREATE TRIGGER test_barrier BEFORE INSERT ON ${place.table}
      FOR EACH ROW WHEN (${place.when}) EXECUTE FUNCTION test_barrier();
  `);
  const waiters = async () => {
    const { rows } = await client.query<{ pid: number }>(
      "SELECT l.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND NOT l.granted AND ((l.classid::bigint << 32) | l.objid::bigint) = $1 AND a.datname = current_database()",
      [KEY],
    );
    return rows.map((row) => row.pid);
  };
  return {
    async reached() {
      while ((await waiters()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    async remove() {
      for (const pid of await waiters()) await client.query("SELECT pg_terminate_backend($1)", [pid]);
      await client.query("SELECT pg_advisory_unlock($1)", [KEY]);
      await client.query(`DROP TRIGGER IF EXISTS test_barrier ON ${place.table}`);
      await client.end();
    },
  };
}
