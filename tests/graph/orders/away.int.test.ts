// A gateway that is away, and runs that failed and are tried again: at each node what is right, and never an order too many.
import { sql } from "drizzle-orm";
import { beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_DESK_SETTINGS, type Desk } from "#graph/desk.ts";
import { ConflictError, UnavailableError } from "#store/model/errors.ts";
import { type ExecutionId, SessionDate, type SymbolRunId, Ticker } from "#store/model/ids.ts";
import { toDecimalString } from "#store/model/money.ts";
import { getSymbolRun } from "#store/runs/symbol-runs.ts";
import { approvalsOfRun } from "#store/trading/approvals.ts";
import { ordersOfRun } from "#store/trading/orders.ts";
import { heldReservations, verdictsOfRun } from "#store/trading/verdicts.ts";
import { testDatabase } from "#tests/support/database.ts";
import { type DeskFixture, deskFixture } from "../fixture/desk.ts";

const database = await testDatabase();
const { db } = database;
const AAPL = Ticker.parse("AAPL");
/** After this close the rules propose to buy AAPL. */
const START = SessionDate.parse("2018-03-01");
const alive = { signal: new AbortController().signal };

let fixture: DeskFixture;
let desk: Desk;
beforeEach(async () => {
  fixture = await deskFixture({ database, start: START });
  desk = fixture.desk();
});

type Started = { id: SymbolRunId; executionId: ExecutionId; session: string };

async function start(on: Desk, approval: "ask" | "auto" = "ask"): Promise<Started> {
  const strategy = await fixture.strategy({ symbols: [AAPL], approval });
  const { symbolRunIds, executionId } = await on.startExecution({ strategy: strategy.id, asOf: START });
  const [id] = symbolRunIds;
  if (id === undefined) throw new Error("no run");
  return { id, executionId, session: (await getSymbolRun(db, id)).execution.gatewaySession };
}

/** The session is gone as by IBKR's reset; with `back` somebody has logged in again. */
async function login(of: Started, how: "lost" | "back"): Promise<void> {
  const simulator = fixture.simulator(of.session);
  const [path, body] = how === "lost" ? ["session", JSON.stringify({ lose: "login" })] : ["login", ""];
  await simulator.fetch(new Request(`http://localhost/_sim/${path}`, { method: "POST", body }));
}

async function approve(id: SymbolRunId): Promise<void> {
  const row = (await approvalsOfRun(db, id)).at(-1);
  if (row === undefined) throw new Error("nothing was asked");
  await desk.answerApproval({
    approvalId: row.id,
    answer: { action: "approve" },
    who: "tester",
    channel: "cli",
  });
}

const entries = async (id: SymbolRunId) =>
  (await ordersOfRun(db, id)).filter((order) => order.leg === "entry");

describe("a gateway without a login", () => {
  test("fails a run that has nothing approved, with what to do, after the queue's attempts", async () => {
    const run = await start(desk);
    await login(run, "lost");
    await expect(desk.advance(run.id, { ...alive, attemptsLeft: 1 })).rejects.toMatchObject({
      code: "login_needed",
    });
    expect(await fixture.status(run.id)).toBe("queued");
    await fixture.drain(desk);
    const { error } = await getSymbolRun(db, run.id);
    expect(error).toMatchObject({ code: "login_needed", message: expect.stringContaining("log in") });
    await login(run, "back");
    await desk.retryFailed(run.executionId);
    await fixture.drain(desk);
    expect(await fixture.status(run.id)).toBe("waiting_approval");
  });

  test("lets an approved order wait without using up attempts, and it goes out once when the login is back", async () => {
    const run = await start(desk);
    await fixture.drain(desk);
    await login(run, "lost");
    await approve(run.id);
    for (let tries = 0; tries < 3; tries += 1)
      expect(await desk.advance(run.id, { ...alive, attemptsLeft: 0 })).toEqual({
        outcome: "away",
        status: "queued",
      });
    expect((await getSymbolRun(db, run.id)).error).toMatchObject({ code: "login_needed" });
    expect(await ordersOfRun(db, run.id)).toEqual([]);
    await login(run, "back");
    await fixture.drain(desk);
    expect(await fixture.status(run.id)).toBe("working");
    expect((await getSymbolRun(db, run.id)).error).toBeNull();
    expect(await entries(run.id)).toHaveLength(1);
  });

  test("lost on the way to the broker leaves the order unsent, and it goes out under a new id", async () => {
    let lose = true;
    const run = await start(desk, "auto");
    const [result] = (
      await fixture.drain(
        fixture.desk({
          onStep: async (step) => {
            if (step === "after_submitting" && lose) await login(run, "lost");
            if (step === "after_submitting") lose = false;
          },
        }),
      )
    ).values();
    expect(result?.outcome).toBe("away");
    expect((await entries(run.id)).map((order) => order.status)).toEqual(["REJECTED"]);
    await login(run, "back");
    await desk.advance(run.id, { ...alive, attemptsLeft: 0 });
    expect((await entries(run.id)).map((order) => order.attempt)).toEqual([0, 1]);
    expect(await fixture.status(run.id)).toBe("working");
    expect(
      fixture
        .simulator(run.session)
        .orders()
        .filter((order) => order.parentId === null),
    ).toHaveLength(1);
  });

  test("that does not come back before the approval runs out ends the run, and nothing was sent", async () => {
    desk = fixture.desk({ settings: { ...DEFAULT_DESK_SETTINGS, approvalExpiryHours: 24 } });
    const run = await start(desk);
    await fixture.drain(desk);
    await login(run, "lost");
    await approve(run.id);
    fixture.clock.skip(23 * 3_600_000);
    expect(await desk.advance(run.id, { ...alive, attemptsLeft: 9 })).toMatchObject({ outcome: "away" });
    fixture.clock.skip(2 * 3_600_000);
    expect(await desk.advance(run.id, { ...alive, attemptsLeft: 9 })).toMatchObject({ status: "failed" });
    const { error } = await getSymbolRun(db, run.id);
    expect(error).toMatchObject({
      code: "gateway_away",
      message: expect.stringContaining("nothing was sent"),
    });
    expect(await ordersOfRun(db, run.id)).toEqual([]);
  });
});

describe("a desk that has not compared its book with the broker's", () => {
  const refuse = async () => {
    throw new UnavailableError("not_reconciled", "nothing is judged or sent: the broker could not be read", {
      facts: { state: "not_reconciled", sent: false },
    });
  };

  test("analyses and decides, and neither judges nor asks nor sends", async () => {
    const closed = fixture.desk({ mayTrade: refuse });
    const run = await start(closed);
    await fixture.drain(closed);
    const counts = await fixture.counts(run.id);
    expect(counts.executor).toEqual([1, 1]);
    expect(counts.risk_gate).toEqual([1, 0]);
    expect((await getSymbolRun(db, run.id)).error).toMatchObject({ code: "not_reconciled" });
    expect(await verdictsOfRun(db, run.id)).toEqual([]);
    expect(await approvalsOfRun(db, run.id)).toEqual([]);
  });

  test("keeps what was decided for a day instead of throwing it away with its last attempt, and then goes on with it", async () => {
    const closed = fixture.desk({ mayTrade: refuse });
    const run = await start(closed);
    expect([...(await fixture.drain(closed)).values()]).toEqual([{ outcome: "away", status: "queued" }]);
    expect(await closed.advance(run.id, { ...alive, attemptsLeft: 0 })).toMatchObject({ outcome: "away" });
    await desk.advance(run.id, { ...alive, attemptsLeft: 0 });
    expect(await fixture.status(run.id)).toBe("waiting_approval");
    const late = await start(closed);
    await fixture.drain(closed);
    const yesterday = new Date(fixture.clock.now().getTime() - 25 * 3_600_000).toISOString();
    await db.execute(
      sql`update executions set created_at = ${yesterday} where id = (select execution_id from symbol_runs where id = ${late.id})`,
    );
    expect(await closed.advance(late.id, { ...alive, attemptsLeft: 0 })).toMatchObject({ status: "failed" });
    expect((await getSymbolRun(db, late.id)).error).toMatchObject({ code: "not_reconciled" });
  });

  test("sends nothing that was approved before, and sends it once both books have been compared", async () => {
    const run = await start(desk);
    await fixture.drain(desk);
    await approve(run.id);
    const closed = fixture.desk({ mayTrade: refuse });
    expect([...(await fixture.drain(closed)).values()]).toEqual([{ outcome: "away", status: "queued" }]);
    expect(await ordersOfRun(db, run.id)).toEqual([]);
    await desk.advance(run.id, { ...alive, attemptsLeft: 0 });
    expect(await entries(run.id)).toHaveLength(1);
  });

  test("waits with an order that has left already, also when its approval has run out: never as if nothing had been sent", async () => {
    let dies = true;
    const killed = fixture.desk({
      onStep: (step) => {
        if (step !== "after_record" || !dies) return;
        dies = false;
        throw new UnavailableError("login_needed", "died before the run had heard of its order");
      },
    });
    const run = await start(killed, "auto");
    await fixture.drain(killed);
    expect((await entries(run.id)).map((order) => order.status)).toEqual(["ACCEPTED"]);
    await database.pool.query(
      "update approvals set expires_on = 'machine', expires_at = now() - interval '1 hour' where symbol_run_id = $1",
      [run.id],
    );
    const closed = fixture.desk({ mayTrade: refuse });
    expect(await closed.advance(run.id, { ...alive, attemptsLeft: 0 })).toMatchObject({ outcome: "away" });
    await desk.advance(run.id, { ...alive, attemptsLeft: 0 });
    expect(await fixture.status(run.id)).toBe("working");
    expect(await entries(run.id)).toHaveLength(1);
  });
});

describe("a run that failed on its way to the broker and is tried again", () => {
  async function failed(): Promise<Started> {
    const breaks = fixture.desk({
      onStep: (step) => {
        if (step === "before_intent") throw new ConflictError("test_fault", "broken on purpose");
      },
    });
    const run = await start(breaks, "auto");
    await fixture.drain(breaks);
    expect(await fixture.status(run.id)).toBe("failed");
    expect(await held(run)).toEqual([]);
    return run;
  }
  const accountOf = (run: Started) => fixture.gateway(run.session).accountId;
  const held = async (run: Started) =>
    (await heldReservations(db, accountOf(run))).map((room) => room.verdictId);

  test("takes its room anew and sends one order", async () => {
    const run = await failed();
    await desk.retryFailed(run.executionId);
    await fixture.drain(desk);
    expect(await fixture.status(run.id)).toBe("working");
    const [entry] = await entries(run.id);
    const verdicts = await verdictsOfRun(db, run.id);
    expect(verdicts.at(-1)).toMatchObject({ id: entry?.verdictId, step: "answer", sequence: 100 });
    expect(verdicts.at(-1)?.plan?.quantity).toBe(entry?.quantity);
    expect(await held(run)).toEqual([]);
    expect(await entries(run.id)).toHaveLength(1);
  });

  test("sends nothing in another session than the one it was countersigned for", async () => {
    const run = await failed();
    fixture.simulator(run.session).next();
    await desk.retryFailed(run.executionId);
    await fixture.drain(desk);
    expect((await getSymbolRun(db, run.id)).error).toMatchObject({ code: "countersign_over" });
    expect(await ordersOfRun(db, run.id)).toEqual([]);
  });

  test("sends nothing when others have spent the room meanwhile", async () => {
    const run = await failed();
    const [verdict] = await verdictsOfRun(db, run.id);
    const other = await start(desk);
    await fixture.drain(desk);
    const [spent] = await verdictsOfRun(db, other.id);
    if (verdict?.plan == null || spent?.plan == null) throw new Error("no plan");
    // Another run's promise in the same account, as large as the account.
    const plan = { ...spent.plan, notional: toDecimalString(10_000_000) };
    await database.pool.query("update risk_verdicts set plan = $2 where id = $1", [
      spent.id,
      JSON.stringify(plan),
    ]);
    await database.pool.query(
      `insert into risk_reservations (verdict_id, account_id, conid, symbol, notional, loss_at_stop)
         select $1, $3, conid, symbol, $2, loss_at_stop from risk_reservations limit 1
       on conflict (verdict_id) do update set account_id = $3, notional = $2, released_at = null, release_reason = null`,
      [spent.id, plan.notional, accountOf(run)],
    );
    await desk.retryFailed(run.executionId);
    await fixture.drain(desk);
    expect((await getSymbolRun(db, run.id)).error).toMatchObject({ code: "room_gone" });
    expect(await ordersOfRun(db, run.id)).toEqual([]);
  });
});
