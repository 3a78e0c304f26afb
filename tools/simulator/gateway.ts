// Assembles the Client Portal side: faults, journal, gates and all routes below /v1/api.
// Effects: those of the rooms. A dropped connection is a response with a mark that the front ends obey.
import { Hono } from "hono";
import { addBrokerageAccountRoutes } from "./account/brokerage-routes.ts";
import { addPortfolioRoutes } from "./account/portfolio-routes.ts";
import { addContractRoutes } from "./contracts/routes.ts";
import { addFyiRoutes } from "./control/fyi.ts";
import type { JournalOutcome } from "./control/journal.ts";
import {
  FAULTS_AFTER,
  FAULTS_BEFORE,
  FAULTS_SESSION,
  type FaultCall,
  type FaultRule,
} from "./faults/faults.ts";
import { createOrderLists, type OrderLists } from "./orders/reading/lists.ts";
import { addOrderRoutes } from "./orders/routes.ts";
import { addQuoteRoutes } from "./quotes/routes.ts";
import { createStreams } from "./quotes/streams.ts";
import { createGate, TOO_MANY } from "./session/gate.ts";
import { addSessionRoutes } from "./session/routes.ts";
import type { GatewayApp, GatewayEnv, World } from "./world.ts";

/** On a response: the front end closes the connection instead of answering. */
export const DROPPED = "x-simulator-dropped";

const dropped = () => new Response(null, { status: 503, headers: { [DROPPED]: "1" } });
const json = (body: unknown, status: number) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
const UNAVAILABLE = { error: "Service Unavailable", statusCode: 503 };
const HTML = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";

/** Never answers: ends only when the caller gives up. */
function hang(signal: AbortSignal): Promise<Response> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(dropped());
    else signal.addEventListener("abort", () => resolve(dropped()), { once: true });
  });
}

/** The address that a call counts for in the pacing table. */
const addressOf = (env: GatewayEnv["Bindings"] | undefined) => env?.address ?? "in-process";

/** All routes, relative to /v1/api. */
export function createGateway(world: World): { app: GatewayApp; lists: OrderLists } {
  const app: GatewayApp = new Hono<GatewayEnv>();
  const gate = createGate(world);
  const { faults, journal, session, pacing } = world;

  const before = (rule: FaultRule, address: string, signal: AbortSignal): Promise<Response> | Response => {
    if (rule.kind === "hang") return hang(signal);
    if (rule.kind === "drop") return dropped();
    if (rule.kind === "html") {
      return new Response(HTML, { status: 502, headers: { "content-type": "text/html" } });
    }
    if (rule.kind === "unavailable") return json(UNAVAILABLE, 503);
    pacing.box(address, world.clock.now().getTime());
    return json(TOO_MANY, 429);
  };

  const after = (rule: FaultRule, signal: AbortSignal): Promise<Response> | Response => {
    if (rule.kind === "hang_after") return hang(signal);
    return rule.kind === "drop_after" ? dropped() : json(UNAVAILABLE, 503);
  };

  const loseSession = (call: FaultCall) => {
    const rule = faults.strike(FAULTS_SESSION, call);
    if (rule === undefined) return;
    if (rule.kind === "competing") session.lose("competing");
    else session.lose(rule.kind === "session_loss" ? "login" : "bridge");
  };

  app.use("*", async (c, next) => {
    const url = new URL(c.req.url);
    const path = url.pathname.replace(/^\/v1\/(api|portal)/, "") || "/";
    const call = { method: c.req.method, path };
    const { signal } = c.req.raw;
    const body = call.method === "GET" ? "" : await c.req.text();
    let outcome: JournalOutcome = "answered";
    let struck: FaultRule | undefined;
    const finish = (response: Response) => {
      if (response.headers.has(DROPPED)) outcome = struck?.kind.startsWith("hang") ? "hung" : "dropped";
      journal.record({
        at: world.clock.now().toISOString(),
        ...call,
        query: url.search.slice(1),
        body,
        status: outcome === "answered" ? response.status : null,
        outcome,
        fault: struck?.kind ?? null,
      });
      return response;
    };
    loseSession(call);
    struck = faults.strike(FAULTS_BEFORE, call);
    if (struck !== undefined) return finish(await before(struck, addressOf(c.env), signal));
    const slow = faults.strike(["slow"], call);
    if (slow !== undefined) await new Promise((resolve) => setTimeout(resolve, slow.delayMs ?? 1_000));
    const refused = gate.check(c, path);
    if (refused !== undefined) return finish(refused);
    await next();
    struck = faults.strike(FAULTS_AFTER, call) ?? slow;
    if (struck === undefined || struck.kind === "slow") {
      finish(c.res);
      return undefined;
    }
    c.res = undefined;
    c.res = finish(await after(struck, signal));
    return undefined;
  });

  const streams = createStreams({ clock: world.clock, settings: world.settings.data });
  const lists = createOrderLists(world);
  addSessionRoutes(app, world);
  addContractRoutes(app, world);
  addQuoteRoutes(app, world, streams);
  addOrderRoutes(app, world, { lists, streams });
  const account = addBrokerageAccountRoutes(app, world, gate);
  addPortfolioRoutes(app, world, gate);
  addFyiRoutes(app);
  session.onBridgeLost(() => {
    streams.closeAll();
    lists.cool();
    account.cool();
    world.submissions.forget();
  });
  app.notFound((c) => c.json({ error: "Resource not found", statusCode: 404 }, 404));
  return { app, lists };
}
