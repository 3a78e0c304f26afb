// What the API answers: problem documents, paging, ETags, idempotency, and that a run can be driven by it alone.
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { testDatabase } from "#tests/support/database.ts";
import { seedExecution, ticker } from "#tests/support/seed.ts";
import { webFixture } from "./fixture/web.ts";

const database = await testDatabase();
const web = await webFixture(database);

const Page = z.object({ rows: z.array(z.looseObject({ id: z.string() })), next: z.string().nullable() });
const Run = z.looseObject({
  artifacts: z.array(z.looseObject({ id: z.string(), kind: z.string(), sha256: z.string() })),
  nodes: z.array(z.unknown()),
});

describe("problem documents", () => {
  test("name every field that is at fault", async () => {
    const answer = await web.api("/api/executions", {
      method: "POST",
      json: { symbols: ["aapl", "AAPL;drop table"], asOf: "yesterday", surprise: 1 },
    });
    expect(answer.status).toBe(422);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    const body = z.object({ errors: z.array(z.object({ field: z.string() })) }).parse(await answer.json());
    const fields = body.errors.map((error) => error.field);
    expect(fields).toEqual(expect.arrayContaining(["symbols.0", "symbols.1", "asOf"]));
  });

  test("tell what is not JSON, not there, not allowed and too large", async () => {
    const headers = { "content-type": "application/json" };
    const malformed = await web.api("/api/executions", { method: "POST", headers, body: "{" });
    expect([malformed.status, await malformed.json()]).toMatchObject([400, { code: "malformed_request" }]);
    const missing = await web.api("/api/executions/7a1f0f38-37a5-4b5c-8f1a-0a6f4d8f9c11");
    expect([missing.status, await missing.json()]).toMatchObject([404, { code: "execution_not_found" }]);
    const nowhere = await web.api("/api/nowhere");
    expect([nowhere.status, await nowhere.json()]).toMatchObject([404, { code: "route_not_found" }]);
    const large = await web.api("/api/executions", {
      method: "POST",
      headers,
      body: `"${"x".repeat(2_000_000)}"`,
    });
    expect([large.status, await large.json()]).toMatchObject([413, { code: "body_too_large" }]);
  });

  test("tell which methods an address takes", async () => {
    const answer = await web.api("/api/executions", { method: "DELETE" });
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toContain("POST");
  });

  test.each(["?limit=0", "?limit=x", "?cursor=%00", "?cursor=bm90LWEtY3Vyc29y", "?status=odd"])(
    "refuse the list query %s",
    async (query) => {
      const answer = await web.api(`/api/executions${query}`);
      expect(answer.status).toBe(422);
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
    },
  );

  test("say nothing of the inside when the desk itself fails", async () => {
    const broken = await webFixture(database, {
      broker: { ...brokenBroker() },
    });
    const answer = await broken.api("/api/market");
    expect(answer.status).toBe(500);
    const text = await answer.text();
    expect(text).not.toContain("secret");
    expect(text).not.toContain(".ts");
  });
});

function brokenBroker() {
  const fail = async () => {
    throw new TypeError("secret inside");
  };
  return {
    kind: "simulator" as const,
    accountId: null,
    paper: true,
    health: () => ({ name: "broker", state: "down" as const, detail: "", provenAt: null }),
    now: fail,
    resolve: fail,
    windDown: fail,
    cancel: fail,
    settle: fail,
  };
}

describe("lists", () => {
  test("give every row once, newest first, page by page", async () => {
    const made: string[] = [];
    for (let count = 0; count < 5; count += 1) made.push((await seedExecution(database.db)).id);
    const seen: string[] = [];
    let cursor = "";
    for (;;) {
      const page = Page.parse(await (await web.api(`/api/executions?limit=2${cursor}`)).json());
      seen.push(...page.rows.map((row) => row.id));
      if (page.next === null) break;
      cursor = `&cursor=${page.next}`;
    }
    expect(seen.filter((id) => made.includes(id))).toEqual(made.reverse());
    expect(new Set(seen).size).toBe(seen.length);
  });
});

describe("a run over HTTP", () => {
  test("starts once for one idempotency key, and a key is for one body only", async () => {
    const strategy = await web.fixture.strategy({ symbols: [ticker("AAPL")] });
    const start = (json: unknown, key: string) =>
      web.api("/api/executions", { method: "POST", json, headers: { "idempotency-key": key } });
    const [first, second] = await Promise.all([
      start({ strategy: strategy.id }, "one"),
      start({ strategy: strategy.id }, "one"),
    ]);
    expect(first.status).toBe(202);
    expect(await second.json()).toEqual(await first.json());
    expect((await start({ strategy: strategy.id, approval: "never" }, "one")).status).toBe(422);
    expect((await start({ strategy: "no such strategy" }, "two")).status).toBe(404);
    expect((await start({ strategy: strategy.id }, "two")).status).toBe(202);
    web.fixture.queue.length = 0;
  });

  test("shows its nodes, charts with immutable ETags, and the values behind them", async () => {
    const executionId = await web.analyse([ticker("AAPL")]);
    const detail = z
      .looseObject({ runs: z.array(z.looseObject({ id: z.string(), status: z.string() })) })
      .parse(await (await web.api(`/api/executions/${executionId}`)).json());
    const runId = detail.runs[0]?.id ?? "";
    const run = Run.parse(await (await web.api(`/api/symbol-runs/${runId}`)).json());
    expect(run.nodes.length).toBeGreaterThan(5);
    const chart = run.artifacts.find((artifact) => artifact.kind === "chart_png");
    const content = await web.api(`/api/artifacts/${chart?.id}/content`);
    expect(content.headers.get("content-type")).toBe("image/png");
    expect(content.headers.get("etag")).toBe(`"${chart?.sha256}"`);
    expect(content.headers.get("cache-control")).toContain("immutable");
    const again = await web.api(`/api/artifacts/${chart?.id}/content`, {
      headers: { "if-none-match": `"${chart?.sha256}"` },
    });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe("");
    const values = await web.api(`/api/artifacts/${chart?.id}/market-data`);
    expect(values.status).toBe(200);
    expect(values.headers.get("content-type")).toContain("application/json");
    const calls = await web.api(`/api/symbol-runs/${runId}/llm-calls`);
    const asked = z
      .object({
        rows: z.array(z.looseObject({ messages: z.array(z.unknown()), rawAnswer: z.string().nullable() })),
      })
      .parse(await calls.json());
    expect(asked.rows.length).toBeGreaterThan(1);
  });

  test("refuses an answer to an approval that does not exist, and a rejection without a reason", async () => {
    const path = "/api/approvals/7a1f0f38-37a5-4b5c-8f1a-0a6f4d8f9c11/answer";
    expect((await web.api(path, { method: "POST", json: { action: "approve" } })).status).toBe(404);
    const reasonless = await web.api(path, { method: "POST", json: { action: "reject", reason: "  " } });
    expect(reasonless.status).toBe(422);
    expect(await reasonless.json()).toMatchObject({ errors: [{ field: "reason" }] });
  });
});

describe("what the desk is set up with", () => {
  test("adds a symbol that the broker knows, changes and removes it, and refuses it twice", async () => {
    const add = (symbol: string) => web.api("/api/workflow-symbols", { method: "POST", json: { symbol } });
    const added = await add("AAPL");
    expect(added.status).toBe(201);
    const { id } = z.looseObject({ id: z.string() }).parse(await added.json());
    expect((await add("AAPL")).status).toBe(409);
    expect((await add("NOSUCH")).status).toBeGreaterThanOrEqual(400);
    const changed = await web.api(`/api/workflow-symbols/${id}`, { method: "PATCH", json: { priority: 7 } });
    expect(await changed.json()).toMatchObject({ priority: 7, enabled: true });
    expect((await web.api(`/api/workflow-symbols/${id}`, { method: "PATCH", json: {} })).status).toBe(422);
    expect((await web.api(`/api/workflow-symbols/${id}`, { method: "DELETE" })).status).toBe(204);
    expect((await web.api(`/api/workflow-symbols/${id}`)).status).toBe(404);
  });

  test("makes a new version of a strategy and refuses unknown parameters", async () => {
    const strategy = await web.fixture.strategy({ symbols: [ticker("AAPL")] });
    const path = `/api/strategies/${strategy.id}`;
    const parameters = { ...strategy.parameters, approval: "never" };
    const changed = await web.api(path, { method: "PATCH", json: { parameters } });
    expect(await changed.json()).toMatchObject({ version: 2, parameters: { approval: "never" } });
    const odd = await web.api(path, {
      method: "PATCH",
      json: { parameters: { ...parameters, leverage: 10 } },
    });
    expect(odd.status).toBe(422);
    const versions = z
      .object({ rows: z.array(z.unknown()) })
      .parse(await (await web.api(`${path}/versions`)).json());
    expect(versions.rows).toHaveLength(2);
  });

  test("halts and resumes with a reason and a name", async () => {
    const halted = await web.api("/api/trading-state/halt", { method: "POST", json: { reason: "drill" } });
    expect(await halted.json()).toMatchObject({
      state: "HALTED",
      reason: "drill",
      who: "admin, by API token",
    });
    expect((await web.api("/api/trading-state/halt", { method: "POST", json: {} })).status).toBe(422);
    await web.api("/api/trading-state/resume", { method: "POST", json: { reason: "over" } });
    expect(await (await web.api("/api/trading-state")).json()).toMatchObject({ state: "ACTIVE" });
  });

  test("moves the simulator's clock by sessions", async () => {
    const Now = z.looseObject({ now: z.string() });
    const before = Now.parse(await (await web.api("/api/market")).json());
    const after = Now.parse(
      await (await web.api("/api/market/next", { method: "POST", json: { sessions: 1 } })).json(),
    );
    expect(Date.parse(after.now)).toBeGreaterThan(Date.parse(before.now));
  });
});
