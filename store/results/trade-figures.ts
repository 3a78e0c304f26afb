// What many trades came to in figures: how many won, R, sums after commissions. Years of them are added up piece by piece,
// and between the pieces the process turns to others. Effects: gives way to what else waits.
import { setImmediate as breathe } from "node:timers/promises";
import { type Currency, dec, toDecimalString } from "../model/money.ts";
import type { TradeOutcome } from "../model/trade.ts";
import { meanOf, shareOf } from "./intervals.ts";

/** Trades that are looked at in one go: some milliseconds. */
const PIECE = 500;

type OfCurrency = {
  realized: ReturnType<typeof dec>;
  commissions: ReturnType<typeof dec>;
  each: number[];
};

/** Of those among `trades` that are `wanted`. */
export async function tradeFigures(
  lists: readonly { trades: readonly TradeOutcome[]; wanted: ReadonlySet<string> }[],
) {
  let [open, won, closed] = [0, 0, 0];
  const reached: number[] = [];
  const sums = new Map<Currency, OfCurrency>();
  const add = (trade: TradeOutcome) => {
    if (trade.closedAt === null) {
      open += 1;
      return;
    }
    const pnl = dec(trade.realizedPnl);
    closed += 1;
    if (pnl.greaterThan(0)) won += 1;
    if (trade.r !== null) reached.push(Number(trade.r));
    const sum = sums.get(trade.currency) ?? { realized: dec(0), commissions: dec(0), each: [] };
    sum.realized = sum.realized.plus(pnl);
    sum.commissions = sum.commissions.plus(trade.commissions);
    sum.each.push(Number(trade.realizedPnl));
    sums.set(trade.currency, sum);
  };
  for (const { trades, wanted } of lists) {
    for (let at = 0; at < trades.length; at += PIECE) {
      for (const trade of trades.slice(at, at + PIECE)) if (wanted.has(trade.entryOrderId)) add(trade);
      await breathe();
    }
  }
  return {
    openTrades: open,
    won: shareOf(won, closed),
    r: meanOf(reached),
    pnl: [...sums].sort(byCurrency).map(([currency, { realized, commissions, each }]) => ({
      currency,
      realizedPnl: toDecimalString(realized),
      commissions: toDecimalString(commissions),
      perTrade: meanOf(each),
    })),
  };
}

function byCurrency(a: readonly [Currency, unknown], b: readonly [Currency, unknown]): number {
  return a[0] < b[0] ? -1 : 1;
}
