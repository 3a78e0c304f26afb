// The sub-pages of the account summary: objects of formatted text, such as "1,005,254 USD". Pure.
import type { Decimal } from "#store/model/money.ts";
import type { AccountFigures } from "./figures.ts";

const whole = (amount: Decimal | number) => Math.round(Number(amount)).toLocaleString("en-US");
const usd = (amount: Decimal | number) => `${whole(amount)} USD`;

function segments(of: (has: boolean) => Record<string, string>): Record<string, unknown> {
  return { total: of(true), "Crypto at Paxos": of(false), commodities: of(false), securities: of(true) };
}

type Page = (figures: AccountFigures, previousEquity: string) => Record<string, unknown>;

/** By the last part of the path. */
export const SUMMARY_PAGES: Readonly<Record<string, Page>> = {
  available_funds: (figures) =>
    segments((has) => {
      const available = usd(has ? figures.available : 0);
      return {
        current_available: available,
        current_excess: available,
        buying_power: usd(has ? figures.buyingPower : 0),
        leverage: has
          ? figures.grossValue.div(figures.equity.isZero() ? 1 : figures.equity).toFixed(2)
          : "0.00",
        look_ahead_available: available,
        look_ahead_excess: available,
      };
    }),
  balances: (figures, previousEquity) =>
    segments((has) => ({
      net_liquidation: usd(has ? figures.equity : 0),
      equity_with_loan: usd(has ? figures.equity : 0),
      cash: usd(has ? figures.cash : 0),
      "MTD Interest": usd(0),
      previous_day_equity_with_loan: usd(has ? Number(previousEquity) : 0),
    })),
  margins: (figures) =>
    segments((has) => {
      const margin = usd(has ? figures.margin : 0);
      return {
        current_initial: margin,
        current_maint: margin,
        look_ahead_initial: margin,
        look_ahead_maint: margin,
        "RegT Margin": usd(has ? figures.grossValue.times("0.5") : 0),
      };
    }),
  market_value: (figures) => ({
    USD: {
      total_cash: whole(figures.cash),
      stock: whole(figures.stockValue),
      options: "0",
      futures: "0",
      net_liquidation: whole(figures.equity),
      unrealized_pnl: whole(figures.unrealized),
      realized_pnl: whole(figures.realized),
    },
  }),
};
