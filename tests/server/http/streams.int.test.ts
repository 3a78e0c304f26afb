// Many readers over real sockets: some are cut off and come back, the server goes away and returns, and nobody misses anything.
import { expect, test } from "vitest";
import { beginNode } from "#store/runs/node-events.ts";
import { listSymbolRuns } from "#store/runs/symbol-runs.ts";
import { setTradingState } from "#store/trading/trading-state.ts";
import { servedWeb } from "#tests/browser/fixture/served.ts";
import { testDatabase } from "#tests/support/database.ts";
import { seedExecution } from "#tests/support/seed.ts";
import { openStreamReader } from "#tests/support/stream-reader.ts";
import { TOKEN } from "./fixture/web.ts";

const database = await testDatabase();
const web = await servedWeb(database);
const READERS = 40;

test("forty readers over sockets get every event once by number, cuts and a restart included", async () => {
  const { db } = database;
  const execution = await seedExecution(db);
  const [run] = await listSymbolRuns(db, execution.id);
  if (run === undefined) throw new Error("no run was seeded");
  const readers = Array.from({ length: READERS }, () =>
    openStreamReader({ url: `${web.url}/api/events?topics=node,trading_state`, token: TOKEN }),
  );
  await Promise.all(readers.map((reader) => reader.connected()));
  let visit = 0;
  let states = 0;
  const happen = async (rounds: number) => {
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all([
        beginNode(db, { symbolRunId: run.id, node: "charts", visit: visit++ }),
        setTradingState(db, { state: "ACTIVE", reason: "drill", who: "test" }),
      ]);
      states += 1;
    }
  };
  await happen(20);
  // Every third reader loses its connection in the middle of it.
  for (const reader of readers.filter((_, index) => index % 3 === 0)) reader.cut();
  await happen(20);
  await web.stop();
  await happen(5);
  await web.start();
  await happen(5);
  const expected = visit + states;
  await Promise.all(readers.map((reader) => reader.until((seen) => seen.size >= expected)));
  const [first] = readers;
  const numbers = [...(first?.seen.keys() ?? [])].sort((left, right) => left - right);
  expect(numbers).toHaveLength(expected);
  for (const reader of readers) {
    expect([...reader.seen.keys()].sort((left, right) => left - right)).toEqual(numbers);
    reader.close();
  }
});
