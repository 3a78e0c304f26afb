// Our account against the broker's: what the fills since the last agreement explain, and what they do not. Pure.
import { z } from "zod";
import { Conid, Instant, Ticker } from "#store/model/ids.ts";
import { type Decimal, DecimalString, dec } from "#store/model/money.ts";
import type { AccountSummary, Position } from "#store/model/order.ts";
import type { FillRow } from "#store/trading/fills.ts";

/** What both sides last agreed on. `at` in business time. */
export const Baseline = z.object({
  at: Instant,
  cash: DecimalString,
  positions: z.array(z.object({ conid: Conid, symbol: Ticker, quantity: DecimalString })),
  /** Executions that are already in these figures. */
  executionRefs: z.array(z.string()),
});
export type Baseline = z.infer<typeof Baseline>;

export type Difference = { conid: Conid; symbol: Ticker; ours: Decimal; brokers: Decimal };

/** Positions that the baseline and the fills since do not explain. */
export function positionDifferences(
  baseline: Baseline,
  fills: readonly FillRow[],
  now: readonly Position[],
): Difference[] {
  const rows = new Map<Conid, Difference>();
  const row = (conid: Conid, symbol: Ticker) => {
    const known = rows.get(conid) ?? { conid, symbol, ours: dec(0), brokers: dec(0) };
    rows.set(conid, known);
    return known;
  };
  for (const held of baseline.positions) row(held.conid, held.symbol).ours = dec(held.quantity);
  for (const fill of since(baseline, fills)) {
    const one = row(fill.conid, fill.symbol);
    one.ours = one.ours.plus(signed(fill));
  }
  for (const held of now) {
    const one = row(held.conid, held.symbol);
    one.brokers = one.brokers.plus(held.quantity);
  }
  return [...rows.values()].filter((one) => !one.ours.equals(one.brokers));
}

/** Cash that trades and commissions since the baseline do not explain: interest, dividends, transfers, or an error. */
export function cashDifference(baseline: Baseline, fills: readonly FillRow[], now: AccountSummary): Decimal {
  let expected = dec(baseline.cash);
  for (const fill of since(baseline, fills))
    expected = expected.minus(signed(fill).times(fill.price)).minus(dec(fill.commission ?? 0).abs());
  return dec(now.totalCash).minus(expected);
}

function since(baseline: Baseline, fills: readonly FillRow[]): FillRow[] {
  const known = new Set(baseline.executionRefs);
  return fills.filter((fill) => !known.has(fill.executionRef));
}

function signed(fill: FillRow): Decimal {
  return fill.side === "BUY" ? dec(fill.quantity) : dec(fill.quantity).negated();
}
