// Market data calls: snapshot with its preflight, history with its limits, unsubscribe.
import { figuresOf } from "../account/figures.ts";
import { isRecord } from "../wire.ts";
import type { GatewayApp, World } from "../world.ts";
import { snapshotValues } from "./fields.ts";
import { history } from "./history.ts";
import type { Streams } from "./streams.ts";

const MOST_CONIDS = 100;
const MOST_FIELDS = 50;
const bad = (what: string) => ({ error: `Bad Request: ${what}`, statusCode: 400 });
/** Keys that come along unasked. */
const ALWAYS = ["6119", "6509"];

export function addQuoteRoutes(app: GatewayApp, world: World, streams: Streams): void {
  const { market, settings, session } = world;
  let historyRunning = 0;
  let historyAskedIn = 0;

  const row = (conid: number, fields: readonly string[]) => {
    const bare = { conidEx: String(conid), conid };
    const instrument = market.byConid(conid);
    if (instrument === undefined) return bare;
    const warm = streams.read(conid, fields);
    if (warm.size === 0) return bare;
    const holding = world.account.holding(conid);
    const values = snapshotValues({
      instrument,
      moment: world.moment(),
      subscription: settings.data.subscription,
      participation: settings.orders.participation,
      holding: holding === undefined ? undefined : figuresOf(holding, market, world.moment()),
    });
    const shown = [...ALWAYS, ...warm].flatMap((field) => {
      const value = values[field];
      return value === undefined ? [] : [[field, value] as const];
    });
    return { ...bare, server_id: "q0", _updated: world.now(), ...Object.fromEntries(shown) };
  };

  app.get("/iserver/marketdata/snapshot", (c) => {
    const conids = (c.req.query("conids") ?? "").split(",").filter((part) => part !== "");
    const fields = (c.req.query("fields") ?? "31,84,86").split(",").filter((part) => part !== "");
    if (conids.length === 0) return c.json(bad("Conid(s) missing"), 400);
    if (conids.length > MOST_CONIDS) return c.json(bad("too many conids"), 400);
    if (fields.length > MOST_FIELDS) return c.json(bad("too many fields"), 400);
    return c.json(conids.map((conid) => row(Number(conid.split("@")[0]), fields)));
  });

  app.post("/iserver/marketdata/unsubscribe", async (c) => {
    const body: unknown = await c.req.json().catch(() => undefined);
    const conid = isRecord(body) ? Number(body.conid) : Number.NaN;
    return streams.close(conid) ? c.json({ success: true }) : c.json({ error: "unknown" }, 500);
  });

  // The older form of the call, still used by clients.
  app.get("/iserver/marketdata/:conid/unsubscribe", (c) =>
    streams.close(Number(c.req.param("conid")))
      ? c.json({ success: true })
      : c.json({ error: "unknown" }, 500),
  );

  app.get("/iserver/marketdata/unsubscribeall", (c) => {
    streams.closeAll();
    return c.json({ unsubscribed: true });
  });

  app.use("/iserver/marketdata/history", async (c, next) => {
    if (historyRunning >= settings.pacing.historyConcurrent && settings.pacing.enforced) {
      return c.json({ error: "Too many history charts requests, please try again later." }, 429);
    }
    historyRunning += 1;
    try {
      await next();
    } finally {
      historyRunning -= 1;
    }
    return undefined;
  });

  app.get("/iserver/marketdata/history", (c) => {
    const conid = Number(c.req.query("conid"));
    const period = c.req.query("period") ?? "1w";
    if (Number.isNaN(conid)) return c.json(bad("conid missing"), 400);
    const instrument = market.byConid(conid);
    if (instrument === undefined) return c.json({ error: "No data." }, 500);
    if (settings.data.firstHistoryFails && historyAskedIn !== session.bridgeNumber()) {
      historyAskedIn = session.bridgeNumber();
      return c.json({ error: "Chart data unavailable" }, 500);
    }
    if (c.req.query("direction") === "1") return c.json({ error: "Chart data unavailable" }, 500);
    const answer = history({
      instrument,
      moment: world.moment(),
      period,
      bar: c.req.query("bar"),
      startTime: c.req.query("startTime"),
      source: c.req.query("source"),
      subscription: settings.data.subscription,
      serverId: String(6_571_225 + (world.journal.received() % 100_000)),
    });
    return c.json(answer.body, answer.status);
  });
}
