// The account's figures as IBKR's margin account states them. Pure, USD.
// Margin is a quarter of the gross position, buying power four times the available funds (as in the recordings).
import { Decimal, dec } from "#store/model/money.ts";
import type { MarketData } from "../market/market.ts";
import { lastPrice, type MarketMoment } from "../market/market-clock.ts";
import type { StateStore } from "../state/store.ts";
import type { Account, Holding } from "./account.ts";

export const MARGIN_SHARE = dec("0.25");
const BUYING_POWER_FACTOR = 4;

export type HoldingFigures = {
  holding: Holding;
  price: Decimal;
  value: Decimal;
  unrealized: Decimal;
};

export type AccountFigures = {
  cash: Decimal;
  /** Signed sum of market values. */
  stockValue: Decimal;
  grossValue: Decimal;
  equity: Decimal;
  margin: Decimal;
  available: Decimal;
  buyingPower: Decimal;
  unrealized: Decimal;
  realized: Decimal;
  realizedToday: Decimal;
};

/** A holding at the last price that may be known; at cost when there is none. */
export function figuresOf(holding: Holding, market: MarketData, moment: MarketMoment): HoldingFigures {
  const instrument = market.byConid(holding.conid);
  const last = instrument === undefined ? undefined : lastPrice(instrument, moment);
  const price = last === undefined ? holding.averageCost : dec(last.price);
  const value = price.times(holding.quantity);
  return {
    holding,
    price,
    value,
    unrealized: value.minus(holding.averageCost.times(holding.quantity)),
  };
}

export function accountFigures(account: Account, market: MarketData, moment: MarketMoment): AccountFigures {
  const each = account.holdings().map((holding) => figuresOf(holding, market, moment));
  const sum = (of: (one: HoldingFigures) => Decimal) =>
    each.reduce((total, one) => total.plus(of(one)), dec(0));
  const cash = account.cash();
  const stockValue = sum((one) => one.value);
  const grossValue = sum((one) => one.value.abs());
  const equity = cash.plus(stockValue);
  const margin = grossValue.times(MARGIN_SHARE);
  const available = equity.minus(margin);
  return {
    cash,
    stockValue,
    grossValue,
    equity,
    margin,
    available,
    buyingPower: Decimal.max(available.times(BUYING_POWER_FACTOR), 0),
    unrealized: sum((one) => one.unrealized),
    realized: sum((one) => one.holding.realized),
    realizedToday: sum((one) =>
      one.holding.touchedIn === moment.session ? one.holding.realizedToday : dec(0),
    ),
  };
}

/** The account's figures, computed again only when an execution, the clock or a reset changed them. */
export function createFigures(of: {
  store: StateStore;
  account: Account;
  market: MarketData;
  moment: () => MarketMoment;
}): () => AccountFigures {
  let known: AccountFigures | undefined;
  of.store.onChange((change) => {
    const touched =
      change.clock !== undefined || change.reset !== undefined || (change.fills ?? []).length > 0;
    if (touched) known = undefined;
  });
  return () => {
    known ??= accountFigures(of.account, of.market, of.moment());
    return known;
  };
}
