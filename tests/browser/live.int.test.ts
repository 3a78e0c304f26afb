// What a reader sees without reloading: progress, a stream that comes back, two browsers, hostile text as text.
import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { recordLlmCall } from "#store/agents/llm-calls.ts";
import { savePromptVersion } from "#store/agents/prompts.ts";
import type { SymbolRunId } from "#store/model/ids.ts";
import { beginNode, failNode } from "#store/runs/node-events.ts";
import { listSymbolRuns, setSymbolRunStatus } from "#store/runs/symbol-runs.ts";
import { raiseAlert } from "#store/trading/alerts.ts";
import { saveSnapshot } from "#store/trading/portfolio.ts";
import { TOKEN } from "#tests/server/http/fixture/web.ts";
import { testDatabase } from "#tests/support/database.ts";
import { decimal, instant, llmCall, PAPER_ACCOUNT, seedExecution, ticker } from "#tests/support/seed.ts";
import { hasBrowser, openPage, PHONE, testBrowser, WIDE, WITHOUT_BROWSER } from "./fixture/browser.ts";
import { servedWeb } from "./fixture/served.ts";

const database = await testDatabase();
const web = await servedWeb(database);
const { db } = database;

/** Stops the pages' own round of twenty seconds: what a page shows without it was told by its event stream. */
const WITHOUT_ROUND =
  "{ const every = window.setInterval; window.setInterval = (act, ms, ...more) => (ms >= 20_000 ? 0 : every(act, ms, ...more)); }";
const HOSTILE = `<script>window.hacked=1</script><img src=x onerror="window.hacked=1">"'><b>bold</b>`;

async function signedIn(viewport = WIDE) {
  const watched = await openPage(web.url, { viewport });
  await watched.page.addInitScript(WITHOUT_ROUND);
  await watched.page.goto(`${web.url}/login?token=${TOKEN}`);
  return watched;
}

async function queuedRun(): Promise<{ executionId: string; runId: SymbolRunId }> {
  const execution = await seedExecution(db, [ticker("AAPL")]);
  const [run] = await listSymbolRuns(db, execution.id);
  if (run === undefined) throw new Error("no run was seeded");
  return { executionId: execution.id, runId: run.id };
}

describe.skipIf(!hasBrowser)(`live pages${WITHOUT_BROWSER}`, () => {
  test("move with the run, without a reload", async () => {
    const { executionId, runId } = await queuedRun();
    const { page, faults } = await signedIn();
    await page.goto(`${web.url}/executions/${executionId}`);
    await page.getByText("queued").waitFor();
    await setSymbolRunStatus(db, { id: runId, status: "running" });
    await beginNode(db, { symbolRunId: runId, node: "charts", visit: 0 });
    await page.getByRole("cell", { name: "running" }).waitFor();
    await page.getByRole("cell", { name: "charts" }).waitFor();
    expect(faults).toEqual([]);
  });

  test("catch up after the server was gone, with what happened meanwhile", async () => {
    const { executionId, runId } = await queuedRun();
    const { page } = await signedIn();
    await page.goto(`${web.url}/executions/${executionId}`);
    await page.getByText("queued").waitFor();
    await web.stop();
    await page.getByText("live updates lost").waitFor();
    const at = { symbolRunId: runId, node: "market_data" as const, visit: 0 };
    await beginNode(db, at);
    const error = { code: "stale", message: "the bars are a week old", retryable: false };
    await failNode(db, { ...at, attempt: 1, error, durationMs: 3 });
    await setSymbolRunStatus(db, { id: runId, status: "failed", error });
    await web.start();
    await page.getByText("the bars are a week old").waitFor();
    await page.getByText("live updates lost").waitFor({ state: "hidden" });
  });

  test("show two browsers the same halt", async () => {
    const [one, other] = [await signedIn(), await signedIn(PHONE)];
    await one.page.goto(`${web.url}/`);
    await other.page.goto(`${web.url}/`);
    await one.page.getByLabel("Reason").fill("a drill");
    await one.page.getByRole("button", { name: "Halt" }).click();
    await one.page.getByText("Trading is halted.").waitFor();
    // The other one learns of it at once, not by a round of its own.
    const trading = other.page.locator("#trading");
    await trading.getByText("a drill").waitFor();
    await trading.getByLabel("Reason").fill("over");
    await trading.getByRole("button", { name: "Resume" }).click();
    await other.page.getByText("Trading is active again.").waitFor();
    await one.page.locator("#trading").getByText("over").waitFor();
  });

  test("show at once what the broker and the desk's watch have found", async () => {
    const { page } = await signedIn();
    await page.goto(`${web.url}/`);
    await raiseAlert(db, { level: "alarm", code: "drill", message: "the book differs from the broker's" });
    const alert = page.locator("#alerts").getByText("the book differs from the broker's");
    await alert.waitFor();
    const figures = {
      currency: "USD",
      netLiquidation: decimal("123456.78"),
      totalCash: decimal("1"),
      availableFunds: decimal("1"),
      buyingPower: decimal("1"),
      grossPositionValue: decimal("0"),
    };
    const at = instant("2017-07-03T20:05:00.000Z");
    await saveSnapshot(db, { accountId: PAPER_ACCOUNT, at, ...figures });
    await page.locator("#account").getByText("123,456.78").first().waitFor();
  });

  test("halt and close only after a page that names what that means, without any script", async () => {
    const context = await (await testBrowser()).newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${web.url}/login?token=${TOKEN}`);
    await page.getByRole("link", { name: /Halt and close positions/ }).click();
    await page.getByText("Nothing on this page has been done yet").waitFor();
    await page.getByText("The desk holds nothing").waitFor();
    await page.getByLabel("Reason").fill("without a script");
    await page.getByRole("button", { name: /^Halt/ }).click();
    await page.getByText("Trading is halted. 0 entries are being cancelled, 0 exits were sent.").waitFor();
    await page.getByLabel("Reason").fill("over");
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByText("Trading is active again.").waitFor();
    await context.close();
  });

  test("keep what a reader has opened and typed while the page moves", async () => {
    const { executionId, runId } = await queuedRun();
    const { page } = await signedIn();
    await recordLlmCall(db, llmCall(runId));
    await page.goto(`${web.url}/runs/${runId}?call=all`);
    expect(executionId).not.toBe("");
    const exchange = page.locator("details[id^=exchange]").first();
    // Folded by the reader, it stays so.
    await exchange.locator("summary").first().click();
    await beginNode(db, { symbolRunId: runId, node: "charts", visit: 0 });
    await page.locator("#node-charts").waitFor();
    expect(await exchange.getAttribute("open")).toBeNull();
  });

  test("show hostile text as text", async () => {
    const { executionId, runId } = await queuedRun();
    const error = { code: "hostile", message: HOSTILE, retryable: false };
    await setSymbolRunStatus(db, { id: runId, status: "failed", error });
    await raiseAlert(db, { level: "warning", code: "hostile", message: HOSTILE });
    const prompt = await savePromptVersion(db, {
      stage: "decision",
      version: `9.${Date.now()}`,
      template: HOSTILE,
      inputs: [HOSTILE],
      contentHash: randomUUID().replaceAll("-", "").repeat(2),
    });
    const { page, faults } = await signedIn();
    const places = ["/", `/executions/${executionId}`, `/runs/${runId}`, `/prompts/${prompt.id}`];
    for (const place of places) {
      await page.goto(web.url + place);
      expect(await page.locator("main").innerText(), place).toContain("<script>window.hacked=1</script>");
      expect(await page.evaluate("window.hacked"), place).toBeUndefined();
    }
    await page.goto(
      `${web.url}/orders?symbol=${encodeURIComponent(HOSTILE)}&status=${encodeURIComponent(HOSTILE)}`,
    );
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(faults).toEqual([]);
  });
});
