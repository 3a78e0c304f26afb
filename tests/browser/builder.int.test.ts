// Setting a strategy up in a browser: from a template, a fault told while it is typed, the difference before saving, an
// older version back, a clone. Without scripts the same forms do the same (tests/server/http/builder).
import { describe, expect, test } from "vitest";
import { TOKEN } from "#tests/server/http/fixture/web.ts";
import { testDatabase } from "#tests/support/database.ts";
import { hasBrowser, openPage, PHONE, WIDE, WITHOUT_BROWSER } from "./fixture/browser.ts";
import { servedWeb } from "./fixture/served.ts";

const database = await testDatabase();
const web = await servedWeb(database);

describe.skipIf(!hasBrowser)(`setting up${WITHOUT_BROWSER}`, () => {
  test("a workflow from a template, changed with a fault on the way, taken back, cloned", async () => {
    const { page, faults, context } = await openPage(web.url, { viewport: WIDE });
    await page.goto(`${web.url}/login?token=${TOKEN}&next=/workflows`);
    await page.getByRole("link", { name: "Begin with this: Two indicators" }).click();
    await page.getByLabel("Name of the workflow").fill(`<b>swing</b>`);
    await page.locator("#name-fault").getByText("without slashes").waitFor();
    await page.getByLabel("Name of the workflow").fill("<b>swing");
    const review = page.locator("#review");
    await review.getByRole("button", { name: "Save as a new workflow" }).click();
    await page.getByRole("heading", { name: "<b>swing" }).waitFor();

    // A fault stands beside its field while it is typed, and no button saves it.
    const bars = page.getByLabel("Bars shown").first();
    await bars.fill("20");
    await page.locator("[id='charts.daily.barsShown-fault']").getByText("60 to 250").waitFor();
    expect(await bars.getAttribute("aria-invalid")).toBe("true");
    expect(await review.getByRole("button", { name: /^Save/ }).count()).toBe(0);
    await bars.fill("120");
    await page.getByLabel("Weekly", { exact: true }).uncheck();
    await review.getByText("not drawn").waitFor();
    await page.locator("#steps").getByText("Daily chart of 120 bars").waitFor();
    expect(await page.getByText("Weekly-trend analyst").first().isVisible()).toBe(false);
    await review.getByRole("button", { name: "Save as version 2" }).click();

    const versions = page.locator("#versions");
    await versions.getByRole("button", { name: "Make newest: version 1" }).click();
    await page.getByText("Version 3, the newest").waitFor();
    expect(await page.getByLabel("Weekly", { exact: true }).isChecked()).toBe(true);
    await page.getByRole("link", { name: "Clone", exact: true }).first().click();
    expect(await page.getByLabel("Name of the workflow").inputValue()).toBe("<b>swing copy");
    expect(faults).toEqual([]);
    await context.close();
  });

  test("a strategy and its schedule on a phone, a symbol looked up as it is typed", async () => {
    const { page, faults, context } = await openPage(web.url, { viewport: PHONE });
    await page.goto(`${web.url}/login?token=${TOKEN}&next=/strategies`);
    await page.getByRole("link", { name: "New strategy from Single timeframe" }).tap();
    await page.getByLabel("Name", { exact: true }).fill("<i>daily");
    await page.getByLabel("Symbols").fill("aapl, nosuch");
    await page.locator("#symbols-fault").getByText("NOSUCH").waitFor();
    await page.getByLabel("Symbols").fill("aapl");
    await page.getByLabel("Schedule", { exact: true }).fill("45 15 * * 1-5");
    await page.locator("#schedule-preview").getByText("on weekdays at 15:45").waitFor();
    await page.locator("#schedule-preview").getByText("the exchange closed at 13:00 on 2017-07-03").waitFor();
    await page.getByRole("button", { name: "Save the strategy" }).tap();
    await page.getByRole("heading", { name: "<i>daily" }).waitFor();

    await page.goto(`${web.url}/symbols`);
    await page.getByLabel("Ticker").fill("nosuch");
    await page.locator("#look-up").getByText("NOSUCH cannot be added").waitFor();
    await page.getByLabel("Ticker").fill("aapl");
    await page.locator("#look-up").getByRole("button", { name: "Add AAPL" }).tap();
    await page.locator("#symbols").getByRole("link", { name: "AAPL" }).waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });
});
