// What the risk gate reads of the book under the account's lock: promised room, entries of a session, equity by day.
// Effects: database. Gives room back where its name says so, reads otherwise.
import { type SQL, sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import type {
  AccountId,
  Conid,
  Instant,
  OrderId,
  SessionDate,
  SymbolRunId,
  Ticker,
  VerdictId,
} from "../model/ids.ts";
import type { DecimalString } from "../model/money.ts";
import { TERMINAL_ORDER_STATUSES } from "../model/order.ts";
import type { OrderPlan, TradingState } from "../model/risk.ts";
import { FINISHED_RUN_STATUSES } from "../model/run.ts";
import { only } from "../rows.ts";
import type { OrderRow } from "./orders.ts";

/** All that a verdict looks at in the desk's own book, read in one statement. */
export type RiskBook = {
  tradingState: TradingState;
  /** Everything that is not over, oldest first; `planned` values a market order, which has no price of its own. */
  working: (Pick<OrderRow, "conid" | "leg" | "side" | "status" | "external" | "currency"> & {
    remaining: DecimalString;
    price: DecimalString | null;
  })[];
  /** Room held by runs that have not ended. */
  held: HeldRoom[];
  blocks: { code: string; reason: string }[];
  /** Entries of the desk whose sending began after `since`. */
  entries: number;
  /** The last statement of the account's worth on each exchange date from `from` on, ascending. */
  worth: { date: SessionDate; netLiquidation: DecimalString }[];
  /** The very first statement from then on. */
  firstWorth: DecimalString | null;
};

/**
 * @param of.since business time. Call under the account's lock where the verdict is to be stored.
 * @param of.releaseEnded also gives back what runs still hold that have ended: rejected, expired, failed
 */
export async function riskBook(
  db: Db,
  of: { accountId: AccountId; conid: Conid; since: Instant; from: SessionDate; releaseEnded?: boolean },
): Promise<RiskBook> {
  const { accountId } = of;
  const result = await db.execute<{ book: RiskBook }>(sql`
    ${of.releaseEnded === true ? releaseEnded(accountId) : NOTHING}
    select json_build_object(
      'tradingState', coalesce((select state from trading_states order by id desc limit 1), 'ACTIVE'),
      'working', (select coalesce(json_agg(one order by one.created_at, one.id), '[]') from (
        select orders.created_at, orders.id, orders.conid, leg, side, status, external, orders.currency,
          (quantity - filled_quantity)::text as remaining,
          coalesce(limit_price, stop_price, case when type = 'MARKET' then
            (select (plan->>'notional')::numeric / (plan->>'quantity')::numeric from risk_verdicts
              where risk_verdicts.id = orders.verdict_id and plan is not null and plan <> 'null'::jsonb) end)::text as price
        from orders where account_id = ${accountId} and ${NOT_OVER}) one),
      'held', (select coalesce(json_agg(json_build_object('verdictId', held.verdict_id, 'symbolRunId', run.id,
          'conid', held.conid, 'plan', verdict.plan)), '[]')
        from risk_reservations held join risk_verdicts verdict on verdict.id = held.verdict_id
          join decisions decision on decision.id = verdict.decision_id
          join symbol_runs run on run.id = decision.symbol_run_id
        where held.account_id = ${accountId} and held.released_at is null and ${RUN_GOES_ON}
          and verdict.plan is not null and verdict.plan <> 'null'::jsonb),
      'blocks', (select coalesce(json_agg(json_build_object('code', code, 'reason', reason) order by id), '[]')
        from symbol_blocks where account_id = ${accountId} and conid = ${of.conid} and resolved_at is null),
      -- Of the few that were sent, each order is looked at: never, by a plan for a young desk, all orders for each of them.
      'entries', (select count(*)
        from (select distinct order_id from order_events where kind = 'submitting' and at > ${of.since}::timestamptz) sent
        where (select account_id = ${accountId} and leg = 'entry' and not external from orders where id = sent.order_id)),
      'worth', (select coalesce(json_agg(day order by day.date), '[]') from (
        select distinct on (date) to_char(at at time zone 'America/New_York', 'YYYY-MM-DD') as date,
          net_liquidation::text as "netLiquidation"
        from portfolio_snapshots
        where account_id = ${accountId} and at >= (${of.from}::date::timestamp at time zone 'America/New_York')
        order by date, at desc, id desc) day),
      'firstWorth', (select net_liquidation::text from portfolio_snapshots
        where account_id = ${accountId} and at >= (${of.from}::date::timestamp at time zone 'America/New_York')
        order by at, id limit 1)) as book`);
  return only(result.rows, "reading the book").book;
}

const NOT_OVER = sql.raw(
  `status not in (${TERMINAL_ORDER_STATUSES.map((status) => `'${status}'`).join(", ")})`,
);
const RUN_GOES_ON = sql.raw(
  `run.status not in (${FINISHED_RUN_STATUSES.map((status) => `'${status}'`).join(", ")})`,
);

/** Room that a verdict holds, with the plan it was given for and the run that it belongs to. */
export type HeldRoom = { verdictId: VerdictId; symbolRunId: SymbolRunId; conid: Conid; plan: OrderPlan };

const NOTHING = sql``;

/** Goes before a read as a part of its statement; the read leaves such runs out by itself. */
function releaseEnded(accountId: AccountId): SQL {
  return sql`with released as (
    update risk_reservations held set released_at = now(), release_reason = 'run ' || run.status
    from risk_verdicts verdict
      join decisions decision on decision.id = verdict.decision_id
      join symbol_runs run on run.id = decision.symbol_run_id
    where verdict.id = held.verdict_id and held.released_at is null and held.account_id = ${accountId}
      and not (${RUN_GOES_ON}))`;
}

/** Gives back what the verdicts of a run hold, but for `except`: harmless when nothing is held. */
export async function releaseRoomOfRun(
  db: Db,
  of: { symbolRunId: SymbolRunId; reason: string; except?: VerdictId },
): Promise<number> {
  const result = await db.execute(sql`
    update risk_reservations held set released_at = now(), release_reason = ${of.reason}
    from risk_verdicts verdict join decisions decision on decision.id = verdict.decision_id
    where verdict.id = held.verdict_id and held.released_at is null
      and decision.symbol_run_id = ${of.symbolRunId} and held.verdict_id is distinct from ${of.except ?? null}::uuid`);
  return result.rowCount ?? 0;
}

/**
 * Runs that wait for an order that is over: whoever polls queues them, however often, until they have moved on. And how
 * many orders are not over.
 */
export async function afterPoll(
  db: Db,
  accountId: AccountId,
): Promise<{ finishedRuns: SymbolRunId[]; working: number }> {
  const result = await db.execute<{ finishedRuns: SymbolRunId[]; working: number }>(sql`
    select (select coalesce(json_agg(run.id order by run.created_at, run.id), '[]') from symbol_runs run
      where run.status = 'working'
        and exists (select 1 from orders where symbol_run_id = run.id and account_id = ${accountId}
          and leg in ('entry', 'exit'))
        and not exists (select 1 from orders where symbol_run_id = run.id and leg in ('entry', 'exit')
          and ${NOT_OVER})) as "finishedRuns",
      (select count(*)::int from orders where account_id = ${accountId} and ${NOT_OVER}) as working`);
  return only(result.rows, "looking for runs that may go on");
}

/**
 * Entries whose position is still there, by all fills in the instrument since, and has no stop: it never left or
 * arrived, or ended without having filled. A change of the position that a person has taken over from the broker counts as a fill.
 * Fills are added up only for the few without a stop: over all entries of years that took longer than a round of tracking.
 */
export async function unprotectedEntries(db: Db, accountId: AccountId): Promise<OrderId[]> {
  const result = await db.execute<{ id: OrderId }>(sql`
    with bare as materialized (
      select entry.id, entry.account_id, entry.conid, entry.side, entry.created_at from orders entry
      where entry.account_id = ${accountId} and entry.leg = 'entry' and not entry.external
        and entry.filled_quantity > 0 and entry.status in ('FILLED', 'CANCELED', 'EXPIRED')
        and not exists (select 1 from orders guard where guard.parent_order_id = entry.id
          and (guard.leg = 'stop' and guard.status not in ('INITIALIZED', 'REJECTED', 'CANCELED', 'EXPIRED')
            or guard.leg = 'target' and guard.status = 'FILLED'))
        and not exists (select 1 from orders exit where exit.account_id = entry.account_id
          and exit.conid = entry.conid and exit.leg = 'exit' and exit.created_at > entry.created_at
          and exit.status not in ('REJECTED', 'CANCELED', 'EXPIRED'))
    )
    select entry.id from bare entry
    where (select coalesce(sum(case when fill.side = entry.side then fill.quantity else -fill.quantity end), 0)
        from fills fill
        where fill.account_id = entry.account_id and fill.conid = entry.conid
          and fill.at >= (select min(first.at) from fills first where first.order_id = entry.id)
          and not exists (select 1 from fills later
            where later.execution_key = fill.execution_key and later.correction > fill.correction))
        + (select coalesce(sum(((taken.details->>'brokers')::numeric - (taken.details->>'ours')::numeric)
            * case entry.side when 'BUY' then 1 else -1 end), 0)
          from symbol_blocks taken
          where taken.account_id = entry.account_id and taken.conid = entry.conid and taken.resolution = 'adopted'
            and taken.code = 'position_mismatch'
            and taken.at >= (select min(first.at) from fills first where first.order_id = entry.id)) > 0
    order by entry.created_at, entry.id`);
  return result.rows.map((row) => row.id);
}

/** What this desk itself bought and sold, net, per instrument; orders placed outside it do not count. */
export async function deskHoldings(
  db: Db,
  accountId: AccountId,
): Promise<{ conid: Conid; symbol: Ticker; currency: string; quantity: DecimalString }[]> {
  const result = await db.execute<{
    conid: string;
    symbol: Ticker;
    currency: string;
    quantity: DecimalString;
  }>(sql`
    select fill.conid, min(fill.symbol) as symbol, min(fill.currency) as currency,
      sum(case fill.side when 'BUY' then fill.quantity else -fill.quantity end) as quantity
    from fills fill
    where fill.account_id = ${accountId} and fill.order_id is not null
      and not exists (select 1 from orders where orders.id = fill.order_id and external)
      and not exists (select 1 from fills later
        where later.execution_key = fill.execution_key and later.correction > fill.correction)
    group by fill.conid having sum(case fill.side when 'BUY' then fill.quantity else -fill.quantity end) <> 0
    order by fill.conid`);
  return result.rows.map((row) => ({ ...row, conid: Number(row.conid) as Conid }));
}
