// Positions and summaries in the gateway's three spellings. Pure, USD.
import { type Decimal, dec } from "#store/model/money.ts";
import { securityDetails } from "../contracts/shapes.ts";
import type { SimInstrument } from "../market/market.ts";
import type { AccountFigures, HoldingFigures } from "./figures.ts";

const number = (value: Decimal, digits = 8) => value.toDecimalPlaces(digits).toNumber();

type PositionOf = { figures: HoldingFigures; instrument: SimInstrument; accountId: string; today: number };

/** 21 keys: what the first, cold read shows (`strike` a number, `multiplier` null). */
export function sparsePosition(of: PositionOf): Record<string, unknown> {
  const { holding } = of.figures;
  const realized = holding.touchedIn === of.today ? holding.realizedToday : dec(0);
  return {
    acctId: of.accountId,
    conid: holding.conid,
    contractDesc: of.instrument.symbol,
    position: number(holding.quantity),
    mktPrice: number(of.figures.price),
    mktValue: number(of.figures.value, 2),
    currency: of.instrument.currency,
    avgCost: number(holding.averageCost),
    avgPrice: number(holding.averageCost),
    realizedPnl: number(realized, 2),
    unrealizedPnl: number(of.figures.unrealized, 2),
    exchs: null,
    expiry: null,
    putOrCall: null,
    multiplier: null,
    strike: 0,
    exerciseStyle: null,
    conExchMap: [],
    assetClass: of.instrument.assetClass,
    undConid: 0,
    model: "",
  };
}

/** 46 keys: the second read (`strike` a text, `multiplier` 0). */
export function richPosition(of: PositionOf): Record<string, unknown> {
  return { ...sparsePosition(of), ...securityDetails(of.instrument) };
}

/** `/portfolio2`: other names, contract id as text, seconds. */
export function secondPosition(of: PositionOf & { now: number }): Record<string, unknown> {
  const { holding } = of.figures;
  return {
    position: number(holding.quantity),
    conid: String(holding.conid),
    avgCost: number(holding.averageCost),
    avgPrice: number(holding.averageCost),
    currency: of.instrument.currency,
    description: of.instrument.symbol,
    isLastToLoq: false,
    marketPrice: number(of.figures.price),
    marketValue: number(of.figures.value),
    realizedPnl: number(holding.touchedIn === of.today ? holding.realizedToday : dec(0), 2),
    secType: of.instrument.assetClass,
    timestamp: Math.floor(of.now / 1000),
    unrealizedPnl: number(of.figures.unrealized),
    assetClass: of.instrument.assetClass,
    sector: of.instrument.industry,
    group: of.instrument.category,
    model: "",
  };
}

/** `/iserver/account/{id}/summary`: plain numbers. */
export function accountSummary(figures: AccountFigures): Record<string, unknown> {
  const { equity, cash, available, margin } = figures;
  return {
    accountType: "",
    status: "",
    balance: number(equity, 2),
    SMA: number(available, 2),
    buyingPower: number(figures.buyingPower, 2),
    availableFunds: number(available, 2),
    excessLiquidity: number(available, 2),
    netLiquidationValue: number(equity, 2),
    equityWithLoanValue: number(equity, 2),
    regTLoan: 0,
    securitiesGVP: number(figures.grossValue, 2),
    totalCashValue: number(cash, 2),
    accruedInterest: 0,
    regTMargin: number(figures.grossValue.times("0.5"), 2),
    initialMargin: number(margin, 2),
    maintenanceMargin: number(margin, 2),
    cashBalances: [{ currency: "USD", balance: number(cash, 2), settledCash: number(cash, 2) }],
  };
}

/** `/portfolio/{id}/ledger`: one entry per currency and BASE; the time in seconds, `endofbundle` on one entry only. */
export function ledger(of: {
  figures: AccountFigures;
  accountId: string;
  now: number;
}): Record<string, unknown> {
  const { figures } = of;
  const entry = (currency: string) => ({
    commoditymarketvalue: 0,
    futuremarketvalue: 0,
    settledcash: number(figures.cash, 2),
    exchangerate: 1,
    sessionid: 1,
    cashbalance: number(figures.cash, 2),
    corporatebondsmarketvalue: 0,
    warrantsmarketvalue: 0,
    netliquidationvalue: number(figures.equity, 2),
    interest: 0,
    unrealizedpnl: number(figures.unrealized, 2),
    stockmarketvalue: number(figures.stockValue, 2),
    moneyfunds: 0,
    currency,
    realizedpnl: number(figures.realized, 2),
    funds: 0,
    acctcode: of.accountId,
    issueroptionsmarketvalue: 0,
    key: "LedgerList",
    timestamp: Math.floor(of.now / 1000),
    severity: 0,
    stockoptionmarketvalue: 0,
    futuresonlypnl: 0,
    tbondsmarketvalue: 0,
    futureoptionmarketvalue: 0,
    cashbalancefxsegment: 0,
    secondkey: currency,
    tbillsmarketvalue: 0,
    ...(currency === "USD" ? { endofbundle: 1 } : {}),
    dividends: 0,
    cryptocurrencyvalue: 0,
  });
  return { USD: entry("USD"), BASE: entry("BASE") };
}
