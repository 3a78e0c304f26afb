// Workflows, strategies and schedules over the API: made, checked, changed, compared, taken back.
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { activePromptsByStage } from "#store/agents/prompts.ts";
import { testDatabase } from "#tests/support/database.ts";
import { ticker } from "#tests/support/seed.ts";
import { webFixture } from "./fixture/web.ts";

const database = await testDatabase();
const web = await webFixture(database);
const NOBODY = "7a1f0f38-37a5-4b5c-8f1a-0a6f4d8f9c11";

const Row = z.looseObject({ id: z.string(), version: z.number() });
const Rows = z.object({ rows: z.array(z.looseObject({})) });
const Checked = z.object({
  ok: z.boolean(),
  faults: z.array(z.object({ field: z.string(), message: z.string() })),
});

const post = (path: string, json: unknown) => web.api(path, { method: "POST", json });
async function made(path: string, json: unknown) {
  const answer = await post(path, json);
  expect([200, 201], `${path} ${answer.status}`).toContain(answer.status);
  return Row.parse(await answer.json());
}
async function checked(path: string, json: unknown) {
  const answer = await post(path, json);
  expect(answer.status).toBe(200);
  const { ok, faults } = Checked.parse(await answer.json());
  expect(ok).toBe(faults.length === 0);
  return faults.map(({ field }) => field);
}
const rowsOf = async (path: string) => Rows.parse(await (await web.api(path)).json()).rows;

describe("workflows", () => {
  test("begin with a template, a copy or a definition, and a name is taken once", async () => {
    const templates = await rowsOf("/api/workflow-templates");
    expect(templates.map(({ key }) => key)).toEqual([
      "two-indicator",
      "three-indicator",
      "single-timeframe",
      "multi-agent",
    ]);
    const first = await made("/api/workflows", { name: "mine", template: "single-timeframe" });
    expect(first).toMatchObject({
      name: "mine",
      version: 1,
      definition: { charts: [{ timeframe: "daily" }] },
    });
    expect(first.steps).toMatchObject([
      { type: "fetch_data" },
      { type: "generate_chart" },
      { type: "ai_analyze", stage: "technical_analysis" },
      { type: "consolidate" },
      { type: "decide" },
      { type: "validate_risk" },
      { type: "place_order" },
    ]);
    const copy = await made("/api/workflows", { name: "a copy", cloneOf: "mine" });
    expect(copy.contentHash).toBe(first.contentHash);
    expect((await post("/api/workflows", { name: "mine", template: "multi-agent" })).status).toBe(409);
    expect((await post("/api/workflows", { name: "b", cloneOf: "nobody's" })).status).toBe(404);
    expect((await post("/api/workflows", { name: "b" })).status).toBe(422);
    expect((await post("/api/workflows", { name: "a/b", template: "multi-agent" })).status).toBe(422);
  });

  test("change by new versions, tell what changed, and an older version comes back as the newest", async () => {
    await made("/api/workflows", { name: "traded", template: "multi-agent" });
    const versions = "/api/workflows/traded/versions";
    const definition = {
      charts: [{ timeframe: "daily", barsLoaded: 504, indicators: ["macd", "sma"] }],
      orders: "advise",
    };
    expect(await made(versions, { definition })).toMatchObject({ version: 2 });
    // The same content in another order is no change.
    const reordered = {
      orders: "advise",
      charts: [{ indicators: ["sma", "macd"], barsLoaded: 504, timeframe: "daily" }],
    };
    expect(await made(versions, { definition: reordered })).toMatchObject({ version: 2 });
    expect(await made("/api/workflows/traded/activate", { version: 1 })).toMatchObject({ version: 3 });
    const [third, second, first] = await rowsOf("/api/workflows/traded");
    expect(third?.contentHash).toBe(first?.contentHash);
    expect(second?.differences).toEqual([
      {
        path: "charts.daily.indicators",
        label: "Daily chart, indicators",
        before: "all six",
        after: "SMA 20, 50, 200; MACD",
      },
      {
        path: "charts.weekly",
        label: "Weekly chart",
        before: expect.stringMatching(/^drawn: 200 of 520/),
        after: "not drawn",
      },
      {
        path: "orders",
        label: "Orders",
        before: "orders are placed",
        after: "advice only, no order is ever sent",
      },
    ]);
    expect((await post("/api/workflows/traded/activate", { version: 9 })).status).toBe(404);
    expect((await post("/api/workflows/nobody/versions", { definition })).status).toBe(404);
  });

  test("are checked without being saved, every fault with its field", async () => {
    const risk = (await activePromptsByStage(database.db)).get("risk_review")?.id;
    const before = (await rowsOf("/api/workflow-versions")).length;
    const check = (definition: unknown, name?: string) =>
      checked("/api/workflows/check", { name, definition });
    expect(await check({})).toEqual([]);
    expect(await check({ charts: [] })).toEqual(["definition.charts"]);
    expect(
      await check({
        charts: [{ timeframe: "daily", barsShown: 9, indicators: [] }],
        agents: { weekly_trend: {} },
      }),
    ).toEqual([
      "definition.charts.0.barsShown",
      "definition.charts.0.indicators",
      "definition.agents.weekly_trend",
    ]);
    expect(await check({ charts: [{ timeframe: "daily" }], agents: { weekly_trend: {} } })).toEqual([
      "definition.agents.weekly_trend",
    ]);
    const prompts = { decision: { promptVersionId: risk }, consolidation: { promptVersionId: NOBODY } };
    expect((await check({ agents: prompts })).sort()).toEqual([
      "definition.agents.consolidation.promptVersionId",
      "definition.agents.decision.promptVersionId",
    ]);
    expect(await check({}, "mine")).toEqual(["name"]);
    expect(await rowsOf("/api/workflow-versions")).toHaveLength(before);
    const refused = await post("/api/workflows", { name: "bad", definition: { agents: prompts } });
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({
      errors: [{ field: "definition.agents.consolidation.promptVersionId" }],
    });
  });

  test("say who uses them", async () => {
    const strategy = await web.fixture.strategy({ symbols: [ticker("AAPL")] });
    const used = (await rowsOf("/api/workflows")).find(({ name }) => name === `workflow ${strategy.id}`);
    expect(used).toMatchObject({
      versions: 1,
      strategies: [{ id: strategy.id, name: strategy.name, active: true, workflowVersion: 1 }],
    });
  });
});

describe("strategies", () => {
  test("are created, copied without their schedule, moved to another workflow and taken back", async () => {
    const workflow = await made("/api/workflows", { name: "of strategies", template: "two-indicator" });
    const parameters = { symbols: ["AAPL"], schedule: { cron: "45  15 * * mon-fri" } };
    const created = await made("/api/strategies", {
      name: "one",
      workflowVersionId: workflow.id,
      parameters,
    });
    expect(created).toMatchObject({
      version: 1,
      parameters: { schedule: { cron: "45 15 * * MON-FRI", timeZone: "America/New_York" } },
    });
    const copy = await made("/api/strategies", { name: "two", cloneOf: created.id });
    expect(copy).toMatchObject({ workflowVersionId: workflow.id, parameters: { schedule: null } });
    const other = await made("/api/workflows/of%20strategies/versions", { definition: { orders: "advise" } });
    const path = `/api/strategies/${created.id}`;
    const changed = await web.api(path, {
      method: "PATCH",
      json: { workflowVersionId: other.id, parameters: { ...parameters, risk: { minRCoefficient: "2" } } },
    });
    expect(await changed.json()).toMatchObject({ version: 2, workflowVersionId: other.id });
    expect(await made(`${path}/activate`, { version: 1 })).toMatchObject({
      version: 3,
      workflowVersionId: workflow.id,
    });
    const [, second] = await rowsOf(`${path}/versions`);
    expect(second).toMatchObject({
      workflow: "of strategies, version 2",
      differences: [
        { path: "workflow", before: "of strategies, version 1", after: "of strategies, version 2" },
        { path: "risk.minRCoefficient", label: "Least R", before: "1", after: "2" },
      ],
    });
    for (const json of [
      { name: "one", cloneOf: created.id },
      { name: "x" },
      { name: "x", cloneOf: created.id, parameters },
    ])
      expect((await post("/api/strategies", json)).status).toBeGreaterThanOrEqual(409);
    const nowhere = await web.api(path, { method: "PATCH", json: { workflowVersionId: NOBODY } });
    expect(nowhere.status).toBe(422);
    expect(await nowhere.json()).toMatchObject({ errors: [{ field: "workflowVersionId" }] });
  });

  test("are checked without being saved: symbols, workflow, schedule, name, across fields", async () => {
    const check = (json: object) => checked("/api/strategies/check", json);
    expect(await check({ parameters: { symbols: ["AAPL"] } })).toEqual([]);
    expect(await check({ name: "one", parameters: { symbols: ["AAPL", "NOSUCH"] } })).toEqual([
      "name",
      "parameters.symbols.1",
    ]);
    const cron = (text: string) => check({ parameters: { symbols: ["AAPL"], schedule: { cron: text } } });
    expect(await cron("0 10 * * 1-5")).toEqual([]);
    for (const bad of ["0 25 * * *", "0 10 * *", "0 0 30 2 *", "@daily", "0 10 * * 1-5; drop"])
      expect(await cron(bad), bad).toEqual(["parameters.schedule.cron"]);
    expect(
      await check({
        workflowVersionId: NOBODY,
        parameters: { symbols: ["AAPL"], risk: { maxDailyLoss: "0.1", maxWeeklyLoss: "0.05" } },
      }),
    ).toEqual(["workflowVersionId", "parameters.risk.maxDailyLoss"]);
  });
});

test("schedules tell their next instants in market time and which of them the market will leave out", async () => {
  const strategy = await web.fixture.strategy({ symbols: [ticker("AAPL")], cron: "0 10 * * *" });
  const Schedules = z.object({
    marketTime: z.string(),
    rows: z.array(
      z.looseObject({
        strategyId: z.string(),
        next: z.array(z.object({ at: z.string(), exchangeTime: z.string(), leftOut: z.string().nullable() })),
      }),
    ),
  });
  const { marketTime, rows } = Schedules.parse(await (await web.api("/api/schedules")).json());
  const row = rows.find(({ strategyId }) => strategyId === strategy.id);
  expect(row).toMatchObject({
    active: true,
    cron: "0 10 * * *",
    lookedUntil: null,
    lastFiring: null,
    skips: [],
  });
  expect(row?.next).toHaveLength(5);
  expect(row?.next.every(({ at, exchangeTime }) => at > marketTime && exchangeTime.endsWith("10:00"))).toBe(
    true,
  );
  // Five days in a row hold a weekend.
  expect(row?.next.some(({ leftOut }) => leftOut?.includes("no session"))).toBe(true);
});
