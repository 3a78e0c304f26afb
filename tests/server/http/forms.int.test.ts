// What people do on pages: start, approve, change, reject, set up; and that a refused form says why, in place.
import { expect, test } from "vitest";
import { activePrompt } from "#store/agents/prompts.ts";
import type { ApprovalId } from "#store/model/ids.ts";
import { listExecutions } from "#store/runs/executions.ts";
import { getApproval, listApprovals } from "#store/trading/approvals.ts";
import { currentTradingState } from "#store/trading/trading-state.ts";
import { testDatabase } from "#tests/support/database.ts";
import { ticker } from "#tests/support/seed.ts";
import { onceOf, webFixture } from "./fixture/web.ts";

const database = await testDatabase();
const web = await webFixture(database);
const { db } = database;

/** Walks the market forward until the agents propose an order that a person must countersign. */
async function waitingApproval(): Promise<ApprovalId> {
  for (let tries = 0; tries < 30; tries += 1) {
    await web.analyse([ticker("AAPL")]);
    const { rows } = await listApprovals(db, { status: "pending" });
    if (rows[0] !== undefined) return rows[0].id;
    await web.fixture.simulator().next(10);
  }
  throw new Error("nothing was proposed in 300 sessions");
}

test("a rejection keeps its reason and shows it", async () => {
  const id = await waitingApproval();
  const answer = await web.post(`/approvals/${id}/answer`, {
    action: "reject",
    reason: "<i>not this week</i>",
  });
  expect(answer.status).toBe(303);
  const page = await (await web.page(`/approvals/${id}`)).text();
  expect(page).toContain("&lt;i&gt;not this week&lt;/i&gt;");
  await web.fixture.drain(web.desk);
});

test("an approval is refused with a larger quantity, changed to a smaller one, and cannot be answered twice", async () => {
  const id = await waitingApproval();
  const inbox = await (await web.page("/approvals")).text();
  expect(inbox).toContain(`/approvals/${id}/answer`);
  expect(inbox).toContain("Lost at the stop");

  const larger = await web.post(`/approvals/${id}/answer`, {
    action: "edit",
    quantity: "99999999",
    limitPrice: "",
  });
  expect(larger.status).toBe(422);
  expect(await larger.text()).toContain('aria-invalid="true"');

  const reasonless = await web.post(`/approvals/${id}/answer`, { action: "reject", reason: " " });
  expect(reasonless.status).toBe(422);
  expect((await getApproval(db, id)).status).toBe("pending");

  const smaller = await web.post(`/approvals/${id}/answer`, {
    action: "edit",
    quantity: "1",
    limitPrice: "",
  });
  expect(smaller.headers.get("location")).toBe(`/approvals/${id}?done=edit`);
  const answered = await getApproval(db, id);
  expect(answered).toMatchObject({ status: "edited", channel: "web", edit: { quantity: "1" } });
  expect(answered.answeredBy).toContain("web session");

  const again = await web.post(`/approvals/${id}/answer`, { action: "approve" });
  expect(again.status).toBe(409);
  expect(await again.text()).toContain("already edited");
  await web.fixture.drain(web.desk);
});

test("an execution starts from the form, with symbols as people type them", async () => {
  const strategy = await web.fixture.strategy({ symbols: [ticker("AAPL")] });
  const started = await web.post("/executions", {
    strategy: strategy.id,
    symbols: " aapl, spx ",
    asOf: "",
    approval: "never",
  });
  expect(started.status).toBe(303);
  const { rows } = await listExecutions(db, { limit: 1 });
  expect(started.headers.get("location")).toBe(`/executions/${rows[0]?.id}?done=started`);
  expect(rows[0]).toMatchObject({ symbolCount: 2, approval: "never" });
  web.fixture.queue.length = 0;

  const refused = await web.post("/executions", {
    strategy: strategy.id,
    symbols: "AAPL, not-one",
    asOf: "",
    approval: "",
  });
  expect(refused.status).toBe(422);
  const html = await refused.text();
  expect(html).toContain("symbols-fault");
  expect(html).toContain("AAPL, not-one");
});

test("a form that starts something is carried out once, clicked twice or sent again, and leads to the same page", async () => {
  const key = async (path: string) => onceOf(await (await web.page(path)).text());
  const strategy = await web.fixture.strategy({ symbols: [ticker("AAPL")] });
  const started = async () =>
    (await listExecutions(db, { strategyId: strategy.id, limit: 10 })).rows.map((row) => row.id);
  const typed = { once: await key("/executions/new"), strategy: strategy.id };
  const clicks = await Promise.all([web.post("/executions", typed), web.post("/executions", typed)]);
  const reloaded = await web.post("/executions", typed);
  const [id] = await started();
  expect(await started()).toEqual([id]);
  const to = { status: 303, location: `/executions/${id}?done=started` };
  for (const answer of [...clicks, reloaded])
    expect({ status: answer.status, location: answer.headers.get("location") }).toEqual(to);

  const other = await web.post("/executions", { ...typed, symbols: "MSFT" });
  expect([other.status, await other.text()]).toEqual([409, expect.stringContaining("sent before")]);
  // What was refused has done nothing: the same form, put right, is carried out.
  const once = await key("/executions/new");
  expect((await web.post("/executions", { once, strategy: strategy.id, symbols: "?" })).status).toBe(422);
  expect((await web.post("/executions", { once, strategy: strategy.id })).status).toBe(303);
  expect(await started()).toHaveLength(2);
  web.fixture.queue.length = 0;
});

test("the market moves once however often its form is sent, and an old page's halt still halts", async () => {
  const now = async () => (await web.broker.now(AbortSignal.timeout(5_000))).toISOString();
  const before = await now();
  const sessions = { once: onceOf(await (await web.page("/")).text()), sessions: "1" };
  await Promise.all([web.post("/market/next", sessions), web.post("/market/next", sessions)]);
  const moved = await now();
  expect(moved > before).toBe(true);
  await web.post("/market/next", sessions);
  expect(await now()).toBe(moved);

  const typed = { once: onceOf(await (await web.page("/halt")).text()), act: "halt", reason: "drill" };
  for (let round = 0; round < 2; round += 1) {
    await Promise.all([web.post("/halt", typed), web.post("/halt", typed)]);
    expect(await currentTradingState(db)).toMatchObject({ state: "HALTED" });
    await web.post("/trading-state", { state: "ACTIVE", reason: "over" });
  }
});

test("halting needs a reason; acknowledging, moving the clock and symbols work from their forms", async () => {
  expect((await web.post("/trading-state", { state: "HALTED", reason: "" })).status).toBe(422);
  await web.post("/trading-state", { state: "HALTED", reason: "drill" });
  expect(await currentTradingState(db)).toMatchObject({ state: "HALTED", reason: "drill" });
  await web.post("/trading-state", { state: "ACTIVE", reason: "over" });
  expect((await web.post("/market/next", { sessions: "1" })).headers.get("location")).toBe("/?done=moved");
  expect((await web.post("/market/next", { sessions: "1000" })).status).toBe(422);
  expect((await web.post("/symbols", { symbol: "aapl", priority: "3" })).status).toBe(303);
  const unknown = await web.post("/symbols", { symbol: "NOSUCH", priority: "" });
  expect(unknown.status).toBeGreaterThanOrEqual(400);
  expect(await unknown.text()).toContain("symbol-fault");
});

test("an address with an odd id is a page that is not there, and notices come only from the desk's own list", async () => {
  for (const path of ["/runs/1", "/executions/x", "/orders/%00", "/prompts/..%2f", "/approvals/1"]) {
    expect((await web.page(path)).status, path).toBe(404);
  }
  expect(await (await web.page("/?done=<b>anything</b>")).text()).not.toContain("anything");
  const { id } = await activePrompt(db, "decision");
  expect(await (await web.page(`/prompts/${id}`)).text()).toContain("Template");
});
