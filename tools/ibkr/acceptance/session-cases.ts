// Acceptance: the session with its states, the accounts gate, paper, loss and return.
import type { SessionChange } from "../session/health.ts";
import { type AcceptanceCase, accountIdOf, controlOf, expectCode, expectEqual, expectThat } from "./bench.ts";
import { submitAccepted, ticket } from "./order-steps.ts";

export const SESSION_CASES: readonly AcceptanceCase[] = [
  {
    number: 1,
    area: "session",
    title: "opens a session and tells its account and that it is paper",
    needs: "reads",
    run: async ({ client }) => {
      const ready = await client.ensureReady();
      expectThat(ready.accounts.includes(ready.accountId), "the account is one of the login's");
      const health = client.health();
      expectEqual([health.state, health.accountId], ["ready", ready.accountId], "health");
      expectThat(health.lastProvenAt !== null, "health tells the last proven round trip");
    },
  },
  {
    number: 2,
    area: "session",
    title: "passes the accounts gate before the first call that needs it",
    needs: "simulator",
    run: async (bench) => {
      await bench.client.orders.live();
      const calls = (await controlOf(bench).received()).map((entry) => entry.call);
      expectThat(
        calls.indexOf("GET /iserver/accounts") < calls.indexOf("GET /iserver/account/orders"),
        "accounts come before orders",
      );
    },
  },
  {
    number: 3,
    area: "session",
    title: "stays ready by its tickle",
    needs: "reads",
    run: async ({ client }) => {
      await client.ensureReady();
      expectEqual((await client.keepAlive()).state, "ready", "state after a tickle");
    },
  },
  {
    number: 4,
    area: "session",
    title: "refuses a pinned account that the login does not see, and lists those that it sees",
    needs: "reads",
    run: async (bench) => {
      const other = bench.another({ accountId: accountIdOf("DU0000001") });
      await expectCode(other.ensureReady(), "account_not_visible", "a foreign pin");
      const { accountId } = await bench.client.ensureReady();
      expectThat(other.health().reason.includes(accountId), "the reason lists the accounts");
    },
  },
  {
    number: 5,
    area: "session",
    title: "refuses a live login when paper is demanded",
    needs: "simulator",
    simulator: { session: { paper: false } },
    run: async (bench) => {
      await expectCode(
        bench.another({ requirePaper: true }).ensureReady(),
        "account_is_live",
        "a live login",
      );
      const ready = await bench.another({ requirePaper: false }).ensureReady();
      expectEqual(ready.paper, false, "paper flag");
    },
  },
  {
    number: 6,
    area: "session",
    title: "says that a person must log in and where, and comes back by itself afterwards",
    needs: "simulator",
    run: async (bench) => {
      await bench.client.ensureReady();
      await controlOf(bench).loseSession("login");
      const health = await bench.client.keepAlive();
      expectEqual(health.state, "needs_login", "state");
      expectThat((health.action ?? "").includes(health.gateway), "the action names the address");
      await expectCode(bench.client.ensureReady(), "login_needed", "a call meanwhile");
      await controlOf(bench).logIn();
      expectEqual((await bench.client.keepAlive()).state, "ready", "state after the login");
    },
  },
  {
    number: 7,
    area: "session",
    title: "opens a lost brokerage session anew and passes the accounts gate again",
    needs: "simulator",
    run: async (bench) => {
      await bench.client.orders.live();
      await controlOf(bench).loseSession("bridge");
      await bench.client.orders.live();
      const calls = (await controlOf(bench).received()).map((entry) => entry.call);
      expectThat(calls.includes("POST /iserver/auth/ssodh/init"), "the session was opened anew");
      expectEqual(calls.filter((call) => call === "GET /iserver/accounts").length, 2, "passages of the gate");
    },
  },
  {
    number: 8,
    area: "session",
    title: "reports a competing session and does not take it",
    needs: "simulator",
    run: async (bench) => {
      await controlOf(bench).loseSession("competing");
      expectEqual((await bench.client.check()).state, "competing", "state");
      const calls = (await controlOf(bench).received()).map((entry) => entry.call);
      expectThat(!calls.includes("POST /iserver/auth/ssodh/init"), "nothing was opened");
    },
  },
  {
    number: 9,
    area: "session",
    title: "takes a competing session over only when told to",
    needs: "simulator",
    run: async (bench) => {
      await controlOf(bench).loseSession("competing");
      expectEqual((await bench.another({ takeOver: true }).check()).state, "ready", "state");
    },
  },
  {
    number: 10,
    area: "session",
    title: "tells loss and return as events",
    needs: "simulator",
    run: async (bench) => {
      const changes: SessionChange[] = [];
      const client = bench.another({ onSessionChange: (change) => changes.push(change) });
      await client.ensureReady();
      await controlOf(bench).loseSession("login");
      await client.keepAlive();
      await controlOf(bench).logIn();
      await client.keepAlive();
      expectEqual(
        changes.map((change) => `${change.from} ${change.to}`),
        ["unchecked ready", "ready needs_login", "needs_login ready"],
        "changes",
      );
    },
  },
  {
    number: 11,
    area: "session",
    title: "lets no order leave while the session is not ready",
    needs: "simulator",
    run: async (bench) => {
      const order = await ticket(bench, { limit: 0.98 });
      await controlOf(bench).loseSession("login");
      await bench.client.keepAlive();
      await expectCode(bench.client.orders.submit([order]), "login_needed", "a submission");
      expectEqual(await controlOf(bench).ordersSeen(), 0, "orders at the broker");
      await controlOf(bench).logIn();
      await submitAccepted(bench, [order]);
    },
  },
  {
    number: 12,
    area: "session",
    title:
      "finds the session gone at a submission, says that nothing was placed, and places it once it is back",
    needs: "simulator",
    run: async (bench) => {
      const order = await ticket(bench, { limit: 0.98 });
      await controlOf(bench).loseSession("bridge");
      await expectCode(bench.client.orders.submit([order]), "no_brokerage_session", "a submission");
      expectEqual(await controlOf(bench).ordersSeen(), 0, "orders at the broker");
      await submitAccepted(bench, [order]);
      expectEqual(await controlOf(bench).ordersSeen(), 1, "orders at the broker");
    },
  },
];
