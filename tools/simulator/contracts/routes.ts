// Contract lookups: stocks, search, definitions, info, rules, schedules.
import { isRecord } from "../wire.ts";
import type { GatewayApp, World } from "../world.ts";
import { tradingSchedule, weekdaySchedule } from "./schedule.ts";
import {
  contractInfo,
  contractRules,
  failedRules,
  searchEntries,
  securityDefinition,
  stockEntry,
} from "./shapes.ts";

const list = (text: string | undefined) => (text ?? "").split(",").filter((part) => part !== "");

export function addContractRoutes(app: GatewayApp, world: World): void {
  const { market } = world;
  /** Home or foreign listing. */
  const find = (conid: number) =>
    market.byConid(conid) ??
    market.instruments.find((one) => one.foreign.some((listing) => listing.conid === conid));

  app.get("/trsrv/stocks", (c) => {
    const entries = list(c.req.query("symbols")).map((symbol) => {
      const instrument = market.bySymbol(symbol);
      return [symbol, instrument === undefined ? [] : [stockEntry(instrument)]] as const;
    });
    return c.json(Object.fromEntries(entries));
  });

  app.get("/trsrv/futures", (c) =>
    c.json(Object.fromEntries(list(c.req.query("symbols")).map((symbol) => [symbol, []]))),
  );

  app.get("/trsrv/all-conids", (c) =>
    c.json(market.instruments.map(({ symbol, conid, exchange }) => ({ ticker: symbol, conid, exchange }))),
  );

  app.on(["GET", "POST"], "/iserver/secdef/search", async (c) => {
    const body: unknown = c.req.method === "POST" ? await c.req.json().catch(() => ({})) : c.req.query();
    const symbol = isRecord(body) && typeof body.symbol === "string" ? body.symbol : "";
    const secType = isRecord(body) && typeof body.secType === "string" ? body.secType : undefined;
    if (symbol === "") return c.json({ error: "Bad Request: symbol required", statusCode: 400 }, 400);
    const instrument = market.bySymbol(symbol.toUpperCase());
    if (instrument === undefined || (secType !== undefined && secType !== instrument.assetClass)) {
      return c.json({ error: "No symbol found" });
    }
    return c.json(searchEntries(instrument));
  });

  app.on(["GET", "POST"], "/trsrv/secdef", async (c) => {
    const body: unknown = c.req.method === "POST" ? await c.req.json().catch(() => ({})) : undefined;
    const asked = isRecord(body) && Array.isArray(body.conids) ? body.conids.map(String) : undefined;
    const conids = asked ?? list(c.req.query("conids"));
    if (conids.length > 200) return c.json({ error: "Bad Request: too many conids", statusCode: 400 }, 400);
    return c.json({
      secdef: conids.flatMap((conid) => market.byConid(Number(conid)) ?? []).map(securityDefinition),
    });
  });

  app.get("/iserver/contract/:conid/info", (c) => {
    const conid = Number(c.req.param("conid"));
    const instrument = find(conid);
    if (instrument === undefined) return c.json({ error: "no contract", statusCode: 500 }, 500);
    return c.json(contractInfo(instrument, conid));
  });

  const rules = (conid: number) => {
    const instrument = market.byConid(conid);
    if (instrument === undefined) return failedRules();
    return contractRules({ instrument, moment: world.moment(), accountId: world.accountId });
  };

  app.get("/iserver/contract/:conid/info-and-rules", (c) => {
    const conid = Number(c.req.param("conid"));
    const instrument = find(conid);
    if (instrument === undefined) return c.json({ error: "no contract", statusCode: 500 }, 500);
    return c.json({ ...contractInfo(instrument, conid), rules: rules(conid) });
  });

  app.post("/iserver/contract/rules", async (c) => {
    const body: unknown = await c.req.json().catch(() => undefined);
    const conid = isRecord(body) ? Number(body.conid) : Number.NaN;
    return c.json(rules(conid));
  });

  app.get("/contract/trading-schedule", (c) => {
    if (find(Number(c.req.query("conid"))) === undefined) {
      return c.json({ error: "Bad Request: no contract", statusCode: 400 }, 400);
    }
    return c.json(tradingSchedule(world.moment()));
  });

  app.get("/trsrv/secdef/schedule", (c) => {
    const conid = c.req.query("conid");
    const instrument =
      conid === undefined ? market.bySymbol(c.req.query("symbol") ?? "") : find(Number(conid));
    return c.json(instrument === undefined ? [] : weekdaySchedule(instrument));
  });

  app.get("/iserver/exchangerate", (c) =>
    c.req.query("source") === c.req.query("target")
      ? c.json({ rate: 1 })
      : c.json({ error: "No exchange rate: this simulator knows USD only" }, 500),
  );
}
