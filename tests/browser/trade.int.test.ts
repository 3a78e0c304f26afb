// One trade in a real browser: read without scripts, drawn interactively with them, followed along its chain, taken away
// as a file that opens offline; sound and reachable for all, wide and on a phone.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { SessionDate } from "#store/model/ids.ts";
import { TOKEN } from "#tests/server/http/fixture/web.ts";
import { testDatabase } from "#tests/support/database.ts";
import { ticker } from "#tests/support/seed.ts";
import { hasBrowser, openPage, PHONE, testBrowser, WIDE, WITHOUT_BROWSER } from "./fixture/browser.ts";
import { servedWeb } from "./fixture/served.ts";

const database = await testDatabase();
// After this close the rules propose to buy AAPL.
const web = await servedWeb(database, SessionDate.parse("2018-03-01"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const HOSTILE = `</script><script>window.hacked=1</script><img src=x onerror="window.hacked=1">`;

/** A proposal refused with hostile words; one bought, filled on the next session, looked at once more since. */
async function trade(): Promise<{ runId: string; approvalId: string; fill: string; refusedId: string }> {
  const Rows = z.object({ rows: z.array(z.looseObject({ id: z.string(), symbolRunId: z.string() })) });
  const answered = async (json: object) => {
    await web.analyse([ticker("AAPL")]);
    const [asked] = Rows.parse(await (await web.api("/api/approvals?status=pending")).json()).rows;
    await web.api(`/api/approvals/${asked?.id}/answer`, { method: "POST", json });
    await web.fixture.drain(web.desk);
    return asked;
  };
  const refused = await answered({ action: "reject", reason: HOSTILE });
  const asked = await answered({ action: "approve" });
  await web.fixture.simulator().next();
  await web.fixture.track();
  await web.fixture.drain(web.desk);
  await web.analyse([ticker("AAPL")]);
  const Fills = z.object({ rows: z.array(z.object({ executionRef: z.string() })) });
  const fill = Fills.parse(await (await web.api("/api/fills")).json()).rows[0]?.executionRef ?? "";
  const refusedId = refused?.symbolRunId ?? "";
  return { runId: asked?.symbolRunId ?? "", approvalId: asked?.id ?? "", fill, refusedId };
}

async function serious(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const Found = z.object({
    violations: z.array(
      z.looseObject({
        id: z.string(),
        impact: z.string().nullable(),
        nodes: z.array(z.looseObject({ html: z.string() })),
      }),
    ),
  });
  const { violations } = Found.parse(
    await page.evaluate("axe.run(document, { resultTypes: ['violations'] })"),
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
}

describe.skipIf(!hasBrowser)(`a trade in a browser${WITHOUT_BROWSER}`, async () => {
  const nothing = { runId: "", approvalId: "", fill: "", refusedId: "" };
  const { runId, approvalId, fill, refusedId } = hasBrowser ? await trade() : nothing;
  const run = `${web.url}/runs/${runId}`;
  const signIn = `${web.url}/login?token=${TOKEN}`;

  test("is readable and to be followed without any script", { timeout: 240_000 }, async () => {
    const context = await (await testBrowser()).newContext({ viewport: WIDE, javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(signIn);
    await page.goto(run);
    const daily = page.locator("#chart-daily");
    await daily.getByRole("img", { name: /entry .* filled, stop .* accepted/ }).waitFor();
    await daily.getByText("As the model saw it").click();
    await daily.getByAltText(/chart with the indicators/).waitFor();
    await page
      .getByRole("link", { name: /^executor/ })
      .first()
      .click();
    await page.getByRole("heading", { name: "Node: executor" }).waitFor();
    await page.getByRole("navigation", { name: "Lineage" }).getByRole("link", { name: /^Fill/ }).click();
    await page.getByRole("heading", { name: /^BUY .* AAPL at/ }).waitFor();
    await page.getByRole("navigation", { name: "Lineage" }).getByRole("link", { name: /^Bars/ }).click();
    await page.getByRole("cell", { name: "2018-03-01" }).waitFor();
    await page.getByRole("link", { name: "its run", exact: true }).click();
    await page.waitForURL(run);
    await context.close();
  });

  test("is drawn interactively, and a prompt can be copied whole", { timeout: 240_000 }, async () => {
    const { page, context, faults } = await openPage(web.url, { viewport: WIDE });
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: web.url });
    await page.goto(signIn);
    await page.goto(run);
    await page.locator("#chart-weekly").getByRole("button", { name: "Interactive" }).click();
    await page.locator("dialog[open] canvas").waitFor();
    await page.keyboard.press("Escape");
    await page
      .getByRole("link", { name: /^exact prompt/ })
      .first()
      .click();
    const exchange = page.locator("details[id^=exchange]");
    // Told for a moment only: whoever waits for it must wait before the click.
    const told = exchange.getByRole("button", { name: "Copied" }).waitFor();
    await exchange.getByRole("button", { name: "Copy" }).last().click();
    await told;
    expect(await page.evaluate("navigator.clipboard.readText()")).toContain('"symbol":"AAPL"');
    expect(faults).toEqual([]);
    await context.close();
  });

  test("is sound and reachable for all on a phone", { timeout: 240_000 }, async () => {
    const look = { viewport: PHONE, colorScheme: "dark" as const };
    const { page, context, faults } = await openPage(web.url, look);
    await page.goto(signIn);
    const places = {
      "trade-run": `/runs/${runId}?node=risk_gate`,
      "trade-approval": `/approvals/${approvalId}`,
      trades: "/trades",
      fill: `/fills/${encodeURIComponent(fill)}`,
    };
    for (const [title, place] of Object.entries(places)) {
      await page.goto(web.url + place, { waitUntil: "load" });
      const excess = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
      expect(excess, `${title} is wider than the screen`).toBeLessThanOrEqual(0);
      expect(await serious(page), title).toEqual([]);
      const folder = process.env.SCREENSHOT_DIR;
      if (folder !== undefined)
        await page.screenshot({
          path: path.join(folder, `phone-dark-${title}.png`),
          fullPage: true,
        });
    }
    expect(faults).toEqual([]);
    await context.close();
  });

  test("opens from its file without a network, and runs nothing", { timeout: 240_000 }, async () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), "countersign-trade-")), "decision.html");
    writeFileSync(file, await (await web.api(`/api/symbol-runs/${refusedId}/export`)).text());
    const { page, context } = await openPage(web.url, { viewport: PHONE });
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url().slice(0, 30)));
    const errors: string[] = [];
    page.on("console", (message) => errors.push(message.text()));
    await context.setOffline(true);
    await page.goto(`file://${file}`);
    await page.getByRole("heading", { name: "Hash chain" }).waitFor();
    expect(asked.filter((url) => !url.startsWith("data:") && !url.startsWith("file:"))).toEqual([]);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(await page.evaluate("document.images[0].naturalWidth")).toBe(1024);
    // Its styles are the ones that its policy names, else they would not apply.
    expect(await page.evaluate("getComputedStyle(document.body).maxWidth")).not.toBe("none");
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    expect(await serious(page)).toEqual([]);
    expect(errors).toEqual([]);
    await context.close();
  });
});
