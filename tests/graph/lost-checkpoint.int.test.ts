// The results of a step are stored and its checkpoint is not: the thread looks as if nothing came next, and must go on.
import { describe, expect, test } from "vitest";
import { setUpCheckpoints } from "#graph/checkpointer.ts";
import { SessionDate, Ticker } from "#store/model/ids.ts";
import { listNodeEvents } from "#store/runs/node-events.ts";
import { getSymbolRun } from "#store/runs/symbol-runs.ts";
import { testDatabase } from "#tests/support/database.ts";
import { deskFixture } from "./fixture/desk.ts";

const database = await testDatabase();
const START = SessionDate.parse("2018-03-01");
const AAPL = Ticker.parse("AAPL");
const fixture = await deskFixture({ database, start: START });
const strategy = await fixture.strategy({ symbols: [AAPL], approval: "never" });
await setUpCheckpoints(database);
await database.pool.query(`
  CREATE SEQUENCE refusals;
  CREATE TABLE refused_step (step int);
  CREATE FUNCTION refuse_once() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    -- A sequence is not rolled back: the first insert of the step is refused, the next one passes.
    IF (NEW.metadata->>'step')::int = (SELECT step FROM refused_step) AND nextval('refusals') = 1 THEN
      RAISE EXCEPTION 'too slow' USING ERRCODE = '57014';
    END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER refuse_once BEFORE INSERT ON checkpoints.checkpoints FOR EACH ROW EXECUTE FUNCTION refuse_once();
`);

describe("graph: a checkpoint that is lost once", () => {
  test.each([1, 2, 3, 4, 5, 6])(
    "after step %i the run goes on and runs no finished node again",
    async (step) => {
      await database.pool.query("TRUNCATE refused_step");
      await database.pool.query("INSERT INTO refused_step VALUES ($1)", [step]);
      await database.pool.query("ALTER SEQUENCE refusals RESTART");
      const desk = fixture.desk();
      const { symbolRunIds } = await desk.startExecution({ strategy: strategy.id, asOf: START });
      const [id] = symbolRunIds;
      if (id === undefined) throw new Error("no run was started");
      const signal = new AbortController().signal;
      await expect(desk.advance(id, { signal, attemptsLeft: 1 })).rejects.toThrow(/too slow/);
      expect(await desk.advance(id, { signal, attemptsLeft: 0 })).toMatchObject({
        outcome: "finished",
        status: "done",
      });
      expect((await getSymbolRun(database.db, id)).error).toBeNull();
      const finished = (await listNodeEvents(database.db, id)).filter((event) => event.kind === "finished");
      expect(new Set(finished.map((event) => `${event.node} ${event.visit}`)).size).toBe(finished.length);
      expect(finished.at(-1)?.node).toBe("record");
    },
  );
});
