// The live stream: what happens is told, and a reader that comes back misses nothing.
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { z } from "zod";
import { LIVE_FACTS, LIVE_TOPICS, LiveEventHead } from "#store/model/live.ts";
import { beginNode, failNode, finishNode } from "#store/runs/node-events.ts";
import { listSymbolRuns, setSymbolRunStatus } from "#store/runs/symbol-runs.ts";
import { acknowledgeAlert, raiseAlert } from "#store/trading/alerts.ts";
import { saveFill } from "#store/trading/fills.ts";
import { applyOrderEvent } from "#store/trading/order-events.ts";
import { createOrders } from "#store/trading/orders.ts";
import { replacePositions } from "#store/trading/positions.ts";
import { setTradingState } from "#store/trading/trading-state.ts";
import { testDatabase } from "#tests/support/database.ts";
import {
  approvedOrder,
  conid,
  decimal,
  instant,
  PAPER_ACCOUNT,
  seedExecution,
  ticker,
} from "#tests/support/seed.ts";
import { ORIGIN, TOKEN, webFixture } from "./fixture/web.ts";

const database = await testDatabase();
const web = await webFixture(database);

type Message = { id: string | null; event: string; data: unknown };

/** Reads messages of an event stream until `enough` says so, then leaves. */
async function read(
  path: string,
  options: {
    headers?: Record<string, string>;
    /** As a browser with this cookie; absent: as a program. */
    cookie?: string;
    enough(messages: readonly Message[]): boolean;
    after?(): Promise<void>;
  },
): Promise<Message[]> {
  const leaving = new AbortController();
  const { headers = {}, cookie } = options;
  const answer =
    cookie === undefined
      ? await web.api(path, { headers, signal: leaving.signal })
      : await web.app.request(`${ORIGIN}${path}`, { headers: { cookie, ...headers } });
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
const RunTold = z.looseObject({ status: z.string() });

test("tells what happens while it happens, with the id of each node event", async () => {
  const { execution, run } = await seededRun();
  const at = { symbolRunId: run.id, node: "market_data" as const, visit: 0 };
  const messages = await read(`/api/events?topics=node,run&execution=${execution.id}`, {
    enough: (got) => got.some(({ data }) => RunTold.safeParse(data).data?.status === "running"),
    after: async () => {
      const { attempt } = await beginNode(database.db, at);
      await finishNode(database.db, { ...at, attempt, output: { bars: 1 }, durationMs: 5 });
      await setSymbolRunStatus(database.db, { id: run.id, status: "running" });
    },
  });
  // That the run was queued may still be on its way when the reader comes.
  const told = messages.filter(({ data }) => RunTold.safeParse(data).data?.status !== "queued");
  expect(told.map((message) => message.event)).toEqual(["node", "node", "run"]);
  expect(told.slice(0, 2).map((message) => Node.parse(message.data).kind)).toEqual(["started", "finished"]);
  expect(Number(told[1]?.id)).toBeGreaterThan(Number(told[0]?.id));
  expect(JSON.stringify(messages)).not.toContain("bars");
});

test("gives a reader that comes back everything since its last id, and tells it to refresh", async () => {
  const { execution, run } = await seededRun();
  const at = { symbolRunId: run.id, node: "charts" as const, visit: 0 };
  const first = await read(`/api/events?topics=node&execution=${execution.id}`, {
    enough: (got) => got.length >= 1,
    after: async () => void (await beginNode(database.db, at)),
  });
  const lastId = first[0]?.id ?? "0";
  const error = { code: "x", message: "gone wrong", retryable: true };
  await failNode(database.db, { ...at, attempt: 1, error, durationMs: 1 });
  await beginNode(database.db, at);
  const messages = await read(`/api/events?topics=node&execution=${execution.id}`, {
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
  const messages = await read(`/api/events?topics=node&after=0&execution=${execution.id}`, {
    enough: (got) => got.length >= 2,
    after: async () => void (await beginNode(database.db, visit("record"))),
  });
  expect(messages.map((message) => Node.parse(message.data).node)).toEqual(["executor", "record"]);
});

test("keeps executions apart", async () => {
  const one = await seededRun();
  const other = await seedExecution(database.db, [ticker("SPX")]);
  const [otherRun] = await listSymbolRuns(database.db, other.id);
  const messages = await read(`/api/events?topics=node&execution=${one.execution.id}`, {
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
    read(`/api/events?topics=node&execution=${execution.id}`, {
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

test("tells everything else that happens under the same numbering, whoever wrote it, in the shape that is documented", async () => {
  const { db } = database;
  const { execution, run } = await seededRun();
  const accountId = PAPER_ACCOUNT;
  const position = {
    conid: conid(265598),
    symbol: ticker("AAPL"),
    quantity: decimal("3"),
    averageCost: decimal("190"),
  };
  const numbers = {
    marketPrice: null,
    marketValue: null,
    realizedPnl: null,
    unrealizedPnl: null,
    currency: "USD",
  };
  const at = instant("2025-06-30T20:00:00.000Z");
  const messages = await read(`/api/events?topics=approval,order,fill,portfolio,trading_state,alert,block`, {
    enough: (got) =>
      got.some(
        (message) =>
          message.event === "block" && String(JSON.stringify(message.data)).includes('"resolved":true'),
      ),
    after: async () => {
      const [order] = await createOrders(db, [await approvedOrder(db, run.id)]);
      if (order === undefined) throw new Error("no order was stored");
      await applyOrderEvent(db, { orderId: order.id, kind: "submitting", at });
      await saveFill(db, {
        executionRef: "0001.01",
        orderId: order.id,
        brokerOrderId: null,
        clientOrderId: order.clientOrderId,
        accountId,
        conid: order.conid,
        symbol: order.symbol,
        side: "BUY",
        quantity: decimal("3"),
        price: decimal("199.5"),
        commission: null,
        currency: "USD",
        at,
      });
      await replacePositions(db, { accountId, at, positions: [{ accountId, ...position, ...numbers }] });
      await setTradingState(db, { state: "HALTED", reason: "test", who: "tester" });
      const alert = await raiseAlert(db, {
        level: "alarm",
        code: "test",
        message: "look",
        symbolRunId: run.id,
      });
      await acknowledgeAlert(db, alert.id, "tester");
      const block = { accountId, conid: order.conid, symbol: order.symbol, code: "position_mismatch" };
      await db.execute(sql`insert into symbol_blocks (account_id, conid, symbol, code, reason)
        values (${block.accountId}, ${block.conid}, ${block.symbol}, ${block.code}, 'differs')`);
      await db.execute(sql`update symbol_blocks set resolved_at = now(), resolved_by = 'tester'`);
    },
  });
  expect(messages.map((message) => message.event)).toEqual([
    "approval",
    "approval",
    "order",
    "order",
    "fill",
    "portfolio",
    "trading_state",
    "alert",
    "alert",
    "block",
    "block",
  ]);
  for (const { event, data } of messages) {
    const topic = z.enum(LIVE_TOPICS).parse(event);
    LiveEventHead.extend(LIVE_FACTS[topic].shape).parse(data);
  }
  const of = (event: string) =>
    messages.filter((message) => message.event === event).map((message) => message.data);
  expect(of("approval")).toMatchObject([
    { status: "pending" },
    { status: "approved", executionId: execution.id },
  ]);
  expect(of("order")).toMatchObject([{ kind: "created" }, { kind: "submitting", status: "SUBMITTING" }]);
  const ids = messages.map((message) => Number(message.id));
  expect(ids).toEqual([...ids].sort((left, right) => left - right));

  // A reader that was away for all of it gets the same, in the same order.
  const again = await read(`/api/events?topics=approval,order,fill,portfolio,trading_state,alert,block`, {
    headers: { "last-event-id": String((ids[0] ?? 0) - 1) },
    enough: (got) => got.filter((message) => Number(message.id) >= (ids[0] ?? 0)).length >= ids.length,
  });
  const seen = again
    .filter((message) => Number(message.id) >= (ids[0] ?? 0))
    .map((message) => Number(message.id));
  expect(seen).toEqual(ids);
});

test("a reader that comes back gets what was committed late, under a number below its last one", async () => {
  const { execution, run } = await seededRun();
  const at = (node: "charts" | "record") => ({ symbolRunId: run.id, node, visit: 0 });
  const slow = await database.pool.connect();
  await slow.query("begin");
  await slow.query('select countersign_tell(\'run\', $1, $2, \'{"symbol": "AAPL", "status": "queued"}\')', [
    execution.id,
    run.id,
  ]);
  const first = await read(`/api/events?topics=node&execution=${execution.id}`, {
    enough: (got) => got.length >= 1,
    after: async () => void (await beginNode(database.db, at("charts"))),
  });
  await slow.query("commit");
  slow.release();
  const again = await read(`/api/events?execution=${execution.id}`, {
    headers: { "last-event-id": first[0]?.id ?? "" },
    enough: (got) =>
      got.some((message) => Number(message.id ?? Infinity) < Number(first[0]?.id) && message.event === "run"),
  });
  expect(again[0]?.event).toBe("refresh");
});

const HOUR = 3_600_000;

test.each([
  {
    end: "signed out",
    how: async ({ cookie, formToken }: { cookie: string; formToken: string }) => {
      const headers = { cookie, origin: ORIGIN, "content-type": "application/x-www-form-urlencoded" };
      const body = new URLSearchParams({ form_token: formToken }).toString();
      const out = await web.app.request(`${ORIGIN}/logout`, { method: "POST", headers, body });
      expect(out.status).toBe(303);
    },
  },
  {
    end: "renewed its cookie, and the time of the old one is over",
    how: async ({ cookie }: { cookie: string }) => {
      web.fixture.clock.skip(HOUR * 0.6);
      const renewed = await web.app.request(`${ORIGIN}/orders`, { headers: { cookie } });
      expect(renewed.headers.get("set-cookie")).toContain("countersign_session=");
      web.fixture.clock.skip(HOUR * 0.1);
    },
  },
  { end: "been idle for twelve hours", how: async () => void web.fixture.clock.skip(12 * HOUR) },
])(
  "the stream of a browser that has $end ends and tells nothing more; other readers go on",
  async ({ how }) => {
    const signedIn = await web.app.request(`${ORIGIN}/login?token=${TOKEN}`);
    const cookie = (signedIn.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    const page = await (await web.app.request(`${ORIGIN}/settings`, { headers: { cookie } })).text();
    const formToken = /name="form_token" value="([^"]+)"/.exec(page)?.[1] ?? "";
    const raise = () => raiseAlert(database.db, { level: "info", code: "test", message: "after the end" });
    let ended: () => void = () => undefined;
    const over = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const program = read("/api/events?topics=alert", {
      enough: (got) => got.length > 0,
      after: async () => {
        await over;
        await raise();
      },
    });
    const told = await read("/api/events?topics=alert", {
      cookie,
      enough: () => false,
      after: async () => {
        await how({ cookie, formToken });
        ended();
      },
    });
    expect(told).toEqual([]);
    expect((await program).map(({ event }) => event)).toEqual(["alert"]);
  },
);
