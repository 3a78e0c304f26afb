// Portfolio calls. Positions are served from a cache that a fill does not refresh (facts section 8).
import { dec } from "#store/model/money.ts";
import type { Gate } from "../session/gate.ts";
import type { GatewayApp, World } from "../world.ts";
import { previousEquityOf } from "./brokerage-routes.ts";
import { figuresOf, type HoldingFigures } from "./figures.ts";
import { ledger, richPosition, secondPosition, sparsePosition } from "./rows.ts";
import { portfolioSummary } from "./summary.ts";

const PAGE = 100;
const INVALID_ACCOUNT = { error: "Invalid account ID" };

function portfolioAccount(world: World): Record<string, unknown> {
  const id = world.accountId;
  return {
    id,
    "PrepaidCrypto-Z": false,
    "PrepaidCrypto-P": false,
    brokerageAccess: true,
    accountId: id,
    accountVan: id,
    accountTitle: "Gateway Simulator",
    displayName: "Gateway Simulator",
    accountAlias: null,
    accountStatus: 1_483_228_800_000,
    currency: "USD",
    type: world.settings.session.paper ? "DEMO" : "INDIVIDUAL",
    tradingType: "STKNOPT",
    businessType: "INDEPENDENT",
    category: "",
    ibEntity: "IBLLC-US",
    faclient: false,
    clearingStatus: "O",
    covestor: false,
    noClientTrading: false,
    trackVirtualFXPortfolio: false,
    acctCustType: "INDIVIDUAL",
    parent: { mmc: [], accountId: "", isMParent: false, isMChild: false, isMultiplex: false },
    desc: id,
  };
}

export function addPortfolioRoutes(app: GatewayApp, world: World, gate: Gate): void {
  const { accountId, settings, figures } = world;
  let cached: { at: number; rows: Record<string, unknown>[]; rich: boolean } | undefined;

  /** Open holdings, and those closed in the current session. */
  const shown = (): HoldingFigures[] =>
    world.account
      .holdings()
      .filter((one) => !one.quantity.isZero() || one.touchedIn === world.moment().session)
      .map((one) => figuresOf(one, world.market, world.moment()));

  const rows = (shape: typeof sparsePosition) =>
    shown().flatMap((one) => {
      const instrument = world.market.byConid(one.holding.conid);
      if (instrument === undefined) return [];
      return [shape({ figures: one, instrument, accountId, today: world.moment().session })];
    });

  for (const path of ["/portfolio/accounts", "/portfolio/subaccounts", "/portfolio/subaccounts2"]) {
    app.get(path, (c) => {
      gate.portfolioAccountsAsked();
      const account = portfolioAccount(world);
      if (!path.endsWith("2")) return c.json([account]);
      const metadata = { total: 1, pageSize: 20, pageNum: Number(c.req.query("page") ?? 0) };
      return c.json({ metadata, subaccounts: [account] });
    });
  }

  app.use("/portfolio/:id/*", async (c, next) => {
    const id = c.req.param("id");
    if (id === accountId || id === "positions") return next();
    return c.json(INVALID_ACCOUNT, 500);
  });

  app.get("/portfolio/:id/meta", (c) => c.json(portfolioAccount(world)));

  app.get("/portfolio/:id/positions/:page", (c) => {
    const at = world.clock.now().getTime();
    const fresh = cached !== undefined && at - cached.at < settings.data.positionsCacheMs;
    if (cached === undefined) cached = { at, rows: rows(sparsePosition), rich: false };
    else if (!fresh || !cached.rich) cached = { at, rows: rows(richPosition), rich: true };
    const page = Number(c.req.param("page"));
    return c.json(cached.rows.slice(page * PAGE, (page + 1) * PAGE));
  });

  app.post("/portfolio/:id/positions/invalidate", (c) => {
    cached = undefined;
    return c.json({ message: "success" });
  });

  app.get("/portfolio/:id/position/:conid", (c) => {
    const conid = Number(c.req.param("conid"));
    return c.json(rows(richPosition).filter((row) => row.conid === conid));
  });
  app.get("/portfolio/positions/:conid", (c) => {
    const conid = Number(c.req.param("conid"));
    // Sparse as a cold read, but typed as a warm one: so it was recorded.
    const found = rows(sparsePosition).filter((row) => row.conid === conid);
    return c.json({ [accountId]: found.map((row) => ({ ...row, multiplier: 0, strike: "0" })) });
  });
  app.get("/portfolio/:id/combo/positions", (c) => c.json([]));

  app.get("/portfolio2/:id/positions", (c) => {
    if (c.req.param("id") !== accountId) return c.json(INVALID_ACCOUNT, 500);
    return c.json(rows((of) => secondPosition({ ...of, now: world.now() })));
  });

  app.get("/portfolio/:id/summary", (c) =>
    c.json(
      portfolioSummary({
        figures: figures(),
        previousEquity: previousEquityOf(world),
        accountId,
        now: world.now(),
        session: world.moment().session,
      }),
    ),
  );

  app.get("/portfolio/:id/ledger", (c) =>
    c.json(ledger({ figures: figures(), accountId, now: world.now() })),
  );

  app.get("/portfolio/:id/allocation", (c) => {
    const now = figures();
    const stocks = shown().map((one) => one.value);
    const sum = (side: "long" | "short") =>
      stocks
        .filter((value) => value.isNegative() === (side === "short"))
        .reduce((total, value) => total.plus(value), dec(0))
        .toDecimalPlaces(2)
        .toNumber();
    const others = (side: "long" | "short") => (sum(side) === 0 ? {} : { Others: sum(side) });
    const cash = now.cash.toDecimalPlaces(2).toNumber();
    const short = sum("short") === 0 ? {} : { STK: sum("short") };
    const group = { long: others("long"), short: others("short") };
    const long = { ...(sum("long") === 0 ? {} : { STK: sum("long") }), CASH: cash };
    return c.json({ assetClass: { long, short }, sector: group, group });
  });
}
