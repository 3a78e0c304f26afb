// The numbers behind a chart as one JSON document, stored as an artifact beside the picture. Pure.
import { z } from "zod";
import { BarSource, Timeframe } from "#store/model/bar.ts";
import { Instant, Ticker } from "#store/model/ids.ts";
import { Currency } from "#store/model/money.ts";
import { INDICATORS, type Indicator } from "#store/model/workflow/definition.ts";
import {
  at,
  COLUMN_INDICATOR,
  INDICATOR_NAMES,
  type IndicatorName,
  type IndicatorTable,
  priceDecimals,
  roundTo,
} from "#tools/indicators/index.ts";

const MARKET_DATA_COLUMNS = ["date", "open", "high", "low", "close", "volume", ...INDICATOR_NAMES] as const;

/**
 * The bars that a chart shows, oldest first, one row per bar in the order of `columns`; null where an indicator is not
 * ready. Dates are exchange dates, prices in `currency` as the gateway gave them, indicators three decimals finer than
 * prices are shown, volumes in shares, `supertrendDirection` 1 (up) or -1 (down).
 */
export const MarketDataDocument = z.strictObject({
  symbol: Ticker,
  timeframe: Timeframe,
  currency: Currency,
  /** When the bars were asked for: nothing later is in here. */
  asOf: Instant,
  source: BarSource,
  columns: z.array(z.enum(MARKET_DATA_COLUMNS)),
  rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
});
export type MarketDataDocument = z.infer<typeof MarketDataDocument>;

export type MarketDataOf = Pick<
  MarketDataDocument,
  "symbol" | "timeframe" | "currency" | "asOf" | "source"
> & {
  table: IndicatorTable;
  barsShown: number;
  /** Whose columns are in it besides prices, volume and ATR; all when absent. */
  indicators?: readonly Indicator[];
};

export function marketDataDocument(of: MarketDataOf): MarketDataDocument {
  const { table, barsShown, indicators = INDICATORS, ...head } = of;
  const names = INDICATOR_NAMES.filter((name) => {
    const indicator = COLUMN_INDICATOR[name];
    return indicator === null || indicators.includes(indicator);
  });
  const start = Math.max(0, table.dates.length - barsShown);
  const decimals = priceDecimals(table.close.at(-1) ?? 1) + 3;
  const indicator = (name: IndicatorName, index: number) => {
    const value = table[name][index] ?? null;
    return value === null ? null : roundTo(value, decimals);
  };
  return {
    symbol: head.symbol,
    timeframe: head.timeframe,
    currency: head.currency,
    asOf: head.asOf,
    source: head.source,
    columns: ["date", "open", "high", "low", "close", "volume", ...names],
    rows: table.dates.slice(start).map((date, offset) => {
      const index = start + offset;
      const given = [table.open, table.high, table.low, table.close, table.volume];
      return [
        date,
        ...given.map((column) => at(column, index)),
        ...names.map((name) => indicator(name, index)),
      ];
    }),
  };
}
