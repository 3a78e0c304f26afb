// For each recorded answer the call that gives it at the simulator, in a desk that has traded a little.
import { ACCOUNT, instrumentOf, marketOf, type Rig, realMarket, rig, START } from "../rig.ts";

export const SPY = 756733;

type Call = readonly [method: string, path: string, body?: unknown];

const LIMIT = { conid: SPY, orderType: "LMT", side: "BUY", tif: "GTC", quantity: 1, price: 262 };
const account = `/iserver/account/${ACCOUNT}`;

/** SPY with flat bars beside the real market: its shape is asked for, not its prices. */
export async function tradedDesk(): Promise<Rig> {
  const { instruments } = await realMarket();
  const bars = Array.from({ length: 40 }, () => [265, 266, 264, 265, 1_000_000] as const);
  const market = marketOf(...instruments, instrumentOf("SPY", "2017-11-01", bars));
  const desk = await rig({ market, start: START, settings: { pacing: { enforced: false } } });
  await desk.place({ conid: SPY, orderType: "MKT", side: "BUY", quantity: 20, cOID: "filled" });
  await desk.place({ orderType: "MKT", side: "BUY", cOID: "other" });
  desk.simulator.next();
  await desk.place({ conid: SPY, orderType: "MKT", side: "SELL", quantity: 2, cOID: "sold" });
  await desk.place({ conid: SPY, orderType: "LMT", side: "BUY", price: 260, cOID: "expires" });
  desk.simulator.next();
  await desk.place(
    { ...LIMIT, cOID: "parent" },
    { ...LIMIT, side: "SELL", price: 270, parentId: "parent" },
    { ...LIMIT, side: "SELL", orderType: "STP", price: 255, parentId: "parent" },
  );
  for (const path of [
    "/iserver/account/orders",
    "/iserver/account/trades",
    "/iserver/account/pnl/partitioned",
  ]) {
    await desk.call("GET", path);
  }
  await desk.call("GET", `/iserver/marketdata/snapshot?conids=${SPY}&fields=31,84,86,85,88,87,70,71,82,83`);
  return desk;
}

const working = (desk: Rig) => desk.simulator.orders().find((order) => order.clientId === "parent")?.id ?? 0;
const rows = async (desk: Rig, keep: (row: Record<string, unknown>) => boolean) => {
  const { body } = await desk.call("GET", "/iserver/account/orders");
  return { ...body, orders: body.orders.filter(keep) };
};
const to =
  (...call: Call) =>
  async (desk: Rig) =>
    (await desk.call(...call)).body;

/** Answers in the state of `tradedDesk`, in this order: the last ones change it. */
export const CALLS: Readonly<Record<string, (desk: Rig) => Promise<unknown>>> = {
  "ibind auth_status": to("POST", "/iserver/auth/status"),
  "ibind tickle": to("POST", "/tickle"),
  "ibind accounts": to("GET", "/portfolio/accounts"),
  "ibind stocks": to("GET", "/trsrv/stocks?symbols=AAPL"),
  "ibind history": to("GET", "/iserver/marketdata/history?conid=265598&period=1m&bar=1m"),
  "ibind ledger": to("GET", `/portfolio/${ACCOUNT}/ledger`),
  "Session/GET-auth-status": to("POST", "/iserver/auth/status"),
  "Session/POST-tickle": to("POST", "/tickle"),
  "Accounts/GET-iserver-accounts": to("GET", "/iserver/accounts"),
  "Accounts/POST-switch-account": to("POST", "/iserver/account", { acctId: ACCOUNT }),
  "Accounts/GET-account-summary": to("GET", `${account}/summary`),
  "Accounts/GET-account-summary-available-funds": to("GET", `${account}/summary/available_funds`),
  "Accounts/GET-account-summary-balances": to("GET", `${account}/summary/balances`),
  "Accounts/GET-account-summary-margins": to("GET", `${account}/summary/margins`),
  "Accounts/GET-account-summary-market-value": to("GET", `${account}/summary/market_value`),
  "Contracts/GET-contract-info": to("GET", `/iserver/contract/${SPY}/info`),
  "Contracts/GET-contract-info-and-rules": to("GET", "/iserver/contract/265598/info-and-rules"),
  "Contracts/POST-contract-rules": to("POST", "/iserver/contract/rules", { conid: SPY, isBuy: true }),
  "Contracts/GET-secdef-search": to("GET", "/iserver/secdef/search?symbol=SPY"),
  "Contracts/POST-secdef-search": to("POST", "/iserver/secdef/search", { symbol: "AAPL" }),
  "Contracts/GET-trading-schedule": to("GET", `/contract/trading-schedule?conid=${SPY}`),
  "Contracts/GET-trsrv-all-conids": to("GET", "/trsrv/all-conids?exchange=NASDAQ"),
  "Contracts/GET-trsrv-secdef": to("GET", `/trsrv/secdef?conids=${SPY}`),
  "Contracts/GET-trsrv-stocks": to("GET", "/trsrv/stocks?symbols=AAPL"),
  "Contracts/GET-exchangerate": to("GET", "/iserver/exchangerate?source=USD&target=USD"),
  "Fyi/GET-unread-count": to("GET", "/fyi/unreadnumber"),
  "Fyi/GET-notifications": to("GET", "/fyi/notifications?max=10"),
  "Fyi/GET-more-notifications": to("GET", "/fyi/notifications/more"),
  "Fyi/GET-settings": to("GET", "/fyi/settings"),
  "Fyi/GET-delivery-options": to("GET", "/fyi/deliveryoptions"),
  "MarketData/GET-history": to("GET", `/iserver/marketdata/history?conid=${SPY}&period=10d&bar=1d`),
  "MarketData/GET-snapshot": to(
    "GET",
    `/iserver/marketdata/snapshot?conids=${SPY}&fields=31,84,86,85,88,87,70,71,82,83`,
  ),
  "MarketData/POST-unsubscribe": to("POST", "/iserver/marketdata/unsubscribe", { conid: SPY }),
  "MarketData/GET-unsubscribeall": to("GET", "/iserver/marketdata/unsubscribeall"),
  "Portfolio/GET-iserver-account-pnl-partitioned": to("GET", "/iserver/account/pnl/partitioned"),
  "Portfolio/GET-portfolio-accounts": to("GET", "/portfolio/accounts"),
  "Portfolio/GET-portfolio-subaccounts": to("GET", "/portfolio/subaccounts"),
  "Portfolio/GET-subaccounts2": to("GET", "/portfolio/subaccounts2?page=0"),
  "Portfolio/GET-portfolio-meta": to("GET", `/portfolio/${ACCOUNT}/meta`),
  "Portfolio/GET-portfolio-allocation": to("GET", `/portfolio/${ACCOUNT}/allocation`),
  "Portfolio/GET-portfolio-combo-positions-empty": to("GET", `/portfolio/${ACCOUNT}/combo/positions`),
  "Portfolio/GET-portfolio-ledger": to("GET", `/portfolio/${ACCOUNT}/ledger`),
  "Portfolio/GET-portfolio-summary": to("GET", `/portfolio/${ACCOUNT}/summary`),
  "Portfolio/summary-full": to("GET", `/portfolio/${ACCOUNT}/summary`),
  "Portfolio/GET-portfolio-positions-empty": to("GET", `/portfolio/${ACCOUNT}/positions/999`),
  "Portfolio/positions-second-read-enriched-trimmed": to("GET", `/portfolio/${ACCOUNT}/positions/0`),
  "ibind positions": to("GET", `/portfolio/${ACCOUNT}/positions/0`),
  "Portfolio/POST-portfolio-invalidate": to("POST", `/portfolio/${ACCOUNT}/positions/invalidate`),
  "Portfolio/positions-cold-sparse": to("GET", `/portfolio/${ACCOUNT}/positions/0`),
  "Portfolio/GET-portfolio-positions-page0": async (desk) => {
    await desk.call("POST", `/portfolio/${ACCOUNT}/positions/invalidate`);
    return (await desk.call("GET", `/portfolio/${ACCOUNT}/positions/0`)).body;
  },
  "Portfolio/GET-portfolio-position-by-conid": to("GET", `/portfolio/${ACCOUNT}/position/${SPY}`),
  "Portfolio/GET-portfolio-positions-by-conid": to("GET", `/portfolio/positions/${SPY}`),
  "Portfolio/GET-portfolio2-positions": to("GET", `/portfolio2/${ACCOUNT}/positions`),
  "Orders/live-orders-bracket-and-oca": (desk) => rows(desk, (row) => row.status === "PreSubmitted"),
  "Orders/live-orders-filled-market": (desk) => rows(desk, (row) => row.status === "Filled"),
  "Orders/GET-live-orders": (desk) => rows(desk, (row) => row.status === "Filled"),
  "Orders/live-orders-cancelled-by-system": (desk) => rows(desk, (row) => row.status === "Cancelled"),
  "ibind live_orders": (desk) => rows(desk, (row) => row.order_ref === "parent"),
  "ibind order_status": async (desk) =>
    (await desk.call("GET", `/iserver/account/order/status/${working(desk)}`)).body,
  "Orders/live-orders-force-cleared": to("GET", "/iserver/account/orders?force=true"),
  "Orders/trades-populated": to("GET", "/iserver/account/trades?days=7"),
  "Orders/POST-whatif-order": to("POST", `${account}/orders/whatif`, { orders: [LIMIT] }),
  "Orders/POST-place-order-confirmation": to("POST", `${account}/orders`, {
    orders: [{ ...LIMIT, price: 150 }],
  }),
  "Orders/POST-reply-submitted": async (desk) => (await desk.place({ ...LIMIT, price: 150 })).body,
  "Orders/POST-place-order-submitted": to("POST", `${account}/orders`, { orders: [LIMIT] }),
  "Orders/POST-modify-order-submitted": async (desk) =>
    (await desk.call("POST", `${account}/order/${working(desk)}`, { ...LIMIT, price: 263 })).body,
  "Orders/place-bracket-submitted": async (desk) => {
    const child = { ...LIMIT, side: "SELL", price: 268, parentId: "again" };
    return (await desk.place({ ...LIMIT, cOID: "again" }, child)).body;
  },
  "Orders/place-bracket-partial-reject": async (desk) => {
    desk.simulator.faults.add({ kind: "reject_child" });
    const child = { ...LIMIT, side: "SELL", price: 268, parentId: "half" };
    return (await desk.place({ ...LIMIT, cOID: "half" }, child)).body;
  },
  "Orders/POST-dismiss-notification": async (desk) => {
    desk.simulator.faults.add({ kind: "advanced_prompt" });
    const { body } = await desk.place(LIMIT);
    return (await desk.call("POST", "/iserver/notification", { orderId: body.orderId, reqId: body.reqId }))
      .body;
  },
  "Orders/cancel-with-account": async (desk) =>
    (await desk.call("DELETE", `${account}/order/${working(desk)}`)).body,
  "Orders/DELETE-cancel-order": async (desk) => (await desk.call("DELETE", `${account}/order/-1`)).body,
  "Session/POST-suppress": to("POST", "/iserver/questions/suppress", { messageIds: ["o163"] }),
  "Session/POST-suppress-reset": to("POST", "/iserver/questions/suppress/reset"),
  "Session/POST-ssodh-init": to("POST", "/iserver/auth/ssodh/init", { publish: true, compete: true }),
  "Orders/GET-live-orders-empty": async (desk) => {
    await desk.call("GET", "/iserver/accounts");
    return (await desk.call("GET", "/iserver/account/orders")).body;
  },
  "Orders/GET-trades-empty": to("GET", "/iserver/account/trades?days=7"),
};
