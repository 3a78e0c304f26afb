// What the risk gate reads of the book under the account's lock: promised room, entries of a session, equity by day.
// Effects: database. All but `releaseFinished` only read.
import { and, eq, isNull, sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { AccountId, Conid, Instant, SessionDate, SymbolRunId, VerdictId } from "../model/ids.ts";
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
