// Trades page by page: entries of the desk that have filled, newest first, each with its outcome. Effects: database reads.
// Outcomes are computed for the instruments of one page only, never for the whole account.
import { and, desc, eq, gt, isNotNull } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { AccountId, Conid, OrderId, StrategyId, Ticker } from "../model/ids.ts";
import type { DecimalString } from "../model/money.ts";
import type { TradeExit, TradeOutcome } from "../model/trade.ts";
import { olderThan, type Page, type PageRequest, pageLimit, toPage } from "../page.ts";
import { executions, orders, symbolRuns } from "../schema/index.ts";
import { outcomes } from "./trades.ts";

export type TradeQuery = PageRequest & {
  accountId?: AccountId;
  symbol?: Ticker;
  strategyId?: StrategyId;
  /** How it ended; "open": shares of it are still held. */
  exit?: TradeExit | "open";
};

/** Entries that are looked at for one page at most; a rare way to end may then give a short page with a `next`. */
const MOST_LOOKED_AT = 1_000;

type Entry = { id: OrderId; accountId: AccountId; conid: Conid; createdAt: string };

/** Newest entry first. */
export async function listTrades(db: Db, query: TradeQuery): Promise<Page<TradeOutcome>> {
  const limit = pageLimit(query);
  const kept: { trade: TradeOutcome; entry: Entry }[] = [];
  let cursor = query.cursor ?? null;
  for (let seen = 0; seen < MOST_LOOKED_AT; ) {
    const page = await entriesOf(db, { ...query, cursor, limit });
    seen += page.rows.length;
    for (const { entry, trade } of await traded(db, page.rows)) {
      if (query.exit === undefined || endOf(trade) === query.exit) kept.push({ trade, entry });
    }
    cursor = page.next;
    if (cursor === null || kept.length >= limit) break;
  }
  const cut = toPage(kept, limit, ({ entry }) => [entry.createdAt, entry.id]);
  return { rows: cut.rows.map(({ trade }) => trade), next: cut.next ?? cursor };
}

/** How a trade ended, or "open" while any share of it is held. */
export function endOf(trade: Pick<TradeOutcome, "closedAt" | "exitBy">): TradeExit | "open" {
  return trade.closedAt === null || trade.exitBy === null ? "open" : trade.exitBy;
}

async function entriesOf(db: Db, query: TradeQuery): Promise<Page<Entry>> {
  const limit = pageLimit(query);
  const fields = {
    id: orders.id,
    accountId: orders.accountId,
    conid: orders.conid,
    createdAt: orders.createdAt,
  };
  const rows = await db
    .select(fields)
    .from(orders)
    .innerJoin(symbolRuns, eq(symbolRuns.id, orders.symbolRunId))
    .innerJoin(executions, eq(executions.id, symbolRuns.executionId))
    .where(
      and(
        eq(orders.leg, "entry"),
        eq(orders.external, false),
        isNotNull(orders.verdictId),
        gt(orders.filledQuantity, "0" as DecimalString),
        query.accountId === undefined ? undefined : eq(orders.accountId, query.accountId),
        query.symbol === undefined ? undefined : eq(orders.symbol, query.symbol),
        query.strategyId === undefined ? undefined : eq(executions.strategyId, query.strategyId),
        olderThan(query, { at: orders.createdAt, id: orders.id, idType: "uuid" }),
      ),
    )
    .orderBy(desc(orders.createdAt), desc(orders.id))
    .limit(limit + 1);
  return toPage(rows, limit, (row) => [row.createdAt, row.id]);
}

/** In the order of the entries; one that closed something and opened nothing is no trade. */
async function traded(db: Db, entries: readonly Entry[]): Promise<{ entry: Entry; trade: TradeOutcome }[]> {
  const byAccount = new Map<AccountId, Entry[]>();
  for (const entry of entries)
    byAccount.set(entry.accountId, [...(byAccount.get(entry.accountId) ?? []), entry]);
  const found = new Map<OrderId, TradeOutcome>();
  for (const [accountId, own] of byAccount) {
    const conids = [...new Set(own.map(({ conid }) => conid))];
    const rows = await outcomes(db, { accountId, conids, entries: own.map(({ id }) => id) });
    for (const row of rows) found.set(row.entryOrderId, row);
  }
  return entries.flatMap((entry) => {
    const trade = found.get(entry.id);
    return trade === undefined ? [] : [{ entry, trade }];
  });
}
