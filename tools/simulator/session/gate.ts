// Decides, before any handler, whether a call gets through: pacing, login, brokerage session, the accounts gates.
// Effects: counts the call and renews the session.
import type { Context } from "hono";
import type { GatewayEnv, World } from "../world.ts";

export type Gate = {
  /** The refusal, or undefined when the call may be handled. */
  check(c: Context<GatewayEnv>, path: string): Response | undefined;
  brokerageAccountsAsked(): void;
  portfolioAccountsAsked(): void;
};

const ACCOUNTS_FIRST_500 =
  /^\/iserver\/(marketdata\/snapshot|account\/(orders|trades|order\/status\/.*|[^/]+\/orders?(\/.*)?)|reply\/.*)\/?$/;
const ACCOUNTS_FIRST_400 = /^\/iserver\/account\/(pnl\/partitioned|[^/]+\/summary(\/.*)?)$/;
const WITHOUT_BRIDGE = /^\/iserver\/(auth\/.*|reauthenticate)$/;
const PORTFOLIO = /^\/portfolio2?\//;
const PORTFOLIO_LISTS = /^\/portfolio\/(accounts|subaccounts2?)$/;

const TOO_MANY = { error: "Too Many Requests", statusCode: 429 } as const;
const TOO_MANY_CHARTS = { error: "Too many history charts requests, please try again later." } as const;

export function createGate(world: World): Gate {
  const { session, pacing } = world;
  let brokerageAsked = 0;
  let portfolioAsked = false;

  const login = (c: Context<GatewayEnv>, path: string) => {
    const state = session.login();
    if (state === "in") return undefined;
    if (state === "logged_out" && path === "/iserver/auth/status") return undefined;
    return c.body(null, 401);
  };

  return {
    check: (c, path) => {
      const call = { method: c.req.method, path, now: world.clock.now().getTime() };
      const verdict = pacing.check({ ...call, address: c.env?.address ?? "in-process" });
      if (verdict !== "ok") {
        const chart = path === "/iserver/marketdata/history" && verdict === "breach";
        return c.json(chart ? TOO_MANY_CHARTS : TOO_MANY, 429);
      }
      session.touch();
      world.book.settle();
      const refused = login(c, path);
      if (refused !== undefined) return refused;
      if (PORTFOLIO.test(path) && !PORTFOLIO_LISTS.test(path) && !portfolioAsked) {
        return c.json({ error: "Bad Request: Please query /portfolio/accounts first", statusCode: 400 }, 400);
      }
      if (!path.startsWith("/iserver/") || WITHOUT_BRIDGE.test(path)) return undefined;
      if (session.bridge() !== "open") {
        return c.json({ error: "Bad Request: no bridge", statusCode: 400 }, 400);
      }
      if (brokerageAsked === session.bridgeNumber()) return undefined;
      if (ACCOUNTS_FIRST_400.test(path)) {
        return c.json({ error: "Bad Request: Please query /accounts first", statusCode: 400 }, 400);
      }
      if (ACCOUNTS_FIRST_500.test(path)) return c.json({ error: "Please query /accounts first" }, 500);
      return undefined;
    },
    brokerageAccountsAsked: () => {
      brokerageAsked = session.bridgeNumber();
    },
    portfolioAccountsAsked: () => {
      portfolioAsked = true;
    },
  };
}
