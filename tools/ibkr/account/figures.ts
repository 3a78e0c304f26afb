// Summary, ledger and positions as domain values. Pure.
import { VendorError } from "#store/model/errors.ts";
import type { AccountId } from "#store/model/ids.ts";
import { Currency, type DecimalString, dec } from "#store/model/money.ts";
import type { AccountSummary, Position } from "#store/model/order.ts";
import type { LedgerLine } from "../client.ts";
import { conidOf } from "../instruments/candidates.ts";
import { floatDecimal, instantOfMs, type NumberLike, tickerOf } from "../wire/values.ts";
import type { LedgerAnswer, PositionRow, SummaryAnswer } from "./shapes.ts";

type FigureKey =
  | "netliquidation"
  | "totalcashvalue"
  | "availablefunds"
  | "buyingpower"
  | "grosspositionvalue";

/** @throws VendorError summary_incomplete when a needed figure is not there */
export function summaryOf(answer: SummaryAnswer, accountId: AccountId): AccountSummary {
  const figure = (key: FigureKey): DecimalString => {
    const { amount } = answer[key];
    if (amount === null || amount === undefined)
      throw new VendorError("summary_incomplete", `The account summary has no ${key}.`, { facts: { key } });
    return floatDecimal(amount, key);
  };
  const { netliquidation } = answer;
  const currency = Currency.safeParse(netliquidation.currency);
  const timestamp = netliquidation.timestamp ?? null;
  if (!currency.success || timestamp === null)
    throw new VendorError("summary_incomplete", "The account summary does not tell its currency and time.");
  return {
    accountId,
    currency: currency.data,
    netLiquidation: figure("netliquidation"),
    totalCash: figure("totalcashvalue"),
    availableFunds: figure("availablefunds"),
    buyingPower: figure("buyingpower"),
    grossPositionValue: figure("grosspositionvalue"),
    at: instantOfMs(timestamp, "summary timestamp"),
  };
}

/** One line per currency, BASE included. */
export function ledgerOf(answer: LedgerAnswer): LedgerLine[] {
  return Object.entries(answer).map(([currency, row]) => ({
    currency: currency === "BASE" ? "BASE" : Currency.parse(currency),
    cash: floatDecimal(row.cashbalance, "cashbalance"),
    settledCash: floatDecimal(row.settledcash, "settledcash"),
    netLiquidation: floatDecimal(row.netliquidationvalue, "netliquidationvalue"),
    stockValue: floatDecimal(row.stockmarketvalue, "stockmarketvalue"),
    realizedPnl: floatDecimal(row.realizedpnl, "realizedpnl"),
    unrealizedPnl: floatDecimal(row.unrealizedpnl, "unrealizedpnl"),
  }));
}

/** Open positions of one account; a row of zero is a closed one that IBKR still lists for the day. */
export function positionsOf(rows: readonly PositionRow[], accountId: AccountId): Position[] {
  return rows
    .filter((row) => row.acctId === accountId)
    .map((row) => positionOf(row, accountId))
    .filter((position) => !dec(position.quantity).isZero());
}

function positionOf(row: PositionRow, accountId: AccountId): Position {
  const conid = conidOf(row.conid);
  const currency = Currency.safeParse(row.currency);
  if (!currency.success || row.avgCost === null || row.avgCost === undefined)
    throw new VendorError(
      "position_incomplete",
      `The position in conid ${conid} lacks its currency or cost.`,
    );
  return {
    accountId,
    conid,
    symbol: tickerOf(row.ticker ?? row.contractDesc, conid),
    quantity: floatDecimal(row.position, "position"),
    averageCost: floatDecimal(row.avgCost, "avgCost"),
    marketPrice: optionalFloat(row.mktPrice, "mktPrice"),
    marketValue: optionalFloat(row.mktValue, "mktValue"),
    realizedPnl: optionalFloat(row.realizedPnl, "realizedPnl"),
    unrealizedPnl: optionalFloat(row.unrealizedPnl, "unrealizedPnl"),
    currency: currency.data,
  };
}

function optionalFloat(value: NumberLike | null | undefined, what: string): DecimalString | null {
  return value === null || value === undefined || value === "" ? null : floatDecimal(value, what);
}
