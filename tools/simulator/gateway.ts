// Assembles the Client Portal side: faults, journal, gates and all routes below /v1/api.
// Effects: those of the rooms.
import { Hono, type MiddlewareHandler } from "hono";
import { addBrokerageAccountRoutes } from "./account/brokerage-routes.ts";
import { addPortfolioRoutes } from "./account/portfolio-routes.ts";
import { addContractRoutes } from "./contracts/routes.ts";
import { addFyiRoutes } from "./control/fyi.ts";
import { DROPPED, faultyAnswer, loseSession } from "./faults/behaviour.ts";
import { FAULTS_AFTER, FAULTS_BEFORE, type FaultRule } from "./faults/faults.ts";
import { createOrderLists, type OrderLists } from "./orders/reading/lists.ts";
import { addOrderRoutes } from "./orders/routes.ts";
import { addQuoteRoutes } from "./quotes/routes.ts";
import { createStreams } from "./quotes/streams.ts";
import { createGate, type Gate } from "./session/gate.ts";
import { addSessionRoutes } from "./session/routes.ts";
import type { GatewayApp, GatewayEnv, World } from "./world.ts";

/** The address that a call counts for in the pacing table. */
const addressOf = (env: GatewayEnv["Bindings"] | undefined) => env?.address ?? "in-process";

const pathOf = (pathname: string) => pathname.replace(/^\/v1\/(api|portal)/, "") || "/";

/** Every call goes through here: faults, journal and gates, then its handler. */
function admission(world: World, gate: Gate): MiddlewareHandler<GatewayEnv> {
  const { faults, journal } = world;
  return async (c, next) => {
    const url = new URL(c.req.url);
    const path = pathOf(url.pathname);
    const call = { method: c.req.method, path };
    const at = world.clock.now().toISOString();
    const body = call.method === "GET" ? "" : await c.req.text();
    const record = (response: Response, struck: FaultRule | undefined) => {
      const lost = response.headers.has(DROPPED);
      const outcome = !lost ? "answered" : struck?.kind.startsWith("hang") ? "hung" : "dropped";
      const status = lost ? null : response.status;
      const query = url.search.slice(1);
      journal.record({ at, ...call, query, body, status, outcome, fault: struck?.kind ?? null });
      return response;
    };
    const faulty = async (rule: FaultRule) =>
      record(await faultyAnswer(world, { rule, address: addressOf(c.env), signal: c.req.raw.signal }), rule);

    loseSession(world, call);
    const before = faults.strike(FAULTS_BEFORE, call);
    if (before !== undefined) return faulty(before);
    const slow = faults.strike(["slow"], call);
    if (slow !== undefined) await new Promise((resolve) => setTimeout(resolve, slow.delayMs ?? 1_000));
    const refused = gate.check(c, path);
    if (refused !== undefined) return record(refused, slow);
    await next();
    const after = faults.strike(FAULTS_AFTER, call);
    if (after === undefined) {
      record(c.res, slow);
      return undefined;
    }
    const answer = await faulty(after);
    // Hono merges the headers of a response that is replaced; the handled answer must leave no trace.
    c.res = undefined;
    c.res = answer;
    return undefined;
  };
}

/** All routes, relative to /v1/api. */
export function createGateway(world: World): { app: GatewayApp; lists: OrderLists } {
  const app: GatewayApp = new Hono<GatewayEnv>();
  const gate = createGate(world);
  app.use("*", admission(world, gate));

  const streams = createStreams({ clock: world.clock, settings: world.settings.data });
  const lists = createOrderLists(world);
  addSessionRoutes(app, world);
  addContractRoutes(app, world);
  addQuoteRoutes(app, world, streams);
  addOrderRoutes(app, world, { lists, streams });
  const account = addBrokerageAccountRoutes(app, world, gate);
  addPortfolioRoutes(app, world, gate);
  addFyiRoutes(app);
  world.session.onBridgeLost(() => {
    streams.closeAll();
    lists.cool();
    account.cool();
    world.submissions.forget();
  });
  app.notFound((c) => c.json({ error: "Resource not found", statusCode: 404 }, 404));
  return { app, lists };
}
