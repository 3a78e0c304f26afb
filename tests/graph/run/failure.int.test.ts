// Which failures end a run and which are tried again; and a run whose database connections all break on its way.
import { expect, test } from "vitest";
import { causeOf, isRetryable } from "#graph/run/failure.ts";
import { InputError, UnavailableError } from "#store/model/errors.ts";
import { SessionDate, Ticker } from "#store/model/ids.ts";
import { ordersOfRun } from "#store/trading/orders.ts";
import { testDatabase } from "#tests/support/database.ts";
import { deskFixture } from "../fixture/desk.ts";

const database = await testDatabase();
const coded = (code: string) => Object.assign(new Error("failed"), { code });
const within = (cause: unknown) => new Error("Failed query: select 1", { cause });

test.each([
  ["a server that is shutting down", within(coded("57P01")), true],
  ["a lost connection", coded("ECONNRESET"), true],
  ["a deadlock", within(coded("40P01")), true],
  ["no connection free", new Error("timeout exceeded when trying to connect"), true],
  [
    "a connection that broke before",
    within(new Error("Client has encountered a connection error and is not queryable")),
    true,
  ],
  ["one that broke meanwhile", within(new Error("Connection terminated unexpectedly")), true],
  ["a gateway that is away", new UnavailableError("login_needed", "log in"), true],
  ["a row that breaks a rule", within(coded("23514")), false],
  ["a bad request", new InputError("field", "wrong"), false],
  ["a fault of ours", new TypeError("x is undefined"), false],
])("%s is tried again: %s", (_what, error, expected) => {
  expect(isRetryable(error)).toBe(expected);
  expect(isRetryable(causeOf(new AggregateError([error, new Error("the other branch")])))).toBe(expected);
});

test("a run whose connections break before its order leaves is tried again and sends one order", async () => {
  const start = SessionDate.parse("2018-03-01");
  const fixture = await deskFixture({ database, start });
  let breaks = true;
  const desk = fixture.desk({
    onStep: async (step) => {
      if (step !== "after_intent" || !breaks) return;
      breaks = false;
      await database.pool
        .query("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()")
        .catch(() => undefined);
    },
  });
  const strategy = await fixture.strategy({ symbols: [Ticker.parse("AAPL")], approval: "auto" });
  const { symbolRunIds } = await desk.startExecution({ strategy: strategy.id, asOf: start });
  const [id] = symbolRunIds;
  if (id === undefined) throw new Error("no run");
  const again = { signal: new AbortController().signal, attemptsLeft: 1 };
  for (let tries = 0; tries < 5 && (await fixture.status(id)) !== "working"; tries += 1)
    await desk.advance(id, again).catch((error: unknown) => expect(isRetryable(error)).toBe(true));
  expect(breaks).toBe(false);
  expect(await fixture.status(id)).toBe("working");
  const entries = (await ordersOfRun(database.db, id)).filter((order) => order.leg === "entry");
  expect(entries).toMatchObject([{ attempt: 0, status: "ACCEPTED" }]);
});
