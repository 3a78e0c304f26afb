// Workflows, strategies, symbols and schedules as people set them up on their pages: nothing is saved that was not shown
// before, faults stand beside their fields, older versions come back, running work keeps what it began with.
import { expect, test } from "vitest";
import type { StrategyId } from "#store/model/ids.ts";
import { WorkflowDefinition } from "#store/model/workflow/definition.ts";
import { getExecution } from "#store/runs/executions.ts";
import { listSymbolRuns } from "#store/runs/symbol-runs.ts";
import { getStrategy, listStrategies, listStrategyVersions } from "#store/strategies/strategies.ts";
import { listWorkflowSymbols } from "#store/strategies/workflow-symbols.ts";
import { listWorkflows, listWorkflowVersions } from "#store/strategies/workflows.ts";
import { blockSymbol, openBlocks } from "#store/trading/symbol-blocks.ts";
import { testDatabase } from "#tests/support/database.ts";
import { conid, PAPER_ACCOUNT, ticker } from "#tests/support/seed.ts";
import { webFixture } from "./fixture/web.ts";

const database = await testDatabase();
const web = await webFixture(database);
const { db } = database;
const HOSTILE = `<img src=x onerror=alert("x")>`;

type Fields = Record<string, string>;

const shownIn = (html: string) => /name="shown" value="([0-9a-f]+)"/.exec(html)?.[1] ?? "";
const faultOf = (html: string, field: string) =>
  new RegExp(`id="${field.replaceAll(".", "\\.")}-fault"[^>]*>([^<]*)`).exec(html)?.[1];

/** Reviews, then saves what was shown, as a reader without scripts does. */
async function saved(path: string, fields: Fields): Promise<string> {
  const review = await (await web.post(`${path}/check`, fields)).text();
  const answer = await web.post(path, { ...fields, shown: shownIn(review) });
  expect(
    answer.status,
    review.slice(review.indexOf('id="review"'), review.indexOf('id="review"') + 900),
  ).toBe(303);
  return (answer.headers.get("location") ?? "").split("?")[0] ?? "";
}

const DAILY: Fields = {
  "charts.daily": "on",
  "charts.daily.barsLoaded": "504",
  "charts.daily.barsShown": "200",
  "charts.daily.indicators": "sma",
  maxRevisions: "1",
  orders: "place",
};

async function workflow(name: string, fields: Fields = {}): Promise<string> {
  return saved("/workflows/new", { ...DAILY, name, ...fields });
}

test("a workflow begins with a template, is shown before it is saved, and grows by versions", async () => {
  const begin = await (await web.page("/workflows/new?template=two-indicator")).text();
  expect(begin).toContain("SMA 20, 50, 200; MACD");

  const first = await workflow(HOSTILE);
  const page = await (await web.page(first)).text();
  expect(page).toContain("&lt;img src=x");
  expect(page).not.toContain(HOSTILE);

  const changed = { ...DAILY, "charts.daily.barsShown": "120", orders: "advise" };
  const unseen = await web.post(first, changed);
  expect(unseen.status).toBe(200);
  const review = await unseen.text();
  expect(review).toContain("Nothing is saved yet");
  expect(review).toContain("Daily chart, bars shown");
  expect(review).toContain("advice only");
  expect(await listWorkflowVersions(db, { name: HOSTILE })).toHaveLength(1);

  const second = await saved(first, changed);
  const versions = await listWorkflowVersions(db, { name: HOSTILE });
  expect(versions.map((one) => one.version)).toEqual([2, 1]);
  expect(versions[0]?.definition).toMatchObject({ orders: "advise", charts: [{ barsShown: 120 }] });

  const compared = await (await web.page(`${second}?from=${versions[1]?.id}&to=${versions[0]?.id}`)).text();
  expect(compared).toContain("From version 1 to version 2");
  await web.post(`/workflows/${versions[1]?.id}/activate`, {});
  const again = await listWorkflowVersions(db, { name: HOSTILE });
  expect(again.map((one) => one.version)).toEqual([3, 2, 1]);
  expect(again[0]?.definition).toEqual(again[2]?.definition);

  const clone = await (await web.page(`/workflows/new?from=${again[0]?.id}`)).text();
  expect(clone).toContain("&gt; copy");
});

test("the builder tells each fault beside its field, and the steps only of what has none", async () => {
  const check = async (fields: Fields) =>
    (await web.post("/workflows/new/check", { ...DAILY, name: "checked", ...fields })).text();
  expect(faultOf(await check({ "charts.daily.barsShown": "20" }), "charts.daily.barsShown")).toContain(
    "60 to 250",
  );
  expect(faultOf(await check({ "charts.daily.barsLoaded": "much" }), "charts.daily.barsLoaded")).toContain(
    "250",
  );
  expect(faultOf(await check({ name: " " }), "name")).toBe("give it a name");
  const { "charts.daily": _, ...none } = DAILY;
  const undrawn = await (await web.post("/workflows/new/check", { ...none, name: "checked" })).text();
  expect(faultOf(undrawn, "charts")).toContain("at least one timeframe");
  const weekly = await check({ "charts.weekly": "on", "charts.weekly.barsShown": "999" });
  expect(faultOf(weekly, "charts.weekly.indicators")).toBeDefined();
  expect(weekly).toContain("Shown again once");
  const unknown = { "agents.decision.promptVersionId": "00000000-0000-4000-8000-000000000000" };
  expect(faultOf(await check(unknown), "agents.decision.promptVersionId")).toContain("no prompt version");
  const sound = await check({ "agents.decision.maxToolCalls": "4" });
  expect(sound).toContain("at most 4 tool calls");
  expect(sound).toContain("Everything is in order");
});

test("a strategy is made, changed in the words of its form, compared, cloned and taken back", async () => {
  await workflow("for strategies");
  const { newest } = (await listWorkflows(db)).find((one) => one.name === "for strategies") ?? {};
  const fields = {
    name: HOSTILE,
    active: "true",
    symbols: "aapl",
    workflow: newest?.id ?? "",
    approval: "ask",
  };
  const path = await saved("/strategies/new", { ...fields, cron: "45 15 * * 1-5" });
  const id = path.split("/").at(-1) as StrategyId;
  expect((await getStrategy(db, id)).parameters).toMatchObject({
    symbols: ["AAPL"],
    schedule: { cron: "45 15 * * 1-5" },
  });
  const list = await (await web.page("/strategies")).text();
  expect(list).toContain("on weekdays at 15:45");
  expect(list).toContain("&lt;img src=x");
  const schedules = await (await web.page("/schedules")).text();
  expect(schedules).toContain("3 Jul 2017, 15:45 ET");

  // An early close leaves out the quarter before four; the third of July 2017 ended at one.
  const change = { ...fields, cron: "45 15 * * 1-5", riskPerTrade: "2", symbols: "AAPL SPX" };
  await saved(path, change);
  const page = await (await web.page(path)).text();
  expect(page).toContain("Risk per trade");
  expect(page).toMatch(/1 %.*2 %/s);
  expect((await getStrategy(db, id)).parameters.risk.riskPerTrade).toBe("0.02");
  expect(await listStrategyVersions(db, id)).toHaveLength(2);

  // Going back is a change like any other: shown first.
  const way = await (await web.page(`${path}?version=1`)).text();
  expect(way).toContain('<span class="font-semibold">2 changes</span> against version 2');
  await saved(path, { ...fields, cron: "45 15 * * 1-5", riskPerTrade: "1" });
  const back = await getStrategy(db, id);
  expect(back).toMatchObject({
    version: 3,
    parameters: { symbols: ["AAPL"], risk: { riskPerTrade: "0.01" } },
  });
  const compared = await (await web.page(`${path}?from=1&to=2`)).text();
  expect(compared).toContain("From version 1 to version 2");

  const clone = await (await web.page(`/strategies/new?from=${id}`)).text();
  expect(clone).toContain("without its schedule");
  await web.post(`${path}/active`, { active: "false" });
  expect((await getStrategy(db, id)).active).toBe(false);
});

test("a strategy's faults stand beside their fields; an unchanged form saves nothing", async () => {
  const strategy = await web.fixture.strategy({ symbols: [ticker("AAPL")] });
  const path = `/strategies/${strategy.id}`;
  const check = async (fields: Fields) => (await web.post(`${path}/check`, fields)).text();
  expect(faultOf(await check({ minProfitMargin: "500" }), "minProfitMargin")).toContain("at most 100 %");
  expect(faultOf(await check({ riskPerTrade: "5" }), "riskPerTrade")).toContain("Largest daily loss");
  expect(faultOf(await check({ cron: "every day" }), "cron")).toContain("five fields");
  expect(faultOf(await check({ symbols: "AAPL, N@" }), "symbols")).toContain("N@ is no ticker");
  expect(faultOf(await check({ symbols: "AAPL, NOSUCH" }), "symbols")).toContain("NOSUCH");
  expect(faultOf(await check({ symbols: "" }), "symbols")).toContain("at least one");
  expect(faultOf(await check({ name: "" }), "name")).toBe("give it a name");
  expect(faultOf(await check({ workflow: "template:none" }), "workflow")).toBe("choose a workflow");
  expect(await check({})).toContain("Nothing is changed against version 1");
  const refused = await web.post(path, { maxOpenPositions: "2.5" });
  expect(refused.status).toBe(422);
  expect(faultOf(await refused.text(), "maxOpenPositions")).toBeDefined();
  expect((await getStrategy(db, strategy.id)).version).toBe(1);
});

test("a change reaches the next execution: what runs keeps its version and is named", async () => {
  const strategy = await web.fixture.strategy({ symbols: [ticker("AAPL")] });
  const { executionId } = await web.desk.startExecution({ strategy: strategy.id });
  const path = `/strategies/${strategy.id}`;
  await saved(path, { riskPerTrade: "0.5" });
  const page = await (await web.page(path)).text();
  const kept = page.slice(page.indexOf('id="kept"'));
  expect(kept).toContain(`/executions/${executionId}`);
  expect(kept).toContain("version 1");
  expect(await getExecution(db, executionId)).toMatchObject({ strategyVersion: 1 });
  web.fixture.queue.length = 0;
});

test("a symbol is looked up before it is added, and a block is lifted by whoever has settled it", async () => {
  const look = async (symbol: string) =>
    (await web.post("/symbols/look-up", { symbol, priority: "0", note: "" })).text();
  const found = await look("spx");
  expect(found).toContain("Add SPX");
  expect(found).toContain("No real account can trade it");
  expect(await look("NOSUCH")).toContain("NOSUCH cannot be added");
  expect(faultOf(await look("no such"), "symbol")).toContain("capital letter");
  expect(await listWorkflowSymbols(db)).toEqual([]);

  await web.post("/symbols", { symbol: "AAPL", priority: "2", note: HOSTILE });
  const [row] = await listWorkflowSymbols(db);
  expect(row).toMatchObject({ symbol: "AAPL", priority: 2, settings: { note: HOSTILE } });
  const list = await (await web.page("/symbols")).text();
  expect(list).toContain("&lt;img src=x");
  expect(list).not.toContain(HOSTILE);
  expect(await look("AAPL")).toContain("on the list already");

  const block = { code: "position_differs", reason: "the broker holds 5 more", details: null };
  await blockSymbol(db, { accountId: PAPER_ACCOUNT, conid: conid(265598), symbol: ticker("AAPL"), ...block });
  const page = await (await web.page(`/symbols/${row?.id}`)).text();
  expect(page).toContain("the broker holds 5 more");
  const [open] = await openBlocks(db, { accountId: PAPER_ACCOUNT });
  await web.post(`/orders/blocks/${open?.id}`, { how: "accept", reason: "sold five by hand" });
  expect(await openBlocks(db, { accountId: PAPER_ACCOUNT })).toEqual([]);

  const wrong = await web.post(`/symbols/${row?.id}`, { enabled: "true", priority: "many", note: "" });
  expect(faultOf(await wrong.text(), "priority")).toContain("whole number");
  await web.post(`/symbols/${row?.id}`, { enabled: "false", priority: "-3", note: "" });
  expect((await listWorkflowSymbols(db))[0]).toMatchObject({ enabled: false, priority: -3, settings: {} });
});

test("a symbol that is turned off is left out by every strategy, and the more important one is served first", async () => {
  const symbols = [ticker("AAPL"), ticker("SPX")];
  const strategy = await web.fixture.strategy({ symbols });
  const started = async () => {
    const { executionId } = await web.desk.startExecution({ strategy: strategy.id });
    web.fixture.queue.length = 0;
    return (await listSymbolRuns(db, executionId)).map((run) => run.symbol);
  };
  const [aapl] = await listWorkflowSymbols(db);
  await web.post(`/symbols/${aapl?.id}`, { enabled: "true", priority: "-1", note: "" });
  expect(await started()).toEqual(["SPX", "AAPL"]);
  await web.post(`/symbols/${aapl?.id}/enabled`, { enabled: "false" });
  const page = await (await web.page(`/strategies/${strategy.id}`)).text();
  expect(page).toContain("turned off in the list of symbols: AAPL");
  expect(await started()).toEqual(["SPX"]);
  await saved(`/strategies/${strategy.id}`, { symbols: "AAPL" });
  await expect(started()).rejects.toThrow("every symbol of strategy");
  await web.post(`/symbols/${aapl?.id}/enabled`, { enabled: "true" });
});

test("the address of a check can be opened, reloaded and followed live", async () => {
  const strategy = await web.fixture.strategy({ symbols: [ticker("AAPL")] });
  const { newest } = (await listWorkflows(db))[0] ?? {};
  for (const path of [
    `/strategies/${strategy.id}/check`,
    "/strategies/new/check",
    `/workflows/${newest?.id}/check`,
    "/workflows/new/check",
    "/symbols/look-up",
  ]) {
    expect((await web.page(path)).status, path).toBe(200);
  }
});

test("a template that is chosen becomes a workflow of its own, once", async () => {
  const fields = {
    active: "true",
    symbols: "AAPL",
    approval: "ask",
    workflow: "template:two-indicator",
    cron: "",
  };
  await saved("/strategies/new", { ...fields, name: "by template" });
  const made = (await listStrategies(db)).find((one) => one.name === "by template");
  const stored = (await listWorkflowVersions(db)).find((one) => one.id === made?.workflowVersionId);
  expect(stored).toMatchObject({ name: "two-indicator", version: 1 });
  expect(WorkflowDefinition.parse(stored?.definition).charts[0]?.indicators).toEqual(["sma", "macd"]);
  const begin = await (await web.page("/strategies/new?template=two-indicator")).text();
  expect(begin).toMatch(new RegExp(`value="${stored?.id}" selected`));
});
