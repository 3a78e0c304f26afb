// What decisions came to, over HTTP and on pages: a trade with its sums, and a rejected proposal marked as never traded.
import { expect, test } from "vitest";
import { z } from "zod";
import { Counterfactual } from "#store/model/counterfactual.ts";
import { SessionDate } from "#store/model/ids.ts";
import { PerformanceLine, TradeOutcome } from "#store/model/trade.ts";
import { listApprovals } from "#store/trading/approvals.ts";
import { testDatabase } from "#tests/support/database.ts";
import { ticker } from "#tests/support/seed.ts";
import { webFixture } from "./fixture/web.ts";

const database = await testDatabase();
const { db } = database;
const Performance = z.object({
  trades: z.array(TradeOutcome),
  byStrategy: z.array(PerformanceLine),
  bySymbol: z.array(PerformanceLine),
  byPrompt: z.array(PerformanceLine),
  counterfactuals: z.array(Counterfactual),
});

test("a filled decision and a rejected one are both followed, and told apart", async () => {
  // After this close the rules propose to buy AAPL.
  const web = await webFixture(database, {}, SessionDate.parse("2018-03-01"));
  const proposed = async () => {
    await web.analyse([ticker("AAPL")]);
    const { rows } = await listApprovals(db, { status: "pending" });
    if (rows[0] === undefined) throw new Error("nothing was proposed");
    return rows[0];
  };
  const turnedDown = await proposed();
  await web.post(`/approvals/${turnedDown.id}/answer`, { action: "reject", reason: "not this week" });
  await web.fixture.drain(web.desk);
  const taken = await proposed();
  const { plan } = z.object({ plan: z.object({ targetPrice: z.string() }) }).parse(taken.shown);
  const target = (Number(plan.targetPrice) + 1).toFixed(2);
  await web.post(`/approvals/${taken.id}/answer`, { action: "edit", quantity: "3", targetPrice: target });
  await web.fixture.drain(web.desk);
  web.fixture.simulator().next();
  await web.fixture.track();
  await web.fixture.drain(web.desk);

  const answer = await web.api("/api/portfolio/performance");
  expect(answer.status).toBe(200);
  const told = Performance.parse(await answer.json());
  expect(told.trades).toMatchObject([{ symbol: "AAPL", quantity: "3", openQuantity: "3", exitBy: null }]);
  expect(told.bySymbol).toMatchObject([{ key: "AAPL", trades: 1, closed: 0, averageR: null }]);
  expect(told.byPrompt[0]?.label).toMatch(/^decision /);
  expect(told.counterfactuals).toMatchObject([
    { counterfactual: true, why: "rejected", reason: "not this week", symbol: "AAPL" },
  ]);

  const portfolio = await (await web.page("/portfolio")).text();
  expect(portfolio).toContain("Results after commissions");
  expect(portfolio).toContain("never traded");
  const run = await (await web.page(`/runs/${told.trades[0]?.symbolRunId}`)).text();
  expect(run).toContain("What came of it");
  expect(run).toContain("still open");
  const approval = await (await web.page(`/approvals/${taken.id}`)).text();
  expect(approval).toContain("Target changed to");
});
