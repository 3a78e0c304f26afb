// What a reader sees without reloading: progress, a stream that comes back, two browsers, hostile text as text.
import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { recordLlmCall } from "#store/agents/llm-calls.ts";
import { savePromptVersion } from "#store/agents/prompts.ts";
import type { SymbolRunId } from "#store/model/ids.ts";
import { beginNode, failNode } from "#store/runs/node-events.ts";
import { listSymbolRuns, setSymbolRunStatus } from "#store/runs/symbol-runs.ts";
import { raiseAlert } from "#store/trading/alerts.ts";
import { TOKEN } from "#tests/server/http/fixture/web.ts";
import { testDatabase } from "#tests/support/database.ts";
import { llmCall, seedExecution, ticker } from "#tests/support/seed.ts";
import { hasBrowser, openPage, PHONE, WIDE, WITHOUT_BROWSER } from "./fixture/browser.ts";
import { servedWeb } from "./fixture/served.ts";

const database = await testDatabase();
const web = await servedWeb(database);
const { db } = database;

const HOSTILE = `<script>window.hacked=1</script><img src=x onerror="window.hacked=1">"'><b>bold</b>`;

async function signedIn(viewport = WIDE) {
  const watched = await openPage(web.url, { viewport });
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
    await one.page.getByLabel("Reason").fill("a drill");
    await one.page.getByRole("button", { name: "Halt" }).click();
    await one.page.getByText("Trading is halted.").waitFor();
    await other.page.goto(`${web.url}/`);
    await other.page.getByText("halted").first().waitFor();
    await other.page.getByLabel("Reason").fill("over");
    await other.page.getByRole("button", { name: "Resume" }).click();
    await other.page.getByText("Trading is active again.").waitFor();
  });

  test("keep what a reader has opened and typed while the page moves", async () => {
    const { executionId, runId } = await queuedRun();
    const { page } = await signedIn();
    await recordLlmCall(db, llmCall(runId));
    await page.goto(`${web.url}/runs/${runId}`);
    expect(executionId).not.toBe("");
    const exchange = page.locator("details[id^=exchange]").first();
    await exchange.locator("summary").first().click();
    await beginNode(db, { symbolRunId: runId, node: "charts", visit: 0 });
    await page.locator("#node-charts").waitFor();
    expect(await exchange.getAttribute("open")).not.toBeNull();
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
