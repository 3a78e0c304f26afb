// The first five minutes: from the printed link to a filled order, in the real program, approved on a phone.
import { describe, expect, test } from "vitest";
import { createTestDatabase } from "#tests/support/database.ts";
import { type DeskProcess, startDesk, TEST_TOKEN, temporaryFolder } from "#tests/support/desk-process.ts";
import { hasBrowser, openPage, PHONE, WIDE, WITHOUT_BROWSER } from "./fixture/browser.ts";

describe.skipIf(!hasBrowser)(`a newcomer${WITHOUT_BROWSER}`, () => {
  test("reads the reports, approves on a phone and sees the order filled", { timeout: 480_000 }, async () => {
    const folder = temporaryFolder();
    const { url: databaseUrl, drop } = await createTestDatabase({ empty: true });
    let desk: DeskProcess | undefined;
    try {
      desk = await startDesk({ dataDir: folder.path, environment: { DATABASE_URL: databaseUrl } });
      const wide = await openPage(desk.url, { viewport: WIDE });
      await wide.page.goto(`${desk.url}/login?token=${TEST_TOKEN}`);
      expect(await wide.page.locator("#status-strip").innerText()).toContain(
        "offline analyst, no LLM configured",
      );
      expect(await wide.page.locator("#status-strip").innerText()).toContain("gateway simulator");

      // The first execution appears and moves by itself.
      await wide.page.locator("#open-approvals").getByText("AAPL").waitFor();
      await wide.page.locator("#first-steps").getByText("approve, change or reject it").waitFor();
      await wide.page.locator("#in-hand").getByRole("link", { name: /AAPL/ }).click();
      await wide.page.getByRole("link", { name: "AAPL", exact: true }).click();
      await wide.page.getByRole("heading", { name: "Technical analyst, daily" }).waitFor();
      await wide.page.getByRole("button", { name: "Interactive" }).first().click();
      await wide.page.locator("dialog[open] canvas").waitFor();
      await wide.page.getByRole("button", { name: "Close the interactive chart" }).click();

      const phone = await openPage(desk.url, { viewport: PHONE });
      await phone.page.goto(`${desk.url}/login?token=${TEST_TOKEN}&next=/approvals`);
      await phone.page.getByRole("button", { name: /^Approve/ }).tap();
      await phone.page.getByText("checked once more before the order leaves").waitFor();

      // The other browser learns of it without a reload.
      const orders = wide.page.locator("#orders");
      await orders.getByText("accepted").first().waitFor();

      // The desk is killed and comes back: the open page says so, catches up, and nobody has to sign in again.
      await desk.kill();
      await wide.page.getByText("live updates lost").waitFor();
      const PORT = new URL(desk.url).port;
      desk = await startDesk({ dataDir: folder.path, environment: { DATABASE_URL: databaseUrl, PORT } });
      await wide.page.getByText("live updates lost").waitFor({ state: "hidden" });
      // A browser notes each try to come back while nobody answers, or the desk is still starting.
      const lost = wide.faults.splice(0).filter((fault) => !/ERR_|status of 503/.test(fault));
      expect(lost).toEqual([]);
      phone.faults.length = 0;

      await phone.page.goto(`${desk.url}/`);
      await phone.page.getByRole("button", { name: "Next session" }).tap();
      await phone.page.getByText("The market clock has moved").waitFor();
      await orders.getByText("filled", { exact: true }).first().waitFor();

      await phone.page.goto(`${desk.url}/portfolio`);
      await phone.page.locator("#positions").getByText("AAPL").waitFor();
      expect(wide.faults).toEqual([]);
      expect(phone.faults).toEqual([]);
      await desk.stop();
    } finally {
      await desk?.kill();
      await drop();
      folder.remove();
    }
  });
});
