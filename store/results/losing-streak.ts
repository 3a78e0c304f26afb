// Trades that were closed with a loss, one after the other, up to now. Effects: database reads.
// Goes back over the newest fills only as far as the streak reaches, never over the whole account.
import { sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { AccountId, Conid, Instant } from "../model/ids.ts";
import { type DecimalString, dec, toDecimalString } from "../model/money.ts";
import type { TradeOutcome } from "../model/trade.ts";
import { only } from "../rows.ts";
import { toInstant } from "../schema/columns.ts";
import { matchedOutcomes } from "./trades.ts";

export type LosingStreak = {
  /** Closed with a loss, after commissions, since the last closed trade that had none. */
  trades: number;
  /** It reaches back further than is looked. */
  atLeast: boolean;
  /** The sum of these losses, per currency. */
  lost: { currency: string; amount: DecimalString }[];
  /** The newest closed trade, whatever it came to; null before the first. */
  newest: TradeOutcome | null;
};

/** Fills that are looked at, more of them as long as every trade among them was lost. */
const FILLS_AT_ONCE = [100, 1_000, 10_000] as const;

/** A replay's account is its own, and a dry run has no fills: what is counted was traded on this account. */
export async function losingStreak(db: Db, accountId: AccountId): Promise<LosingStreak> {
  let closed: TradeOutcome[] = [];
  for (const limit of FILLS_AT_ONCE) {
    const found = await closedLately(db, accountId, limit);
    closed = found.closed;
    const end = closed.findIndex((trade) => !dec(trade.realizedPnl).isNegative());
    if (end >= 0) return streakOf(closed.slice(0, end), closed[0] ?? null, false);
    if (found.all) return streakOf(closed, closed[0] ?? null, false);
  }
  return streakOf(closed, closed[0] ?? null, true);
}

/** Trades closed since the oldest of so many fills, newest first. What closed one is among these fills, so none is missing. */
async function closedLately(
  db: Db,
  accountId: AccountId,
  limit: number,
): Promise<{ closed: TradeOutcome[]; all: boolean }> {
  const result = await db.execute<{ fills: number; oldest: string | null; conids: Conid[] | null }>(sql`
    select count(*)::int as fills, min(at)::text as oldest, json_agg(distinct conid) as conids
    from (select conid, at from fills where account_id = ${accountId}
      order by at desc, execution_ref desc limit ${sql.raw(String(limit))}) newest`);
  const newest = only(result.rows, "looking at the newest fills");
  if (newest.oldest === null) return { closed: [], all: true };
  const all = newest.fills < limit;
  // Of the oldest instant itself some fills may lie beyond the limit.
  const since = all ? null : toInstant(newest.oldest);
  // What is closed needs no price of today.
  const trades = await matchedOutcomes(db, { accountId, conids: newest.conids ?? [] });
  return { closed: closedSince(trades, since), all };
}

type Closed = { since: Instant | null; closed: TradeOutcome[] };
/** The store gives the same list as long as nothing in it has changed. */
const lately = new WeakMap<readonly TradeOutcome[], Closed>();

function closedSince(trades: readonly TradeOutcome[], since: Instant | null): TradeOutcome[] {
  const known = lately.get(trades);
  if (known !== undefined && known.since === since) return known.closed;
  const found = trades.flatMap((trade) => {
    const { closedAt } = trade;
    return closedAt === null || (since !== null && closedAt <= since) ? [] : [{ trade, closedAt }];
  });
  found.sort((a, b) => later(a.closedAt, b.closedAt) || later(a.trade.openedAt, b.trade.openedAt));
  const closed = found.map(({ trade }) => trade);
  lately.set(trades, { since, closed });
  return closed;
}

function later(a: Instant, b: Instant): number {
  return a < b ? 1 : a > b ? -1 : 0;
}

function streakOf(
  lost: readonly TradeOutcome[],
  newest: TradeOutcome | null,
  atLeast: boolean,
): LosingStreak {
  const currencies = [...new Set(lost.map((trade) => trade.currency))];
  const sumIn = (currency: string) =>
    lost
      .filter((trade) => trade.currency === currency)
      .reduce((sum, trade) => sum.plus(trade.realizedPnl), dec(0));
  return {
    trades: lost.length,
    atLeast,
    lost: currencies.map((currency) => ({ currency, amount: toDecimalString(sumIn(currency)) })),
    newest,
  };
}
