// The dashboard's figures and the kill switch: what is compared with what, and a halt that holds although the broker is away.
import { expect, test } from "vitest";
import { z } from "zod";
import { equityReader } from "#server/http/pages/equity.ts";
import { saveBars } from "#store/market/bars.ts";
import { UnavailableError } from "#store/model/errors.ts";
import { SessionDate } from "#store/model/ids.ts";
import { listAlerts } from "#store/trading/alerts.ts";
import { listApprovals } from "#store/trading/approvals.ts";
import { saveSnapshot } from "#store/trading/portfolio.ts";
import { testDatabase } from "#tests/support/database.ts";
import { conid, decimal, instant, PAPER_ACCOUNT, ticker } from "#tests/support/seed.ts";
import { type Web, webFixture } from "./fixture/web.ts";

const database = await testDatabase();
const { db } = database;
const web = await webFixture(database, {}, SessionDate.parse("2018-03-01"));

async function snapshot(at: string, net: string): Promise<void> {
  await saveSnapshot(db, {
    accountId: PAPER_ACCOUNT,
    currency: "USD",
    netLiquidation: decimal(net),
    totalCash: decimal(net),
    availableFunds: decimal(net),
    buyingPower: decimal(net),
    grossPositionValue: decimal("0"),
    at: instant(at),
  });
}

async function spx(closes: Readonly<Record<string, string>>): Promise<void> {
  const bars = Object.entries(closes).map(([date, close]) => ({
    date: SessionDate.parse(date),
    open: decimal(close),
    high: decimal(close),
    low: decimal(close),
    close: decimal(close),
    volume: decimal("0"),
  }));
  await saveBars(db, {
    source: "test",
    series: {
      conid: conid(416904),
      symbol: ticker("SPX"),
      timeframe: "daily",
      asOf: instant("2018-02-09T21:05:00.000Z"),
      source: { gateway: "simulator", session: "main", delaySeconds: 0 },
      bars,
      forming: null,
    },
  });
}

test("equity is one figure a day, today is against the day before, and nothing is compared without bars", async () => {
  await snapshot("2018-02-05T21:05:00.000Z", "100000");
  await snapshot("2018-02-06T15:00:00.000Z", "100500");
  await snapshot("2018-02-06T21:05:00.000Z", "101000");
  // Past midnight in UTC, but the same day at the exchange.
  await snapshot("2018-02-07T01:00:00.000Z", "101100");
  await snapshot("2018-02-07T21:05:00.000Z", "99000");
  const read = equityReader(db);
  const bare = await read(PAPER_ACCOUNT);
  expect(bare.curve.map((point) => point.value)).toEqual(["100000", "101100", "99000"]);
  expect(bare.today).toMatchObject({ amount: "-2100", since: "2018-02-07T01:00:00.000Z" });
  expect(bare.change).toEqual({ amount: "-1000", share: "-0.01" });
  expect(bare.benchmark).toBeNull();

  // The bar of 6 February is missing: that day has no point, and none is invented.
  await spx({ "2018-02-05": "2600", "2018-02-07": "2730" });
  const { benchmark } = await read(PAPER_ACCOUNT);
  expect(benchmark?.label).toContain("SPX, bought at the close of 2018-02-05 and held");
  expect(benchmark?.points).toEqual([
    { at: "2018-02-05T21:05:00.000Z", value: "100000" },
    { at: "2018-02-07T21:05:00.000Z", value: "105000" },
  ]);
  // What comes later on the same day, and on the next, takes its place among what is remembered.
  await snapshot("2018-02-07T21:30:00.000Z", "99500");
  await snapshot("2018-02-08T21:05:00.000Z", "99800");
  const later = await read(PAPER_ACCOUNT);
  expect(later.curve.map((point) => point.value)).toEqual(["100000", "101100", "99500", "99800"]);
  expect(later).toEqual(await equityReader(db)(PAPER_ACCOUNT));
  const page = await (await web.page("/")).text();
  expect(page).toContain("SPX, bought at the close of 2018-02-05");
  expect(page).toContain("since 2018-02-07");
});

test("a newcomer is told the next step at each point of the way", async () => {
  const steps = async () => {
    const html = await (await web.page("/")).text();
    return /aria-current="step"[\s\S]*?(\d\. [^<]+)</.exec(html)?.[1];
  };
  expect(await steps()).toBe("2. The agents analyse your symbols");
  await web.analyse([ticker("AAPL")]);
  expect(await steps()).toBe("3. You countersign");
  const { rows } = await listApprovals(db, { status: "pending" });
  await web.post(`/approvals/${rows[0]?.id}/answer`, { action: "approve" });
  await web.fixture.drain(web.desk);
  expect(await steps()).toBe("4. The order works at the broker");
  const halt = await (await web.page("/halt?act=cancel")).text();
  expect(halt).toContain("Will be cancelled");
  expect(halt).toContain("Halt, cancel 1 entry");
  web.fixture.simulator().next();
  await web.fixture.track();
  await web.fixture.drain(web.desk);
  expect(await steps()).toBe("5. Trace the fill back");
  const flatten = await (await web.page("/halt?act=flatten")).text();
  expect(flatten).toContain("SELL at the market");
  expect(flatten).toContain("close 1 position");
});

test("a halt holds although the broker is away, and what was not done is told and alarmed", async () => {
  const away: Web = await webFixture(database, {
    broker: {
      ...web.broker,
      windDown: async () => {
        throw new UnavailableError("gateway_refused", "nothing listens at the gateway's address");
      },
    },
  });
  const answer = await away.api("/api/trading-state/halt", {
    method: "POST",
    json: { reason: "drill", flatten: true },
  });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({
    state: "HALTED",
    exitsSent: 0,
    failed: ["nothing listens at the gateway's address"],
  });
  const [alarm] = await listAlerts(db);
  expect(alarm).toMatchObject({ level: "alarm", code: "halt_incomplete" });
  const posted = await away.post("/halt", { act: "flatten", reason: "drill" });
  expect(posted.headers.get("location")).toBe("/?cancelled=0&exits=0&failed=1");
  const page = await (await away.page("/?cancelled=0&exits=0&failed=1")).text();
  expect(page).toContain("1 act could not be done: see the alert below");
  expect(z.string().parse(await (await away.page("/?cancelled=<b>&exits=0&failed=1")).text())).not.toContain(
    "Trading is halted. ",
  );
  expect((await away.post("/halt", { act: "everything", reason: "x" })).status).toBe(422);
});
