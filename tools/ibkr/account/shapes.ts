// Loose shapes of the portfolio calls. Pure.
import { z } from "zod";
import { NumberLike } from "../wire/values.ts";

/** One figure of the summary: numbers in `amount`, texts in `value`. */
export const SummaryFigure = z.object({
  amount: NumberLike.nullish(),
  currency: z.string().nullish(),
  timestamp: z.number().nullish(),
  value: z.string().nullish(),
});
/** 143 lower-case keys; those with -s, -c and -p are segments of the account. */
export const SummaryAnswer = z.object({
  netliquidation: SummaryFigure,
  totalcashvalue: SummaryFigure,
  availablefunds: SummaryFigure,
  buyingpower: SummaryFigure,
  grosspositionvalue: SummaryFigure,
});
export type SummaryAnswer = z.infer<typeof SummaryAnswer>;

/** A first read has 21 keys, a second one 46; both have these. */
export const PositionRow = z.object({
  acctId: z.string(),
  conid: NumberLike,
  contractDesc: z.string().nullish(),
  ticker: z.string().nullish(),
  position: NumberLike,
  mktPrice: NumberLike.nullish(),
  mktValue: NumberLike.nullish(),
  currency: z.string().nullish(),
  avgCost: NumberLike.nullish(),
  realizedPnl: NumberLike.nullish(),
  unrealizedPnl: NumberLike.nullish(),
});
export type PositionRow = z.infer<typeof PositionRow>;

export const LedgerRow = z.object({
  cashbalance: NumberLike,
  settledcash: NumberLike,
  netliquidationvalue: NumberLike,
  stockmarketvalue: NumberLike,
  realizedpnl: NumberLike,
  unrealizedpnl: NumberLike,
});
export const LedgerAnswer = z.record(z.string(), LedgerRow);
export type LedgerAnswer = z.infer<typeof LedgerAnswer>;

export const PortfolioAccounts = z.array(z.object({ accountId: z.string() }));
export const Invalidated = z.object({ message: z.string().nullish() });
