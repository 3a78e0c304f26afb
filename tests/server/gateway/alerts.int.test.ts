// What a person is told when the broker's session goes and comes, and when IBKR's penalty begins.
import { afterEach, expect, test } from "vitest";
import { gatewayAlerts } from "#server/gateway/alerts.ts";
import type { Instant } from "#store/model/ids.ts";
import { listAlerts } from "#store/trading/alerts.ts";
import { testDatabase } from "#tests/support/database.ts";
import { competing, needsLogin, readyFinding } from "#tools/ibkr/session/findings.ts";
import type { SessionChange, SessionState } from "#tools/ibkr/session/health.ts";

const database = await testDatabase();
const READY = readyFinding({ accountId: "DU1" as never, paper: true, accounts: [], epoch: 1 });
const gateway = "https://localhost:5000";

function change(from: SessionState, to: typeof READY | ReturnType<typeof needsLogin>): SessionChange {
  const now = "2026-11-20T12:00:00.000Z" as Instant;
  const times = { since: now, lastProvenAt: now, roundTripMs: 3, penaltyUntil: null };
  return { from, to: to.state, health: { ...to, ...times, gateway, accountId: null, paper: null } };
}

afterEach(async () => {
  await database.pool.query("delete from alerts");
});

test("raises one alert for a loss, replaces it when the reason changes, and takes it away at the return", async () => {
  const alerts = gatewayAlerts(database, () => {});
  alerts.sessionChanged("main", change("unchecked", READY));
  alerts.sessionChanged("main", change("ready", needsLogin(gateway)));
  alerts.sessionChanged("main", change("needs_login", competing()));
  await alerts.settled();
  const lost = await listAlerts(database.db);
  expect(lost.map(({ level, code }) => [level, code])).toEqual([["warning", "gateway_session_lost"]]);
  expect(lost[0]?.message).toMatch(/^Broker: Another platform .* Log out there/);

  alerts.sessionChanged("main", change("competing", READY));
  await alerts.settled();
  const back = await listAlerts(database.db);
  expect(back.map(({ level, code }) => [level, code])).toEqual([["info", "gateway_session_back"]]);
  expect(await listAlerts(database.db, { all: true })).toHaveLength(3);
});

test("says nothing of a first session that is ready, nor of a replay's", async () => {
  const alerts = gatewayAlerts(database, () => {});
  alerts.sessionChanged("main", change("unchecked", READY));
  alerts.sessionChanged("replay-2017-11-14", change("ready", needsLogin(gateway)));
  await alerts.settled();
  expect(await listAlerts(database.db, { all: true })).toEqual([]);
});

test("raises an alarm when the penalty begins, with its end", async () => {
  const alerts = gatewayAlerts(database, () => {});
  const penalty = { session: "main", address: "localhost:5000", until: new Date("2026-11-20T12:15:00Z") };
  alerts.penalised(penalty);
  alerts.penalised(penalty);
  await alerts.settled();
  const rows = await listAlerts(database.db);
  expect(rows.map(({ level, code }) => [level, code])).toEqual([["alarm", "gateway_penalty"]]);
  expect(rows[0]?.message).toContain("2026-11-20T12:15:00.000Z");
});

test("lets a failure to store an alert stop nothing, and tells it to the log", async () => {
  const told: string[] = [];
  const broken = { db: { execute: () => Promise.reject(new Error("no database")) } } as never;
  const alerts = gatewayAlerts(broken, (_facts, message) => told.push(message));
  alerts.sessionChanged("main", change("ready", needsLogin(gateway)));
  await alerts.settled();
  expect(told).toEqual(["gateway session", "an alert was not stored"]);
});
