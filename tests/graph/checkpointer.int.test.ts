// The checkpointer's own promises: forks that run on their own values, set-up by many at once, and a prune that keeps
// what is needed to go on.
import { randomUUID } from "node:crypto";
import { Command, END, interrupt, START, StateGraph, StateSchema } from "@langchain/langgraph";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import {
  createCheckpointer,
  nextVersion,
  pruneThreads,
  setUpCheckpoints,
  threadsToPrune,
} from "#graph/checkpointer.ts";
import { openDatabase } from "#store/database.ts";
import type { SymbolRunId } from "#store/model/ids.ts";
import { createTestDatabase, testDatabase } from "#tests/support/database.ts";

const database = await testDatabase();
const saver = createCheckpointer(database, randomUUID);
beforeAll(() => setUpCheckpoints(database));

const State = new StateSchema({ words: z.string().default(""), asked: z.boolean().default(false) });
const graph = new StateGraph(State)
  .addNode("one", (state) => ({ words: `${state.words}1` }))
  .addNode("two", (state) => ({ words: `${state.words}2` }))
  .addNode("ask", (state) => ({ words: `${state.words}${String(interrupt("well?"))}`, asked: true }))
  .addEdge(START, "one")
  .addEdge("one", "two")
  .addEdge("two", "ask")
  .addEdge("ask", END)
  .compile({ checkpointer: saver });

const newThread = () => ({ configurable: { thread_id: randomUUID() as SymbolRunId } });
const SYNC = { durability: "sync" as const };

async function rows(thread: string): Promise<number[]> {
  const counted = ["checkpoints", "checkpoint_writes", "checkpoint_blobs"].map(async (table) => {
    const text = `select count(*)::int as n from checkpoints.${table} where thread_id = $1`;
    return (await database.pool.query<{ n: number }>(text, [thread])).rows[0]?.n ?? -1;
  });
  return Promise.all(counted);
}

describe("versions", () => {
  test("rise as text, however many there are", () => {
    let version: string | undefined;
    const versions = Array.from({ length: 1_200 }, () => {
      version = nextVersion(version, randomUUID());
      return version;
    });
    expect([...versions].sort((a, b) => a.localeCompare(b))).toEqual(versions);
    expect(new Set(versions).size).toBe(versions.length);
  });

  test("of two forks of one checkpoint never meet", async () => {
    const thread = newThread();
    await graph.invoke({ words: "" }, { ...thread, ...SYNC });
    const history = [];
    for await (const snapshot of graph.getStateHistory(thread)) history.push(snapshot);
    const afterOne = history.find((snapshot) => snapshot.next[0] === "two");
    if (afterOne === undefined) throw new Error("no checkpoint before two");
    for (const word of ["x", "y"]) {
      const fork = await graph.updateState(afterOne.config, { words: word }, "one");
      const values = await graph.invoke(null, { ...fork, ...SYNC });
      expect(values.words).toBe(`${word}2`);
    }
  });
});

describe("set-up", () => {
  test("by ten at once succeeds", async () => {
    const { url, drop } = await createTestDatabase();
    const databases = await Promise.all(
      Array.from({ length: 10 }, () => openDatabase({ url, maxConnections: 1 })),
    );
    const results = await Promise.allSettled(databases.map((one) => setUpCheckpoints(one)));
    expect(results.map((one) => one.status)).toEqual(Array(10).fill("fulfilled"));
    await Promise.all(databases.map((one) => one.close()));
    await drop();
  });
});

describe("pruning", () => {
  test("keeps a waiting thread resumable and leaves nothing that is not needed", async () => {
    const thread = newThread();
    const id = thread.configurable.thread_id;
    await graph.invoke({ words: "" }, { ...thread, ...SYNC });
    const before = await rows(id);
    expect(await threadsToPrune(database, 100)).toContain(id);
    expect(await pruneThreads(database, [id])).toBeGreaterThan(0);
    const [checkpoints = 0, writes = 0, blobs = 0] = await rows(id);
    expect(checkpoints).toBe(1);
    expect(writes).toBeLessThan(before[1] ?? 0);
    expect(blobs).toBeLessThan(before[2] ?? 0);
    expect(await threadsToPrune(database, 100)).not.toContain(id);

    const waiting = (await graph.getState(thread)).tasks.flatMap((task) => task.interrupts);
    const resume = { [waiting[0]?.id ?? ""]: "!" };
    const values = await graph.invoke(new Command({ resume }), { ...thread, ...SYNC });
    expect(values.words).toBe("12!");
  });

  test("touches no other thread", async () => {
    const [pruned, other] = [newThread(), newThread()];
    for (const thread of [pruned, other]) await graph.invoke({ words: "" }, { ...thread, ...SYNC });
    const before = await rows(other.configurable.thread_id);
    await pruneThreads(database, [pruned.configurable.thread_id]);
    expect(await rows(other.configurable.thread_id)).toEqual(before);
  });
});

describe("a write that fails", () => {
  test("is told to the next who asks, once, and ends no process", async () => {
    const lost = createCheckpointer(
      { ...database, pool: Object.assign(Object.create(database.pool), { query: failing }) },
      randomUUID,
    );
    const thread = newThread();
    const config = { configurable: { ...thread.configurable, checkpoint_ns: "", checkpoint_id: "c" } };
    await lost.putWrites(config, [["words", "x"]], randomUUID());
    expect(() => lost.requireSaved(thread.configurable.thread_id)).toThrow("connection cut");
    expect(() => lost.requireSaved(thread.configurable.thread_id)).not.toThrow();
  });

  async function failing(): Promise<never> {
    throw new Error("connection cut");
  }
});
