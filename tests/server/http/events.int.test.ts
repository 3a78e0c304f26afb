// The live stream: what happens is told, and a reader that comes back misses nothing.
import { expect, test } from "vitest";
import { z } from "zod";
import { beginNode, failNode, finishNode } from "#store/runs/node-events.ts";
import { listSymbolRuns, setSymbolRunStatus } from "#store/runs/symbol-runs.ts";
import { testDatabase } from "#tests/support/database.ts";
import { seedExecution, ticker } from "#tests/support/seed.ts";
import { webFixture } from "./fixture/web.ts";

const database = await testDatabase();
const web = await webFixture(database);

type Message = { id: string | null; event: string; data: unknown };

/** Reads messages of an event stream until `enough` says so, then leaves. */
async function read(
  path: string,
  options: {
    headers?: Record<string, string>;
    enough(messages: readonly Message[]): boolean;
    after?(): Promise<void>;
  },
): Promise<Message[]> {
  const leaving = new AbortController();
  const answer = await web.api(path, { headers: options.headers ?? {}, signal: leaving.signal });
  expect(answer.headers.get("content-type")).toContain("text/event-stream");
  const reader = (answer.body ?? new ReadableStream<Uint8Array>()).getReader();
  const messages: Message[] = [];
  const decoder = new TextDecoder();
  let text = "";
  let acted = false;
  while (!options.enough(messages)) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1] ?? null;
      const data = field("data");
      const event = field("event");
      if (event !== null && data !== null) messages.push({ id: field("id"), event, data: JSON.parse(data) });
    }
    // The first bytes prove that the reader is subscribed.
    if (!acted) {
      acted = true;
      await options.after?.();
    }
  }
  await reader.cancel();
  return messages;
}

async function seededRun() {
  const execution = await seedExecution(database.db);
  const [run] = await listSymbolRuns(database.db, execution.id);
  if (run === undefined) throw new Error("no run was seeded");
  return { execution, run };
}

const Node = z.looseObject({ node: z.string(), kind: z.string(), symbol: z.string() });

test("tells what happens while it happens, with the id of each node event", async () => {
  const { execution, run } = await seededRun();
  const at = { symbolRunId: run.id, node: "market_data" as const, visit: 0 };
  const messages = await read(`/api/events?execution=${execution.id}`, {
    enough: (got) => got.length >= 3,
    after: async () => {
      const { attempt } = await beginNode(database.db, at);
      await finishNode(database.db, { ...at, attempt, output: { bars: 1 }, durationMs: 5 });
      await setSymbolRunStatus(database.db, { id: run.id, status: "running" });
    },
  });
  expect(messages.map((message) => message.event)).toEqual(["node", "node", "run"]);
  expect(messages.slice(0, 2).map((message) => Node.parse(message.data).kind)).toEqual([
    "started",
    "finished",
  ]);
  expect(Number(messages[1]?.id)).toBeGreaterThan(Number(messages[0]?.id));
  expect(JSON.stringify(messages)).not.toContain("bars");
});

test("gives a reader that comes back everything since its last id, and tells it to refresh", async () => {
  const { execution, run } = await seededRun();
  const at = { symbolRunId: run.id, node: "charts" as const, visit: 0 };
  const first = await read(`/api/events?execution=${execution.id}`, {
    enough: (got) => got.length >= 1,
    after: async () => void (await beginNode(database.db, at)),
  });
  const lastId = first[0]?.id ?? "0";
  const error = { code: "x", message: "gone wrong", retryable: true };
  await failNode(database.db, { ...at, attempt: 1, error, durationMs: 1 });
  await beginNode(database.db, at);
  const messages = await read(`/api/events?execution=${execution.id}`, {
    headers: { "last-event-id": lastId },
    enough: (got) => got.filter((message) => Number(message.id ?? 0) > Number(lastId)).length >= 2,
  });
  expect(messages[0]?.event).toBe("refresh");
  const missed = messages.filter((message) => Number(message.id ?? 0) > Number(lastId));
  expect(missed.map((message) => Node.parse(message.data).kind)).toEqual(["failed", "started"]);
});

test("goes on after a given id without a gap between the past and the present", async () => {
  const { execution, run } = await seededRun();
  const visit = (node: "executor" | "record") => ({ symbolRunId: run.id, node, visit: 0 });
  await beginNode(database.db, visit("executor"));
  const messages = await read(`/api/events?after=0&execution=${execution.id}`, {
    enough: (got) => got.length >= 2,
    after: async () => void (await beginNode(database.db, visit("record"))),
  });
  expect(messages.map((message) => Node.parse(message.data).node)).toEqual(["executor", "record"]);
});

test("keeps executions apart", async () => {
  const one = await seededRun();
  const other = await seedExecution(database.db, [ticker("SPX")]);
  const [otherRun] = await listSymbolRuns(database.db, other.id);
  const messages = await read(`/api/events?execution=${one.execution.id}`, {
    enough: (got) => got.length >= 1,
    after: async () => {
      if (otherRun !== undefined)
        await beginNode(database.db, { symbolRunId: otherRun.id, node: "charts", visit: 0 });
      await beginNode(database.db, { symbolRunId: one.run.id, node: "charts", visit: 0 });
    },
  });
  expect(Node.parse(messages[0]?.data).symbol).toBe("AAPL");
});

test("serves two hundred readers over one database connection without loss", async () => {
  const { execution, run } = await seededRun();
  const nodes = ["market_data", "charts", "executor", "record"] as const;
  let subscribed = 0;
  let release: () => void = () => undefined;
  const everyone = new Promise<void>((resolve) => {
    release = resolve;
  });
  const readers = Array.from({ length: 200 }, () =>
    read(`/api/events?execution=${execution.id}`, {
      enough: (got) => got.length >= nodes.length,
      after: async () => {
        subscribed += 1;
        if (subscribed === 200) {
          for (const node of nodes) await beginNode(database.db, { symbolRunId: run.id, node, visit: 0 });
          release();
        }
        await everyone;
      },
    }),
  );
  for (const messages of await Promise.all(readers)) {
    expect(messages.map((message) => Node.parse(message.data).node)).toEqual(nodes);
  }
});
