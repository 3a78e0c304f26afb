// Golden runs: each ending of a proposal, through the whole graph to the simulator on AAPL's real bars, and the rows that
// it must leave. The runs and their rows are written out in cases.ts.
import { expect, test } from "vitest";
import type { Desk } from "#graph/desk.ts";
import { refreshPortfolio } from "#graph/orders/portfolio.ts";
import { reconcile } from "#graph/orders/reconcile.ts";
import { decisionsOfRun } from "#store/agents/decisions.ts";
import { SessionDate, type SymbolRunId, Ticker } from "#store/model/ids.ts";
import { dec } from "#store/model/money.ts";
import { counterfactuals } from "#store/results/counterfactuals.ts";
import { outcomeOfEntry, tradeOutcomes } from "#store/results/trades.ts";
import { listNodeEvents } from "#store/runs/node-events.ts";
import { getSymbolRun } from "#store/runs/symbol-runs.ts";
import { approvalsOfRun } from "#store/trading/approvals.ts";
import { listFills } from "#store/trading/fills.ts";
import { listOrderEvents } from "#store/trading/order-events.ts";
import { getOrder, listOrders, ordersOfRun } from "#store/trading/orders.ts";
import { listPositions } from "#store/trading/positions.ts";
import { heldReservations, verdictsOfRun } from "#store/trading/verdicts.ts";
import { testDatabase } from "#tests/support/database.ts";
import { lastFinishedSession } from "#tools/calendar.ts";
import { type DeskFixture, deskFixture } from "../fixture/desk.ts";
import { emptyBook } from "../orders/reset.ts";
import { GOLDEN, type Rows, type Step } from "./cases.ts";
import { scriptedModel } from "./scripted-model.ts";

const database = await testDatabase();
const { db } = database;
const AAPL = Ticker.parse("AAPL");
const START = SessionDate.parse("2018-03-01");

test.each(GOLDEN)("$name", async (golden) => {
  await emptyBook(database);
  const fixture = await deskFixture({
    database,
    start: START,
    models: scriptedModel(golden.script),
    ...(golden.broker === undefined ? {} : { brokerOrders: golden.broker }),
  });
  const strategy = await fixture.strategy({ ...golden.strategy, symbols: [AAPL] });
  const play: Play = { fixture, desk: fixture.desk(), strategy: strategy.id, runs: [] };
  for (const step of golden.steps) await take(play, step);
  expect(await rowsOf(play)).toEqual(golden.expected);
});

type Play = { fixture: DeskFixture; desk: Desk; strategy: string; runs: SymbolRunId[] };

async function take(play: Play, step: Step): Promise<void> {
  const { fixture, desk, runs } = play;
  const order = { database, clock: fixture.clock, gateway: fixture.gateway() };
  if (step === "run") {
    const { symbolRunIds } = await desk.startExecution({ strategy: play.strategy });
    runs.push(...symbolRunIds);
  } else if (step === "approve") await answer(play, { action: "approve" });
  else if (step === "reject") await answer(play, { action: "reject", reason: "not today" });
  else if (step === "expire") await desk.expireApprovals();
  else if (step === "reconcile") await reconcile(order);
  else if (step === "buy by hand") await buyByHand(fixture);
  else
    for (let session = 0; session < step; session += 1) {
      fixture.simulator().next();
      await fixture.track();
    }
  await fixture.drain(desk);
  await refreshPortfolio(order);
}

async function answer(
  { desk, runs }: Play,
  given: { action: "approve" } | { action: "reject"; reason: string },
) {
  const [pending] = (await approvalsOfRun(db, newest(runs))).filter((row) => row.status === "pending");
  if (pending === undefined) throw new Error("nothing is asked");
  await desk.answerApproval({ approvalId: pending.id, answer: given, who: "tester", channel: "cli" });
}

function newest(runs: readonly SymbolRunId[]): SymbolRunId {
  const id = runs.at(-1);
  if (id === undefined) throw new Error("no run yet");
  return id;
}

async function buyByHand(fixture: DeskFixture): Promise<void> {
  const { accountId } = fixture.gateway();
  const post = async (path: string, body: unknown) => {
    const url = `https://localhost:5000/v1/api${path}`;
    const answered = await fixture
      .simulator()
      .fetch(new Request(url, { method: "POST", body: JSON.stringify(body) }));
    return (await answered.json()) as { id?: string }[];
  };
  const orders = [{ conid: 265598, tif: "DAY", quantity: 10, side: "BUY", orderType: "MKT" }];
  let said = await post(`/iserver/account/${accountId}/orders`, { orders });
  while (said[0]?.id !== undefined) said = await post(`/iserver/reply/${said[0].id}`, { confirmed: true });
}

/** Everything the play has left behind, short enough to be read. */
async function rowsOf({ fixture, runs }: Play): Promise<Rows> {
  const { accountId, marketClock } = fixture.gateway();
  const upTo = lastFinishedSession(await marketClock.now());
  return {
    runs: await Promise.all(runs.map(runRow)),
    orders: await orderRows(),
    fills: await fillRows(),
    positions: (await listPositions(db, accountId)).map((row) => `${row.symbol} ${row.quantity}`),
    trades: await tradeRows(fixture),
    counterfactuals: (await counterfactuals(db, { accountId, upTo })).map(
      (row) =>
        `${row.why} ${row.side} ${row.quantity} for ${row.session}: ${row.entryPrice} to ${row.end} ` +
        `${row.exitPrice} on ${row.exitOn ?? "-"}, ${row.pnl}, R ${row.r}`,
    ),
    held: (await heldReservations(db, accountId)).length,
  };
}

async function runRow(id: SymbolRunId): Promise<Rows["runs"][number]> {
  const record = (await listNodeEvents(db, id)).find(
    (event) => event.node === "record" && event.kind === "finished",
  );
  const { outcome } = (record?.output ?? {}) as { outcome?: { code: string } };
  const verdicts = (await verdictsOfRun(db, id)).map(({ step, verdict, codes, plan }) => {
    const size = plan === null ? [] : [plan.side, plan.quantity];
    return [step, verdict, ...codes, ...size].join(" ");
  });
  const approvals = (await approvalsOfRun(db, id)).map((row) => row.status);
  return { ended: `${await fixtureStatus(id)} ${outcome?.code ?? "nothing"}`, verdicts, approvals };
}

async function fixtureStatus(id: SymbolRunId): Promise<string> {
  return (await getSymbolRun(db, id)).status;
}

async function orderRows(): Promise<string[]> {
  const { rows } = await listOrders(db, { limit: 50 });
  const lines: string[] = [];
  for (const order of rows) {
    const price = order.limitPrice ?? order.stopPrice ?? "MARKET";
    const chain = (await listOrderEvents(db, order.id)).map((event) => event.toStatus).join(" ");
    const name = `${order.external ? "external " : ""}${order.leg} ${order.side} ${order.quantity} @ ${price}`;
    lines.push(`${name}: ${chain === "" ? order.status : chain}`);
  }
  return lines.sort();
}

async function fillRows(): Promise<string[]> {
  const { rows } = await listFills(db, { limit: 50 });
  const lines: string[] = [];
  for (const fill of rows.toReversed()) {
    const leg = fill.orderId === null ? "unknown" : (await getOrder(db, fill.orderId)).leg;
    const what = `${fill.side} ${fill.quantity} @ ${fill.price}`;
    lines.push(`${fill.at.slice(0, 10)} ${leg} ${what}, ${fill.commission} commission`);
  }
  return lines;
}

/** Of every trade, which must point back at the run's own decision, strategy and prompt. */
async function tradeRows(fixture: DeskFixture): Promise<string[]> {
  const trades = await tradeOutcomes(db, fixture.gateway().accountId);
  for (const trade of trades) {
    const decisions = await decisionsOfRun(db, trade.symbolRunId);
    expect(decisions.map((decision) => decision.id)).toContain(trade.decisionId);
    expect(trade.prompt).toMatch(/^decision /);
    const [entry] = (await ordersOfRun(db, trade.symbolRunId)).filter((order) => order.leg === "entry");
    const { accountId } = trade;
    if (entry !== undefined)
      expect(await outcomeOfEntry(db, { accountId, conid: entry.conid, entryOrderId: entry.id })).toEqual(
        trade,
      );
  }
  return trades.map((trade) =>
    trade.closedAt === null
      ? `${trade.openQuantity} of ${trade.quantity} open, ${trade.realizedPnl} realised, ${dec(trade.unrealizedPnl ?? 0).toFixed(2)} unrealised`
      : `closed by ${trade.exitBy} at ${trade.exitPrice}, ${trade.realizedPnl} realised, R ${trade.r}`,
  );
}
