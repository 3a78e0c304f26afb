// Account calls of the brokerage session: accounts, selection, profit and loss, summary and its sub-pages.
import type { Decimal } from "#store/model/money.ts";
import type { Gate } from "../session/gate.ts";
import { serverInfo } from "../session/routes.ts";
import { isRecord } from "../wire.ts";
import type { GatewayApp, World } from "../world.ts";
import { accountSummary } from "./rows.ts";
import { SUMMARY_PAGES } from "./subpages.ts";

const INVALID_ACCOUNT = { error: "Invalid account ID" };

const FEATURES = {
  showGFIS: true,
  showEUCostReport: false,
  allowEventContract: false,
  allowFXConv: true,
  allowFinancialLens: false,
  allowMTA: true,
  allowTypeAhead: true,
  allowEventTrading: false,
  snapshotRefreshTimeout: 30,
  liteUser: false,
  showWebNews: true,
  research: true,
  debugPnl: true,
  showTaxOpt: true,
  showImpactDashboard: true,
  allowDynAccount: false,
  allowCrypto: false,
  allowFA: false,
  allowLiteUnderPro: false,
  allowedAssetTypes: "STK,IND",
  restrictTradeSubscription: false,
  showUkUserLabels: false,
  sideBySide: true,
};

/** By account and segment: daily, net liquidity, unrealised, excess liquidity, market value. */
export function partitionedPnl(world: World): Record<string, unknown> {
  const now = world.figures();
  const money = (value: Decimal) => value.toDecimalPlaces(2).toNumber();
  const row = {
    rowType: 1,
    dpl: money(now.equity.minus(previousEquityOf(world))),
    nl: money(now.equity),
    upl: money(now.unrealized),
    uel: money(now.available),
    el: money(now.available),
    mv: money(now.stockValue),
  };
  return { [`${world.accountId}.Core`]: row };
}

/** USD at the close before this session, as decimal text. */
export function previousEquityOf(world: World): string {
  return world.store.state.clock?.previousEquity ?? world.account.openingCash().toFixed();
}

/** What `/iserver/accounts` answers, and the greeting of the websocket. */
export function brokerageAccounts(world: World): Record<string, unknown> {
  const { accountId, session } = world;
  const periods = ["*"];
  return {
    accounts: [accountId],
    acctProps: {
      [accountId]: {
        hasChildAccounts: false,
        supportsCashQty: false,
        liteUnderPro: false,
        noFXConv: false,
        isProp: false,
        supportsFractions: false,
        allowCustomerTime: false,
        autoFx: false,
      },
    },
    aliases: { [accountId]: accountId },
    allowFeatures: FEATURES,
    chartPeriods: { STK: periods, IND: periods },
    groups: [],
    profiles: [],
    selectedAccount: accountId,
    serverInfo: serverInfo(),
    sessionId: `${session.token().slice(0, 8)}.${session.bridgeNumber().toString(16).padStart(8, "0")}`,
    isFT: false,
    isPaper: world.settings.session.paper,
  };
}

export function addBrokerageAccountRoutes(app: GatewayApp, world: World, gate: Gate): { cool(): void } {
  const { accountId, settings, figures } = world;
  let pnlWarm = false;

  app.get("/iserver/accounts", (c) => {
    gate.brokerageAccountsAsked();
    return c.json(brokerageAccounts(world));
  });

  app.post("/iserver/account", async (c) => {
    const body: unknown = await c.req.json().catch(() => undefined);
    if (!isRecord(body) || body.acctId !== accountId) return c.json(INVALID_ACCOUNT, 500);
    if (settings.session.accountAlreadySet === 501) return c.json({ error: "Account already set" }, 501);
    return c.json({ success: "Account already set" });
  });

  app.get("/iserver/account/pnl/partitioned", (c) => {
    if (!pnlWarm) {
      pnlWarm = true;
      return c.json({ upnl: {} });
    }
    return c.json({ upnl: partitionedPnl(world) });
  });

  app.get("/iserver/account/:id/summary", (c) => {
    if (c.req.param("id") !== accountId) return c.json(INVALID_ACCOUNT, 500);
    return c.json(accountSummary(figures()));
  });
  app.get("/iserver/account/:id/summary/:page", (c) => {
    const page = SUMMARY_PAGES[c.req.param("page")];
    if (page === undefined) return c.json({ error: "Resource not found", statusCode: 404 }, 404);
    return c.json(page(figures(), previousEquityOf(world)));
  });

  return {
    cool: () => {
      pnlWarm = false;
    },
  };
}
