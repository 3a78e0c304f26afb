// What stands behind an order that is about to leave, and what may stand in its way: one statement each. Effects: database reads.
import { eq, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { Db } from "../database.ts";
import type { AccountId, ApprovalId, Conid, OrderId, SymbolRunId, VerdictId } from "../model/ids.ts";
import type { TradingState } from "../model/risk.ts";
import { found, only } from "../rows.ts";
import { approvals, decisions, riskVerdicts } from "../schema/index.ts";

const shownVerdict = alias(riskVerdicts, "shown");
const APPROVAL = {
  id: approvals.id,
  symbolRunId: approvals.symbolRunId,
  status: approvals.status,
  edit: approvals.edit,
};
const VERDICT = {
  id: riskVerdicts.id,
  decisionId: riskVerdicts.decisionId,
  symbolRunId: decisions.symbolRunId,
  plan: riskVerdicts.plan,
  /** Where the market stood when it was given. */
  market: sql<unknown>`${riskVerdicts.snapshot}->'market'`,
};
const SHOWN = { decisionId: shownVerdict.decisionId, plan: shownVerdict.plan };

type Countersign = Awaited<ReturnType<typeof countersignOf>>;
export type SignedApproval = Countersign["approval"];
export type SignedVerdict = Countersign["verdict"];

/**
 * An approval, the verdict whose plan was shown with it, and the verdict that is to be sent.
 * @throws NotFoundError `approval_not_found`, `verdict_not_found`
 */
export async function countersignOf(db: Db, of: { approvalId: ApprovalId; verdictId: VerdictId }) {
  const rows = await db
    .select({ approval: APPROVAL, shown: SHOWN, verdict: VERDICT })
    .from(approvals)
    .innerJoin(shownVerdict, eq(shownVerdict.id, approvals.verdictId))
    .leftJoin(riskVerdicts, eq(riskVerdicts.id, of.verdictId))
    .leftJoin(decisions, eq(decisions.id, riskVerdicts.decisionId))
    .where(eq(approvals.id, of.approvalId));
  const { approval, shown, verdict } = found(rows[0], "approval", of.approvalId);
  const { id, decisionId, symbolRunId, plan, market } = verdict;
  if (id === null || decisionId === null || symbolRunId === null)
    return found<never>(undefined, "verdict", of.verdictId);
  return { approval, shown, verdict: { id, decisionId, symbolRunId, plan, market } };
}

export type WayOut = {
  state: TradingState;
  /** Why the trading state is what it is. */
  reason: string | null;
  /** Code and reason of the oldest open block of the instrument. */
  blocked: string | null;
  /** An order of another run in the instrument of which nobody knows whether it arrived. */
  inDoubt: OrderId | null;
};

export async function wayOut(
  db: Db,
  of: { accountId: AccountId; conid: Conid; symbolRunId: SymbolRunId },
): Promise<WayOut> {
  const { accountId, conid } = of;
  const result = await db.execute<WayOut>(sql`
    select coalesce(now_state.state, 'ACTIVE') as state, now_state.reason,
      (select code || ': ' || reason from symbol_blocks
        where account_id = ${accountId} and conid = ${conid} and resolved_at is null order by id limit 1) as blocked,
      (select id from orders where account_id = ${accountId} and conid = ${conid}
        and status in ('UNKNOWN', 'SUBMITTING') and symbol_run_id is distinct from ${of.symbolRunId}::uuid
        order by created_at limit 1) as "inDoubt"
    from (select 1) always
      left join (select state, reason from trading_states order by id desc limit 1) now_state on true`);
  return only(result.rows, "looking for what stands in the way");
}
