// What became of the decisions that were traded: outcomes computed from fills whenever they are asked for. Effects:
// database reads. Nothing is stored twice, so a corrected fill or a late commission corrects every figure; what an
// instrument's fills came to is kept in memory until one of them changes (outcome-book.ts).
import { eq, sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { AccountId, Conid, OrderId } from "../model/ids.ts";
import { type DecimalString, dec, toDecimalString } from "../model/money.ts";
import { type MatchedTrade, matchTrades, type TradeFill, type TradeOutcome } from "../model/trade.ts";
import { toInstant } from "../schema/columns.ts";
import { positions } from "../schema/index.ts";
import { bookOf, type Marks } from "./outcome-book.ts";

/** The outcomes of all entries of an account, oldest first. */
export async function tradeOutcomes(db: Db, accountId: AccountId): Promise<readonly TradeOutcome[]> {
  return outcomes(db, { accountId, conids: null, entries: null });
}

/** What became of one entry order; null while nothing of it has filled. Only its own instrument's fills are read. */
export async function outcomeOfEntry(
  db: Db,
  of: { accountId: AccountId; conid: Conid; entryOrderId: OrderId },
): Promise<TradeOutcome | null> {
  const { accountId, conid, entryOrderId } = of;
  const [found] = await outcomes(db, { accountId, conids: [conid], entries: [entryOrderId] });
  return found ?? null;
}

/**
 * The outcomes of some or all entries of an account, oldest first. What an entry came to depends on every fill of its
 * instrument, so `conids` must name the instruments of all `entries`. As long as nothing changed, the outcomes of the same
 * instruments are the same array.
 */
export async function outcomes(
  db: Db,
  of: { accountId: AccountId; conids: readonly Conid[] | null; entries: readonly OrderId[] | null },
): Promise<readonly TradeOutcome[]> {
  const { accountId, conids, entries } = of;
  const book = bookOf(db, accountId, (missing) => tradesOf(db, accountId, missing));
  const marked = marksOf(db, accountId);
  if (entries !== null && conids !== null) {
    const [found, marks] = await Promise.all([book.find(entries, conids), marked]);
    return valued(found, marks);
  }
  const [traded, marks] = await Promise.all([book.read(conids), marked]);
  if (entries === null) return book.valued(traded, marks, valued);
  const wanted = new Set(entries);
  return valued(
    traded.filter(({ entryOrderId }) => wanted.has(entryOrderId)),
    marks,
  );
}

/** The same of whole instruments, in no order and without today's marks, which only shares that are still held have. */
export function matchedOutcomes(
  db: Db,
  of: { accountId: AccountId; conids: readonly Conid[] },
): Promise<readonly TradeOutcome[]> {
  return bookOf(db, of.accountId, (missing) => tradesOf(db, of.accountId, missing)).read(of.conids);
}

async function marksOf(db: Db, accountId: AccountId): Promise<Marks> {
  const rows = await db
    .select({ conid: positions.conid, price: positions.marketPrice })
    .from(positions)
    .where(eq(positions.accountId, accountId))
    .orderBy(positions.conid);
  return new Map(rows.map(({ conid, price }) => [conid, price]));
}

function valued(traded: readonly TradeOutcome[], marks: Marks): TradeOutcome[] {
  return traded
    .map((trade) => withMark(trade, marks.get(trade.conid) ?? null))
    .sort((a, b) => (a.openedAt < b.openedAt ? -1 : a.openedAt > b.openedAt ? 1 : 0));
}

/** What all fills of these instruments came to; nothing in it depends on prices of today. */
async function tradesOf(
  db: Db,
  accountId: AccountId,
  conids: readonly Conid[],
): Promise<Map<Conid, TradeOutcome[]>> {
  const groups = await fillsByInstrument(db, accountId, conids);
  const matched = new Map([...groups].map(([conid, fills]) => [conid, matchTrades(fills)]));
  const entries = [...matched.values()].flat().map((trade) => trade.entryOrderId);
  const origins = entries.length === 0 ? new Map<OrderId, Origin>() : await originsOf(db, entries);
  return new Map(
    [...matched].map(([conid, trades]) => [
      conid,
      trades.flatMap((trade) => {
        const origin = origins.get(trade.entryOrderId);
        return origin === undefined ? [] : [outcomeOf(trade, origin)];
      }),
    ]),
  );
}

type FillLine = Omit<TradeFill, "at"> & { conid: string; at: string };

async function fillsByInstrument(
  db: Db,
  accountId: AccountId,
  conids: readonly Conid[],
): Promise<Map<Conid, TradeFill[]>> {
  const result = await db.execute<FillLine & Record<string, unknown>>(sql`
    select fill.conid, fill.execution_ref as "executionRef", fill.order_id as "orderId", entry.parent_order_id as "parentOrderId", entry.leg,
      coalesce(entry.external, true) as external, entry.verdict_id is not null as decided, fill.side,
      fill.quantity, fill.price, fill.commission, fill.at::text as at
    from fills fill left join orders entry on entry.id = fill.order_id
    where fill.account_id = ${accountId} and fill.conid = any(${sql.param([...conids])}::bigint[])
      and not exists (select 1 from fills later
        where later.execution_key = fill.execution_key and later.correction > fill.correction)
    order by fill.at, fill.execution_ref`);
  const groups = new Map<Conid, TradeFill[]>();
  for (const { conid: text, ...row } of result.rows) {
    const conid = Number(text) as Conid;
    const fill = { ...row, at: toInstant(row.at) };
    const known = groups.get(conid);
    if (known === undefined) groups.set(conid, [fill]);
    else known.push(fill);
  }
  return groups;
}

type Origin = Pick<
  TradeOutcome,
  | "decisionId"
  | "symbolRunId"
  | "strategyId"
  | "strategy"
  | "strategyVersion"
  | "promptVersionId"
  | "prompt"
  | "accountId"
  | "conid"
  | "symbol"
  | "currency"
  | "plannedStop"
>;

async function originsOf(db: Db, ids: readonly OrderId[]): Promise<Map<OrderId, Origin>> {
  const result = await db.execute<Origin & { orderId: OrderId }>(sql`
    select entry.id as "orderId", verdict.decision_id as "decisionId", run.id as "symbolRunId",
      execution.strategy_id as "strategyId", strategy.name as strategy,
      execution.strategy_version as "strategyVersion", prompt.id as "promptVersionId",
      prompt.stage || ' ' || prompt.version as prompt, entry.account_id as "accountId", entry.conid,
      entry.symbol, entry.currency, verdict.plan ->> 'stopPrice' as "plannedStop"
    from orders entry
      join risk_verdicts verdict on verdict.id = entry.verdict_id
      join decisions decision on decision.id = verdict.decision_id
      join symbol_runs run on run.id = decision.symbol_run_id
      join executions execution on execution.id = run.execution_id
      join strategies strategy on strategy.id = execution.strategy_id
      left join llm_calls call on call.id = decision.llm_call_id
      left join prompt_versions prompt on prompt.id = call.prompt_version_id
    where entry.id = any(${sql.param([...ids])}::uuid[])`);
  return new Map(
    result.rows.map(({ orderId, ...origin }) => [
      orderId,
      { ...origin, conid: Number(origin.conid) as Conid },
    ]),
  );
}

function outcomeOf(trade: MatchedTrade, origin: Origin): TradeOutcome {
  const closed = dec(trade.quantity).minus(trade.openQuantity);
  const risk = dec(trade.entryPrice).minus(origin.plannedStop).abs().times(closed);
  return {
    ...origin,
    ...trade,
    unrealizedPnl: dec(trade.openQuantity).isZero() ? toDecimalString(0) : null,
    r: risk.isZero() ? null : toDecimalString(dec(trade.realizedPnl).div(risk).toDecimalPlaces(4)),
  };
}

/** Shares that are still held, at the broker's last mark. */
function withMark(trade: TradeOutcome, mark: DecimalString | null): TradeOutcome {
  if (trade.unrealizedPnl !== null || mark === null) return trade;
  const sign = trade.side === "BUY" ? 1 : -1;
  const gain = dec(mark).minus(trade.entryPrice).times(sign).times(trade.openQuantity);
  return { ...trade, unrealizedPnl: toDecimalString(gain.toDecimalPlaces(6)) };
}
