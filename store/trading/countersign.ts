// What stands behind an order that is about to leave, and what may stand in its way: one statement each. Effects: database reads.
import { sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { GatewayKind } from "../market/instruments.ts";
import type {
  AccountId,
  ApprovalId,
  Conid,
  DecisionId,
  ExecutionId,
  OrderId,
  SymbolRunId,
  Ticker,
  VerdictId,
} from "../model/ids.ts";
import type { Instrument } from "../model/instrument.ts";
import type { OrderPlan, TradingState } from "../model/risk.ts";
import type { ApprovalEdit, ApprovalPolicy, ApprovalStatus } from "../model/run.ts";
import { only } from "../rows.ts";

export type SignedRun = {
  id: SymbolRunId;
  executionId: ExecutionId;
  symbol: Ticker;
  dryRun: boolean;
  approval: ApprovalPolicy;
  gatewaySession: string;
  accountId: AccountId;
};

export type SignedApproval = {
  id: ApprovalId;
  symbolRunId: SymbolRunId;
  status: ApprovalStatus;
  edit: ApprovalEdit | null;
  /** The verdict whose plan was shown with it. */
  shown: { decisionId: DecisionId; plan: OrderPlan | null };
};

export type SignedVerdict = {
  id: VerdictId;
  decisionId: DecisionId;
  symbolRunId: SymbolRunId;
  plan: OrderPlan | null;
  /** Where the market stood when it was given. */
  market: unknown;
  /** It has taken room and not given it back. */
  holdsRoom: boolean;
};

/** Null where there is nothing under that id. */
export type Countersign = {
  run: SignedRun | null;
  approval: SignedApproval | null;
  verdict: SignedVerdict | null;
  /** What the run's symbol was resolved to. */
  instrument: Instrument | null;
  /** Something was sent for this run before, or was about to be. */
  hasOrders: boolean;
};

/** A run, an approval, and the verdict that is to be sent: whether they belong together is for the caller to see. */
export async function countersignOf(
  db: Db,
  of: { symbolRunId: SymbolRunId; approvalId: ApprovalId; verdictId: VerdictId; gateway: GatewayKind },
): Promise<Countersign> {
  const result = await db.execute<Countersign>(sql`
    select
      (select json_build_object('id', run.id, 'executionId', execution.id, 'symbol', run.symbol,
          'dryRun', execution.dry_run, 'approval', execution.approval,
          'gatewaySession', execution.gateway_session, 'accountId', execution.account_id)
        from symbol_runs run join executions execution on execution.id = run.execution_id
        where run.id = ${of.symbolRunId}) as run,
      (select json_build_object('id', approval.id, 'symbolRunId', approval.symbol_run_id,
          'status', approval.status, 'edit', approval.edit,
          'shown', json_build_object('decisionId', shown.decision_id, 'plan', shown.plan))
        from approvals approval join risk_verdicts shown on shown.id = approval.verdict_id
        where approval.id = ${of.approvalId}) as approval,
      (select json_build_object('id', verdict.id, 'decisionId', decision.id,
          'symbolRunId', decision.symbol_run_id, 'plan', verdict.plan, 'market', verdict.snapshot->'market',
          'holdsRoom', exists (select 1 from risk_reservations
            where verdict_id = verdict.id and released_at is null))
        from risk_verdicts verdict join decisions decision on decision.id = verdict.decision_id
        where verdict.id = ${of.verdictId}) as verdict,
      (select json_build_object('conid', conid, 'symbol', symbol, 'name', name, 'securityType', security_type,
          'currency', currency, 'exchange', exchange, 'indexReplay', index_replay,
          'priceIncrements', price_increments, 'quantityIncrement', quantity_increment::text,
          'orderTypes', order_types)
        from instruments where gateway = ${of.gateway}
          and conid = (select conid from symbol_runs where id = ${of.symbolRunId})) as instrument,
      exists (select 1 from orders where symbol_run_id = ${of.symbolRunId}) as "hasOrders"`);
  return only(result.rows, "reading a countersign");
}

export type WayOut = {
  state: TradingState;
  /** Why the trading state is what it is. */
  reason: string | null;
  /** Code and reason of the oldest open block of the instrument. */
  blocked: string | null;
  /** An order of another run in the instrument of which nobody knows whether it arrived. */
  inDoubt: OrderId | null;
  /** The verdict has taken room and not given it back. */
  holdsRoom: boolean;
};

export async function wayOut(
  db: Db,
  of: { accountId: AccountId; conid: Conid; symbolRunId: SymbolRunId; verdictId: VerdictId },
): Promise<WayOut> {
  const { accountId, conid } = of;
  const result = await db.execute<WayOut>(sql`
    select coalesce(now_state.state, 'ACTIVE') as state, now_state.reason,
      (select code || ': ' || reason from symbol_blocks
        where account_id = ${accountId} and conid = ${conid} and resolved_at is null order by id limit 1) as blocked,
      (select id from orders where account_id = ${accountId} and conid = ${conid}
        and status in ('UNKNOWN', 'SUBMITTING') and symbol_run_id is distinct from ${of.symbolRunId}::uuid
        order by created_at limit 1) as "inDoubt",
      exists (select 1 from risk_reservations
        where verdict_id = ${of.verdictId} and released_at is null) as "holdsRoom"
    from (select 1) always
      left join (select state, reason from trading_states order by id desc limit 1) now_state on true`);
  return only(result.rows, "looking for what stands in the way");
}
