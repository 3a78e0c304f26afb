// Two hands on one question, over HTTP on the real program: one wins, the other is told how it stands, and whatever the
// order of events there is never more than one order, none after a no, none after the end of its time, none after a halt.
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Instant } from "#store/model/ids.ts";
import { expireApprovals } from "#store/trading/approvals.ts";
import { testDatabase } from "#tests/support/database.ts";
import {
  askDesk,
  callDesk,
  type DeskProcess,
  startDesk,
  temporaryFolder,
} from "#tests/support/desk-process.ts";
import { raiseBarriers } from "./barrier.ts";
import { replayBooks } from "./broker-books.ts";
import { BUY_DAY, writeBuySymbols } from "./market-folder.ts";
import { until } from "./until.ts";

const database = await testDatabase();
const folder = temporaryFolder();
const market = path.join(folder.path, "bars");
const dataDir = path.join(folder.path, "desk");

type Question = { symbol: string; approvalId: string; runId: string; session: string };
type Told = { code?: string; facts?: { status?: string } };
type Answered = { status: number; body: Told };

const TWICE = ["D1", "D2"];
const AGAINST = ["R1", "R2", "R3", "R4"];
const LATE = ["E1", "E2", "E3"];
const HALTED = ["H1", "H2"];
/** Stands between the check of the trading state and the sending of the order when the halt comes. */
const ON_THE_SILL = "H3";
const symbols = [...TWICE, ...AGAINST, ...LATE, ...HALTED, ON_THE_SILL];

let desk: DeskProcess;
const questions = new Map<string, Question>();

async function rowsOf<Row extends object>(statement: string, values: unknown[] = []): Promise<Row[]> {
  return (await database.pool.query<Row>(statement, values)).rows;
}

function question(symbol: string): Question {
  const asked = questions.get(symbol);
  if (asked === undefined) throw new Error(`${symbol} was never asked about`);
  return asked;
}

const answer = (symbol: string, body: object): Promise<Answered> =>
  askDesk<Told>(desk.url, "POST", `/api/approvals/${question(symbol).approvalId}/answer`, body);
const approve = (symbol: string) => answer(symbol, { action: "approve" });
const reject = (symbol: string) => answer(symbol, { action: "reject", reason: "not today" });

const soon = (ms: number) => new Date(Date.now() + ms).toISOString() as Instant;

async function settled(of: readonly string[]): Promise<void> {
  const standing = () =>
    rowsOf<{ symbol: string; status: string }>(
      "SELECT symbol, status FROM symbol_runs WHERE symbol = ANY($1)",
      [of],
    );
  const goesOn = /queued|running|waiting_approval/;
  await until(
    "the answered runs have ended or wait for their order",
    async () => ((await standing()).some((run) => goesOn.test(run.status)) ? null : true),
    { state: standing },
  );
}

/** How often the desk counted an order of this symbol as sent. */
async function sendings(symbol: string): Promise<number> {
  const rows = await rowsOf(
    "SELECT 1 FROM order_events e JOIN orders o ON o.id = e.order_id WHERE o.symbol = $1 AND o.leg = 'entry' AND e.kind = 'submitting'",
    [symbol],
  );
  return rows.length;
}

async function approvalStatus(symbol: string): Promise<string | undefined> {
  const [row] = await rowsOf<{ status: string }>("SELECT status FROM approvals WHERE id = $1", [
    question(symbol).approvalId,
  ]);
  return row?.status;
}

/** One was taken and the other got a conflict with the state as it is. */
async function expectOneWinner(symbol: string, answers: readonly Answered[]): Promise<void> {
  expect(answers.map((one) => one.status).sort()).toEqual([202, 409]);
  const told = answers.find((one) => one.status === 409)?.body;
  expect(told?.code).toBe("approval_answered");
  expect(JSON.stringify(told)).toContain(await approvalStatus(symbol));
}

beforeAll(async () => {
  writeBuySymbols(market, symbols);
  desk = await startDesk({
    dataDir,
    environment: { DATABASE_URL: database.url, MARKET_DATA_DIR: market },
  });
  for (const symbol of symbols) {
    const request = { symbols: [symbol], asOf: BUY_DAY, approval: "ask" };
    await callDesk(desk.url, "POST", "/api/executions", request);
  }
  const asked = () =>
    rowsOf<Question>(
      `SELECT r.symbol, a.id AS "approvalId", r.id AS "runId", e.gateway_session AS session
       FROM approvals a JOIN symbol_runs r ON r.id = a.symbol_run_id JOIN executions e ON e.id = r.execution_id
       WHERE r.symbol = ANY($1) AND r.status = 'waiting_approval'`,
      [symbols],
    );
  const found = await until("every symbol waits for a person", async () => {
    const rows = await asked();
    return rows.length === symbols.length ? rows : null;
  });
  for (const row of found) questions.set(row.symbol, row);
}, 600_000);

afterAll(async () => {
  await desk?.kill();
  folder.remove();
}, 30_000);

describe("faults: two answers at once", () => {
  test("of two approvals one counts, and one order goes out", { timeout: 300_000 }, async () => {
    for (const symbol of TWICE)
      await expectOneWinner(symbol, await Promise.all([approve(symbol), approve(symbol)]));
    await settled(TWICE);
    expect(await Promise.all(TWICE.map(sendings))).toEqual([1, 1]);
  });

  test("of an approval and a rejection one counts, and an order goes out only after the approval", {
    timeout: 300_000,
  }, async () => {
    for (const [index, symbol] of AGAINST.entries()) {
      const hands = index % 2 === 0 ? [approve, reject] : [reject, approve];
      await expectOneWinner(symbol, await Promise.all(hands.map((hand) => hand(symbol))));
    }
    await settled(AGAINST);
    for (const symbol of AGAINST)
      expect(await sendings(symbol)).toBe((await approvalStatus(symbol)) === "approved" ? 1 : 0);
  });

  test("of an approval and the end of its time one counts", { timeout: 300_000 }, async () => {
    for (const symbol of LATE) {
      const { approvalId } = question(symbol);
      // By the machine's clock: the simulator's market stands still between steps.
      await rowsOf(
        "UPDATE approvals SET expires_on = 'machine', expires_at = now() + interval '5 ms' WHERE id = $1",
        [approvalId],
      );
      // What the desk does every 15 seconds, here in the same moment as the click.
      const [answered] = await Promise.all([approve(symbol), expireApprovals(database.db, soon(10))]);
      const status = await approvalStatus(symbol);
      if (answered.status === 202) expect(status).toBe("approved");
      else {
        expect(answered).toMatchObject({ status: 409, body: { code: "approval_expired" } });
        expect(JSON.stringify(answered.body)).toMatch(/expired/);
        await expireApprovals(database.db, soon(1_000));
      }
    }
    // The desk's own round has nothing left to expire, so the runs get the nudge that a start gives them.
    await desk.kill();
    desk = await startDesk({ dataDir, environment: { DATABASE_URL: database.url, MARKET_DATA_DIR: market } });
    await settled(LATE);
    for (const symbol of LATE)
      expect(await sendings(symbol)).toBe((await approvalStatus(symbol)) === "approved" ? 1 : 0);
  });
});

describe("faults: a halt and an approval", () => {
  const halt = () => askDesk(desk.url, "POST", "/api/trading-state/halt", { reason: "fault test" });
  const resume = () => callDesk(desk.url, "POST", "/api/trading-state/resume", { reason: "fault test" });

  test("nothing is sent any more once the halt has been answered", { timeout: 300_000 }, async () => {
    const barriers = await raiseBarriers(database, [{ symbol: ON_THE_SILL, place: "submitting" }]);
    await approve(ON_THE_SILL);
    await until("the order stands on the sill", async () =>
      (await barriers.missing()).length === 0 ? true : null,
    );
    let answered = false;
    const halting = halt().then((told) => {
      answered = true;
      return told;
    });
    // Either the halt waits for the order that has passed its check, or it takes that order back.
    const waits =
      "SELECT 1 FROM pg_locks WHERE NOT granted AND NOT (locktype = 'advisory' AND classid = 424242)";
    await until("the halt is in force or waits for the sender", async () =>
      answered || (await rowsOf(waits)).length > 0 ? true : null,
    );
    const inForce = answered;
    await barriers.release(ON_THE_SILL);
    expect(await halting).toMatchObject({ status: 200, body: { state: "HALTED" } });
    await barriers.remove();
    await settled([ON_THE_SILL]);
    expect({ haltWasAnswered: inForce, sent: await sendings(ON_THE_SILL) }).toEqual(
      inForce ? { haltWasAnswered: true, sent: 0 } : { haltWasAnswered: false, sent: 1 },
    );
    await resume();
  });

  test("racing each other leave one order or none, and none after the halt", {
    timeout: 300_000,
  }, async () => {
    for (const symbol of HALTED) {
      const [answered, halted] = await Promise.all([approve(symbol), halt()]);
      expect([answered.status, halted.status]).toEqual([202, 200]);
      const sentBefore = await sendings(symbol);
      await settled([symbol]);
      expect(await sendings(symbol)).toBe(sentBefore);
      await resume();
    }
  });
});

test("the broker holds one order for each approval that was carried out, and no other", {
  timeout: 300_000,
}, async () => {
  await desk.stop();
  const accounts = await rowsOf<{ session: string; account: string }>(
    "SELECT gateway_session AS session, account_id AS account FROM executions",
  );
  const books = await replayBooks({
    dataDir,
    marketDataDir: market,
    accounts: new Map(accounts.map(({ session, account }) => [session, account])),
  });
  for (const { symbol, session } of questions.values()) {
    const entries = (books.get(session) ?? []).filter((order) => order.parentId === null);
    expect([symbol, entries.length]).toEqual([symbol, await sendings(symbol)]);
    expect(entries.length).toBeLessThanOrEqual((await approvalStatus(symbol)) === "approved" ? 1 : 0);
  }
});
