// What the risk gate reads of the book under the account's lock: promised room, entries of a session, equity by day.
// Effects: database. All but `releaseFinished` only read.
import { and, eq, isNull, sql } from "drizzle-orm";
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
import type { OrderPlan } from "../model/risk.ts";
import { only } from "../rows.ts";
import { decisions, riskReservations, riskVerdicts } from "../schema/index.ts";

/** Room that a verdict holds, with the plan it was given for and the run that it belongs to. */
export type HeldRoom = { verdictId: VerdictId; symbolRunId: SymbolRunId; conid: Conid; plan: OrderPlan };

export async function heldRoom(db: Db, accountId: AccountId): Promise<HeldRoom[]> {
  const rows = await db
    .select({
      verdictId: riskReservations.verdictId,
      symbolRunId: decisions.symbolRunId,
      conid: riskReservations.conid,
      plan: riskVerdicts.plan,
    })
    .from(riskReservations)
    .innerJoin(riskVerdicts, eq(riskVerdicts.id, riskReservations.verdictId))
    .innerJoin(decisions, eq(decisions.id, riskVerdicts.decisionId))
    .where(and(eq(riskReservations.accountId, accountId), isNull(riskReservations.releasedAt)));
  return rows.flatMap(({ plan, ...row }) => (plan === null ? [] : [{ ...row, plan }]));
}

/** Gives back what runs still hold that have ended: rejected, expired, failed. Returns how many. */
export async function releaseFinished(db: Db, accountId: AccountId): Promise<number> {
  const result = await db.execute(sql`
    update risk_reservations held set released_at = now(), release_reason = 'run ' || run.status
    from risk_verdicts verdict
      join decisions decision on decision.id = verdict.decision_id
      join symbol_runs run on run.id = decision.symbol_run_id
    where verdict.id = held.verdict_id and held.released_at is null and held.account_id = ${accountId}
      and run.status in ('done', 'denied', 'abstained', 'failed')`);
  return result.rowCount ?? 0;
}

/** Entries of the desk whose sending began after `since` (business time). */
export async function entriesSince(db: Db, of: { accountId: AccountId; since: Instant }): Promise<number> {
  const result = await db.execute<{ count: number }>(sql`
    select count(distinct event.order_id)::int as count
    from order_events event join orders on orders.id = event.order_id
    where orders.account_id = ${of.accountId} and orders.leg = 'entry' and not orders.external
      and event.kind = 'submitting' and event.at > ${of.since}::timestamptz`);
  return only(result.rows, "counting entries").count;
}

/** The last statement of the account's worth on each exchange date from `from` on, ascending. */
export async function equityByDate(
  db: Db,
  of: { accountId: AccountId; from: SessionDate },
): Promise<{ date: SessionDate; netLiquidation: DecimalString }[]> {
  const result = await db.execute<{ date: SessionDate; net_liquidation: DecimalString }>(sql`
    select distinct on (date) to_char(at at time zone 'America/New_York', 'YYYY-MM-DD') as date, net_liquidation
    from portfolio_snapshots
    where account_id = ${of.accountId} and at >= (${of.from}::date::timestamp at time zone 'America/New_York')
    order by date, at desc, id desc`);
  return result.rows.map((row) => ({ date: row.date, netLiquidation: row.net_liquidation }));
}

/** Runs that wait for an order that is over: whoever polls queues them, however often, until they have moved on. */
export async function runsWithEndedOrders(db: Db, accountId: AccountId): Promise<SymbolRunId[]> {
  const result = await db.execute<{ id: SymbolRunId }>(sql`
    select run.id from symbol_runs run
    where run.status = 'working'
      and exists (select 1 from orders where symbol_run_id = run.id and account_id = ${accountId}
        and leg in ('entry', 'exit'))
      and not exists (select 1 from orders where symbol_run_id = run.id and leg in ('entry', 'exit')
        and status not in ('DENIED', 'FILLED', 'CANCELED', 'REJECTED', 'EXPIRED'))
    order by run.created_at, run.id`);
  return result.rows.map((row) => row.id);
}

/**
 * Entries whose position is still there, by all fills in the instrument since, and has no stop: it never arrived, or
 * ended without having filled.
 */
export async function unprotectedEntries(db: Db, accountId: AccountId): Promise<OrderId[]> {
  const result = await db.execute<{ id: OrderId }>(sql`
    select entry.id from orders entry
    where entry.account_id = ${accountId} and entry.leg = 'entry' and not entry.external
      and entry.filled_quantity > 0 and entry.status in ('FILLED', 'CANCELED', 'EXPIRED')
      and not exists (select 1 from orders guard where guard.parent_order_id = entry.id
        and (guard.leg = 'stop' and guard.status not in ('REJECTED', 'CANCELED', 'EXPIRED')
          or guard.leg = 'target' and guard.status = 'FILLED'))
      and (select coalesce(sum(case when fill.side = entry.side then fill.quantity else -fill.quantity end), 0)
        from fills fill
        where fill.account_id = entry.account_id and fill.conid = entry.conid
          and fill.at >= (select min(first.at) from fills first where first.order_id = entry.id)
          and not exists (select 1 from fills later
            where later.execution_key = fill.execution_key and later.correction > fill.correction)) > 0
      and not exists (select 1 from orders exit where exit.account_id = entry.account_id
        and exit.conid = entry.conid and exit.leg = 'exit' and exit.created_at > entry.created_at
        and exit.status not in ('REJECTED', 'CANCELED', 'EXPIRED'))
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
    from fills fill join orders on orders.id = fill.order_id
    where fill.account_id = ${accountId} and not orders.external
      and not exists (select 1 from fills later
        where later.execution_key = fill.execution_key and later.correction > fill.correction)
    group by fill.conid having sum(case fill.side when 'BUY' then fill.quantity else -fill.quantity end) <> 0
    order by fill.conid`);
  return result.rows.map((row) => ({ ...row, conid: Number(row.conid) as Conid }));
}
