// Every page with real runs behind it: no console error, no foreign request, no serious accessibility fault, nothing
// wider than the screen, wide and on a phone, light and dark. SCREENSHOT_DIR=folder also writes a picture of each.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { refreshPortfolio } from "#graph/orders/portfolio.ts";
import { Conid, SessionDate } from "#store/model/ids.ts";
import { blockSymbol } from "#store/trading/symbol-blocks.ts";
import { TOKEN } from "#tests/server/http/fixture/web.ts";
import { testDatabase } from "#tests/support/database.ts";
import { PAPER_ACCOUNT, ticker } from "#tests/support/seed.ts";
import { hasBrowser, openPage, PHONE, WIDE, WITHOUT_BROWSER } from "./fixture/browser.ts";
import { servedWeb } from "./fixture/served.ts";

const database = await testDatabase();
// After this close the rules propose to buy SPX; after that of 14 February AAPL.
const web = await servedWeb(database, SessionDate.parse("2016-07-11"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Colours that are fading over are there at once. */
const SETTLE_COLOURS =
  "document.getAnimations().filter((one) => one.effect?.getTiming().iterations !== Infinity).forEach((one) => one.finish())";

const Rows = z.object({ rows: z.array(z.looseObject({ id: z.string() })) });
const AxeResult = z.object({
  violations: z.array(
    z.looseObject({
      id: z.string(),
      impact: z.string().nullable(),
      nodes: z.array(z.looseObject({ html: z.string() })),
    }),
  ),
});

async function listed(address: string) {
  return Rows.parse(await (await web.api(address)).json()).rows;
}

async function first(address: string): Promise<string> {
  return (await listed(address))[0]?.id ?? "";
}

/** The strategy runs by itself, and has an older version. */
async function scheduled(): Promise<void> {
  const Strategies = z.object({ rows: z.array(z.object({ id: z.string(), parameters: z.looseObject({}) })) });
  const [strategy] = Strategies.parse(await (await web.api("/api/strategies")).json()).rows;
  const parameters = { ...strategy?.parameters, schedule: { cron: "45 15 * * 1-5" } };
  await web.api(`/api/strategies/${strategy?.id}`, { method: "PATCH", json: { parameters } });
}

/** A prompt that somebody has written, compared and tried on a run, with hostile text in it. */
async function promptPages(run: string): Promise<Record<string, string>> {
  const Versions = z.object({
    rows: z.array(z.looseObject({ id: z.string(), active: z.boolean(), template: z.string() })),
  });
  const { rows } = Versions.parse(await (await web.api("/api/prompts?stage=decision")).json());
  const base = rows.find((version) => version.active);
  const template = base?.template.replace("# Task", "Weigh <img src=x onerror=alert(1)> twice.\n\n# Task");
  const json = { stage: "decision", template, note: "</textarea><script>alert(1)</script>" };
  const written = await web.api("/api/prompts", { method: "POST", json });
  const { id } = z.looseObject({ id: z.string() }).parse(await written.json());
  const prompts = { decision: id };
  const begun = await web.api(`/api/symbol-runs/${run}/fork`, { method: "POST", json: { prompts } });
  const { symbolRunId } = z.looseObject({ symbolRunId: z.string() }).parse(await begun.json());
  await web.fixture.drain(web.desk);
  return {
    prompts: "/prompts",
    "prompt-stage": "/prompts/stages/decision",
    prompt: `/prompts/${id}`,
    "prompt-new": `/prompts/new?from=${id}`,
    "prompt-difference": `/prompts/difference?from=${base?.id}&to=${id}`,
    "prompt-try": `/prompts/${id}/try`,
    "run-try": `/runs/${run}/try`,
    try: `/prompts/tries/${symbolRunId}`,
  };
}

/** A symbol in which the two books differ: the panel that a person settles it with. */
async function blocked(): Promise<void> {
  const what = { accountId: PAPER_ACCOUNT, conid: Conid.parse(265598), symbol: ticker("AAPL") };
  const position = { ours: "10", brokers: "0" };
  await blockSymbol(database.db, {
    ...what,
    code: "position_mismatch",
    reason: "position 10 by our fills, 0 at the broker",
    details: position,
  });
  await blockSymbol(database.db, {
    ...what,
    code: "order_contradiction",
    reason: "order entry CS-20180302-AAPL: the broker does not know it any more",
    details: null,
  });
}

/** SPX is bought in a smaller size than was proposed and sold again by its bracket; months later AAPL waits. */
async function traded(): Promise<{ executionId: string; fill: string }> {
  const { fixture } = web;
  const account = () => refreshPortfolio({ database, clock: fixture.clock, gateway: fixture.gateway() });
  await account();
  const executionId = await web.analyse([ticker("AAPL"), ticker("SPX"), ticker("NOSUCH")]);
  const [asked] = await listed("/api/approvals?status=pending");
  const json = { action: "edit", edit: { quantity: "2", limitPrice: null } };
  await web.api(`/api/approvals/${asked?.id}/answer`, { method: "POST", json });
  await fixture.drain(web.desk);
  await fixture.simulator().next();
  await fixture.track();
  await account();
  const now = () => fixture.gateway().marketClock.now();
  while ((await now()).toISOString() < "2017-02-14T20:00") {
    await fixture.simulator().next();
    await fixture.track();
  }
  await fixture.drain(web.desk);
  await account();
  await web.analyse([ticker("AAPL")]);
  const Fills = z.object({ rows: z.array(z.object({ executionRef: z.string() })) });
  const [fill] = Fills.parse(await (await web.api("/api/fills")).json()).rows;
  return { executionId, fill: fill?.executionRef ?? "" };
}

/** Runs that wait, hold and fail, an order that is filled, and the symbols and prompts behind them. */
async function pages(): Promise<Record<string, string>> {
  const { executionId, fill } = await traded();
  const Detail = z.looseObject({ runs: z.array(z.looseObject({ id: z.string() })) });
  const { runs } = Detail.parse(await (await web.api(`/api/executions/${executionId}`)).json());
  await web.api("/api/workflow-symbols", { method: "POST", json: { symbol: "AAPL" } });
  await scheduled();
  await blocked();
  return {
    desk: "/",
    executions: "/executions",
    start: "/executions/new",
    execution: `/executions/${executionId}`,
    run: `/runs/${runs[0]?.id}`,
    trades: "/trades",
    artifacts: "/artifacts",
    artifact: `/artifacts/${await first(`/api/artifacts?run=${runs[0]?.id}&kind=market_data`)}`,
    "run-failed": `/runs/${runs[2]?.id}`,
    approvals: "/approvals",
    approval: `/approvals/${await first("/api/approvals?status=pending")}`,
    orders: "/orders",
    order: `/orders/${await first("/api/orders")}`,
    fill: `/fills/${encodeURIComponent(fill)}`,
    portfolio: "/portfolio",
    symbols: "/symbols",
    symbol: `/symbols/${await first("/api/workflow-symbols")}`,
    strategies: "/strategies",
    strategy: `/strategies/${await first("/api/strategies")}`,
    "new-strategy": "/strategies/new",
    workflows: "/workflows",
    workflow: `/workflows/${await first("/api/workflow-versions")}`,
    "new-workflow": "/workflows/new?template=single-timeframe",
    schedules: "/schedules",
    decisions: "/decisions",
    ...(await promptPages(runs[0]?.id ?? "")),
    settings: "/settings",
    halt: "/halt?act=flatten",
    reference: "/api/docs",
  };
}

describe.skipIf(!hasBrowser)(`each page${WITHOUT_BROWSER}`, async () => {
  const addresses = hasBrowser ? await pages() : {};

  test.each([
    { name: "wide", viewport: WIDE },
    { name: "on a phone", viewport: PHONE },
  ])(
    "is sound and reachable for all: $name, light and dark",
    { timeout: 480_000 },
    async ({ name, ...look }) => {
      const { page, faults, context } = await openPage(web.url, look);
      const judge = async (title: string, rules: string) => {
        const found = AxeResult.parse(
          await page.evaluate(`axe.run(document, { resultTypes: ['violations'], ${rules} })`),
        );
        const serious = found.violations.filter(
          (one) => one.impact === "serious" || one.impact === "critical",
        );
        expect(
          serious.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`),
          title,
        ).toEqual([]);
      };
      const picture = async (title: string) => {
        const folder = process.env.SCREENSHOT_DIR;
        if (folder === undefined) return;
        const file = `${name.replaceAll(" ", "-")}-${title}.png`;
        await page.screenshot({ path: path.join(folder, file), fullPage: true });
      };
      await page.goto(`${web.url}/login?token=${TOKEN}`);
      for (const [title, address] of Object.entries(addresses)) {
        await page.emulateMedia({ colorScheme: "light" });
        const answer = await page.goto(web.url + address, { waitUntil: "load" });
        expect(answer?.status(), title).toBe(200);
        const excess = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
        expect(excess, `${title} is wider than the screen`).toBeLessThanOrEqual(0);
        // Evaluated through the debugger: the page's own policy would not let such a script in.
        await page.evaluate(axe);
        await judge(`${title}, light`, "");
        await picture(`light-${title}`);
        // Dark is the same document in other colours: only what looks at colours is asked again.
        await page.emulateMedia({ colorScheme: "dark" });
        await page.evaluate(SETTLE_COLOURS);
        await judge(`${title}, dark`, "runOnly: ['color-contrast', 'link-in-text-block']");
        await picture(`dark-${title}`);
      }
      expect(faults).toEqual([]);
      await context.close();
    },
  );
});
