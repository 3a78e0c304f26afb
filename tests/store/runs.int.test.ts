import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { transaction } from "#store/database.ts";
import { type DeskEvent, listenForEvents } from "#store/events.ts";
import { type ExecutionId, SymbolRunId, symbolRunId } from "#store/model/ids.ts";
import { feedEvents } from "#store/runs/event-feed.ts";
import {
  executionsById,
  finishExecutionIfDone,
  getExecution,
  listExecutions,
} from "#store/runs/executions.ts";
import { beginNode, failNode, finishNode, listNodeEvents, waitNode } from "#store/runs/node-events.ts";
import {
  firstRuns,
  getSymbolRun,
  listSymbolRuns,
  runsInOrder,
  setSymbolRunStatus,
  unfinishedSymbolRuns,
} from "#store/runs/symbol-runs.ts";
import { withThreadLock } from "#store/thread-lock.ts";
import { testDatabase } from "#tests/support/database.ts";
import { seedExecution, seedRun, seedStrategy, ticker } from "#tests/support/seed.ts";

const database = await testDatabase();
const { db } = database;
const symbols = ["AAPL", "SPX", "TSLA"].map(ticker);

test("an execution comes with one queued run per symbol, in the order of the request", async () => {
  const execution = await seedExecution(db, symbols);
  const runs = await listSymbolRuns(db, execution.id);
  expect(runs.map((run) => [run.symbol, run.status])).toEqual(symbols.map((symbol) => [symbol, "queued"]));
  expect(runs[1]?.id).toBe(symbolRunId(execution.id, ticker("SPX")));
  expect(await getSymbolRun(db, SymbolRunId.parse(runs[0]?.id))).toMatchObject({
    execution: { id: execution.id },
  });
  expect(execution).toMatchObject({ symbolCount: 3, status: "running", asOf: "2025-06-30T20:00:00.000Z" });
});

test("the runs of an execution come in parts that are in order and leave none out; the first of several come together", async () => {
  const [one, other] = [await seedExecution(db, symbols), await seedExecution(db, symbols.slice(1))];
  const part = (after: number | null) =>
    runsInOrder(db, { executionId: one.id, symbol: null, after, limit: 2 });
  const begin = await part(null);
  const parts = [...begin, ...(await part(begin.at(-1)?.ordinal ?? null))];
  expect(parts.map(({ id }) => id)).toEqual(symbols.map((symbol) => symbolRunId(one.id, symbol)));
  const only = await runsInOrder(db, { executionId: one.id, symbol: ticker("SPX"), after: null, limit: 2 });
  expect(only.map(({ id }) => id)).toEqual([symbolRunId(one.id, ticker("SPX"))]);

  const first = await firstRuns(db, { executionIds: [one.id, other.id], each: 2 });
  expect(first.get(one.id)).toEqual(symbols.slice(0, 2).map((symbol) => symbolRunId(one.id, symbol)));
  expect(first.get(other.id)).toEqual(symbols.slice(1).map((symbol) => symbolRunId(other.id, symbol)));
  const missing = randomUUID() as ExecutionId;
  expect([...(await executionsById(db, [one.id, missing])).values()]).toEqual([one]);
});

test("an execution that fails half-way is not there at all", async () => {
  const twice = [ticker("AAPL"), ticker("AAPL")];
  const strategy = await seedStrategy(db);
  await expect(seedExecution(db, twice, strategy)).rejects.toThrow();
  expect((await listExecutions(db, { strategyId: strategy.id })).rows).toEqual([]);
});

test("an unknown execution is told as what it is", async () => {
  await expect(getExecution(db, randomUUID() as ExecutionId)).rejects.toMatchObject({
    code: "execution_not_found",
  });
});

test("an execution waits, then finishes, with its last run", async () => {
  const execution = await seedExecution(db, symbols);
  const [first, second, third] = (await listSymbolRuns(db, execution.id)).map((run) => run.id);
  if (!first || !second || !third) throw new Error("three runs were seeded");
  await setSymbolRunStatus(db, { id: first, status: "done" });
  expect(await finishExecutionIfDone(db, execution.id)).toMatchObject({ status: "running" });
  await setSymbolRunStatus(db, { id: second, status: "waiting_approval" });
  const error = { code: "model_timeout", message: "no answer", retryable: true };
  await setSymbolRunStatus(db, { id: third, status: "failed", error });
  expect(await finishExecutionIfDone(db, execution.id)).toMatchObject({
    status: "waiting",
    finishedAt: null,
  });
  await setSymbolRunStatus(db, { id: second, status: "denied" });
  expect(await finishExecutionIfDone(db, execution.id)).toMatchObject({ status: "finished" });
  await setSymbolRunStatus(db, { id: third, status: "queued" });
  expect(await finishExecutionIfDone(db, execution.id)).toMatchObject({
    status: "running",
    finishedAt: null,
  });
});

test("the last two runs may end at the same time", async () => {
  const execution = await seedExecution(db, symbols);
  const runs = await listSymbolRuns(db, execution.id);
  await Promise.all(
    runs.map((run) =>
      transaction(db, async (tx) => {
        await setSymbolRunStatus(tx, { id: run.id, status: "done" });
        await finishExecutionIfDone(tx, execution.id);
      }),
    ),
  );
  expect(await getExecution(db, execution.id)).toMatchObject({ status: "finished" });
});

test("a run that is done or denied stays so, one that failed may be tried again", async () => {
  const id = await seedRun(db);
  const error = { code: "unexpected", message: "broke", retryable: false };
  expect(await setSymbolRunStatus(db, { id, status: "failed", error })).toMatchObject({ error });
  expect(await setSymbolRunStatus(db, { id, status: "running" })).toMatchObject({
    error: null,
    finishedAt: null,
  });
  await setSymbolRunStatus(db, { id, status: "done" });
  expect(await setSymbolRunStatus(db, { id, status: "done" })).toMatchObject({ status: "done" });
  await expect(setSymbolRunStatus(db, { id, status: "running" })).rejects.toMatchObject({
    code: "symbol_run_final",
    facts: { status: "done" },
  });
});

test("unfinished runs are found again after a restart", async () => {
  const id = await seedRun(db);
  expect((await unfinishedSymbolRuns(db)).map((run) => run.id)).toContain(id);
  await setSymbolRunStatus(db, { id, status: "abstained" });
  expect((await unfinishedSymbolRuns(db)).map((run) => run.id)).not.toContain(id);
});

test("a finished node gives its recorded output instead of running again", async () => {
  const at = { symbolRunId: await seedRun(db), node: "market_data", visit: 0 } as const;
  expect(await beginNode(db, at)).toEqual({ attempt: 1, recorded: null });
  expect(await beginNode(db, at)).toEqual({ attempt: 2, recorded: null });
  await finishNode(db, { ...at, attempt: 2, output: { bars: 504 }, durationMs: 12.4 });
  expect(await beginNode(db, at)).toEqual({ attempt: 2, recorded: { output: { bars: 504 } } });
  expect(await beginNode(db, { ...at, visit: 1 })).toEqual({ attempt: 1, recorded: null });
  const kinds = (await listNodeEvents(db, at.symbolRunId)).map((event) => [event.kind, event.attempt]);
  expect(kinds).toEqual([
    ["started", 1],
    ["started", 2],
    ["finished", 2],
    ["started", 1],
  ]);
});

test("a node that finished with nothing to say is finished too", async () => {
  const at = { symbolRunId: await seedRun(db), node: "record", visit: 0 } as const;
  await beginNode(db, at);
  await finishNode(db, { ...at, attempt: 1, output: null, durationMs: 0 });
  expect(await beginNode(db, at)).toEqual({ attempt: 1, recorded: { output: null } });
});

test("of two workers that finish the same visit, one is refused", async () => {
  const at = { symbolRunId: await seedRun(db), node: "submit_order", visit: 0 } as const;
  await beginNode(db, at);
  const results = await Promise.allSettled(
    [1, 2, 3].map((output) => finishNode(db, { ...at, attempt: 1, output, durationMs: 1 })),
  );
  expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
  expect(results.find((result) => result.status === "rejected")).toMatchObject({
    reason: { code: "node_finished" },
  });
});

test("waiting and failing are kept beside the starts", async () => {
  const at = { symbolRunId: await seedRun(db), node: "approval", visit: 0 } as const;
  const { attempt } = await beginNode(db, at);
  await waitNode(db, { ...at, attempt, output: { approval: "asked" } });
  const error = { code: "model_timeout", message: "no answer", retryable: true };
  await failNode(db, { ...at, attempt, error, durationMs: 3 });
  const events = await listNodeEvents(db, at.symbolRunId);
  expect(events.map((event) => event.kind)).toEqual(["started", "waiting", "failed"]);
  expect(events[2]).toMatchObject({ error, output: null, durationMs: 3 });
});

test("a reader that comes back gets what it missed of its execution", async () => {
  const execution = await seedExecution(db, symbols);
  const [first, second] = (await listSymbolRuns(db, execution.id)).map((run) => run.id);
  if (!first || !second) throw new Error("runs were seeded");
  await beginNode(db, { symbolRunId: first, node: "market_data", visit: 0 });
  const [seen] = await feedEvents(db, { executionId: execution.id, after: 0 });
  await beginNode(db, { symbolRunId: second, node: "market_data", visit: 0 });
  await beginNode(db, { symbolRunId: await seedRun(db), node: "market_data", visit: 0 });
  const missed = await feedEvents(db, { executionId: execution.id, after: seen?.id ?? -1 });
  expect(missed.map((event) => event.symbolRunId)).toEqual([second]);
});

test("text that PostgreSQL cannot hold does not break a record", async () => {
  const at = { symbolRunId: await seedRun(db), node: "charts", visit: 0 } as const;
  await beginNode(db, at);
  const output = { nul: "a\0b", lone: "\ud800", pair: "😀", escaped: "\\u0000" };
  await finishNode(db, { ...at, attempt: 1, output, durationMs: 1 });
  expect((await beginNode(db, at)).recorded?.output).toEqual({
    nul: "a\ufffdb",
    lone: "\ufffd",
    pair: "😀",
    escaped: "\\u0000",
  });
});

test("listeners hear of every node event and status change once it is stored", async () => {
  const runId = await seedRun(db);
  const heard: DeskEvent[] = [];
  let enough = () => {};
  const done = new Promise<void>((resolve) => {
    enough = resolve;
  });
  const listener = await listenForEvents(database, {
    onEvent: (event) => {
      heard.push(event);
      if (heard.length === 3) enough();
    },
    onGap: () => undefined,
  });
  const at = { symbolRunId: runId, node: "market_data", visit: 0 } as const;
  await transaction(db, async (tx) => {
    await beginNode(tx, at);
    throw new Error("rolled back");
  }).catch(() => undefined);
  await beginNode(db, at);
  await finishNode(db, { ...at, attempt: 1, output: null, durationMs: 1 });
  await setSymbolRunStatus(db, { id: runId, status: "done" });
  await done;
  await listener.close();
  const [started, finished] = await listNodeEvents(db, runId);
  expect(heard.slice(0, 2).map((event) => event.id)).toEqual([started?.id, finished?.id]);
  expect(heard.map((event) => event.topic)).toEqual(["node", "node", "run"]);
  expect(heard[2]).toMatchObject({ facts: { symbol: "AAPL", status: "done" } });
  expect(new Set(heard.map((event) => event.symbolRunId))).toEqual(new Set([runId]));
});

test("executions are paged newest first without loss or repetition", async () => {
  const strategy = await seedStrategy(db, symbols);
  const ids: string[] = [];
  for (let count = 0; count < 7; count += 1) ids.unshift((await seedExecution(db, symbols, strategy)).id);
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await listExecutions(db, { strategyId: strategy.id, limit: 3, cursor });
    seen.push(...page.rows.map((row) => row.id));
    cursor = page.next;
  } while (cursor !== null);
  expect([...seen].sort()).toEqual([...ids].sort());
});

test.each(["nonsense", "W10", Buffer.from('["x","y"]').toString("base64url")])(
  "refuses the cursor %j",
  async (cursor) => {
    await expect(listExecutions(db, { cursor })).rejects.toMatchObject({ code: "cursor_invalid" });
  },
);

test("one worker at a time holds a thread; the next gets it when the first is done", async () => {
  const inner = await withThreadLock(database, "thread", async () => {
    const second = await withThreadLock(database, "thread", async () => "never");
    const other = await withThreadLock(database, "another thread", async () => "free");
    return [second, other];
  });
  expect(inner).toEqual([undefined, "free"]);
  expect(await withThreadLock(database, "thread", async () => "mine")).toBe("mine");
});

test("a thread's lock is free again after its work has thrown", async () => {
  const failing = withThreadLock(database, "thread", async () => {
    throw new Error("broke");
  });
  await expect(failing).rejects.toThrow("broke");
  expect(await withThreadLock(database, "thread", async () => "mine")).toBe("mine");
});

test("work is told when the connection that holds its lock is lost", async () => {
  const lost = await withThreadLock(database, "watched", async (signal) => {
    const gone = new Promise<string>((resolve) => signal.addEventListener("abort", () => resolve("lost")));
    await database.pool.query(
      `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and pid <> pg_backend_pid()
        and database = (select oid from pg_database where datname = current_database())`,
    );
    return gone;
  });
  expect(lost).toBe("lost");
});
