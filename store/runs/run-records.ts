// Everything that runs have left behind, as a list to open: bars, charts, reports, decision, verdicts, approvals, orders,
// fills. Effects: database reads, one query for all runs asked for.
import { sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { Timeframe } from "../model/bar.ts";
import type { Signal } from "../model/decision.ts";
import type {
  ApprovalId,
  ArtifactId,
  DecisionId,
  ExecutionId,
  OrderId,
  OrderLeg,
  SymbolRunId,
  Ticker,
  VerdictId,
} from "../model/ids.ts";
import type { DecimalString } from "../model/money.ts";
import type { OrderSide, OrderStatus } from "../model/order.ts";
import type { RiskVerdict } from "../model/risk.ts";
import type { AgentStage, ApprovalStatus, SymbolRunStatus } from "../model/run.ts";
import type { ArtifactKind, VerdictStep } from "../schema/index.ts";

/** Lists in the order of their making. */
export type RunRecords = {
  symbolRunId: SymbolRunId;
  executionId: ExecutionId;
  symbol: Ticker;
  status: SymbolRunStatus;
  artifacts: { id: ArtifactId; kind: ArtifactKind; timeframe: Timeframe | null; bytes: number }[];
  reports: { id: string; stage: AgentStage; visit: number }[];
  decisions: { id: DecisionId; visit: number; signal: Signal }[];
  verdicts: { id: VerdictId; step: VerdictStep; verdict: RiskVerdict["verdict"] }[];
  approvals: { id: ApprovalId; status: ApprovalStatus }[];
  orders: { id: OrderId; leg: OrderLeg; status: OrderStatus }[];
  fills: { executionRef: string; side: OrderSide; quantity: DecimalString; price: DecimalString }[];
};

const MOST = 200;

/** The records of these runs, in the order of the ids. */
export async function recordsOfRuns(db: Db, ids: readonly SymbolRunId[]): Promise<RunRecords[]> {
  if (ids.length === 0) return [];
  const result = await db.execute<RunRecords>(sql`
    select run.id as "symbolRunId", run.execution_id as "executionId", run.symbol, run.status,
      coalesce(a.rows, '[]') as artifacts, coalesce(r.rows, '[]') as reports, coalesce(d.rows, '[]') as decisions,
      coalesce(v.rows, '[]') as verdicts, coalesce(p.rows, '[]') as approvals, coalesce(o.rows, '[]') as orders,
      coalesce(f.rows, '[]') as fills
    from unnest(${sql.param([...ids.slice(0, MOST)])}::uuid[]) with ordinality as wanted (id, place)
    join symbol_runs run on run.id = wanted.id
    left join lateral (select json_agg(json_build_object('id', id, 'kind', kind, 'timeframe', timeframe,
      'bytes', byte_length) order by created_at, id) as rows from artifacts where symbol_run_id = run.id) a on true
    left join lateral (select json_agg(json_build_object('id', id, 'stage', stage, 'visit', visit)
      order by created_at, id) as rows from reports where symbol_run_id = run.id) r on true
    left join lateral (select json_agg(json_build_object('id', id, 'visit', visit, 'signal', signal)
      order by visit) as rows from decisions where symbol_run_id = run.id) d on true
    left join lateral (select json_agg(json_build_object('id', rv.id, 'step', rv.step, 'verdict', rv.verdict)
      order by rv.created_at, rv.sequence) as rows from risk_verdicts rv
      join decisions own on own.id = rv.decision_id where own.symbol_run_id = run.id) v on true
    left join lateral (select json_agg(json_build_object('id', id, 'status', status) order by created_at, id) as rows
      from approvals where symbol_run_id = run.id) p on true
    left join lateral (select json_agg(json_build_object('id', id, 'leg', leg, 'status', status)
      order by created_at, attempt, leg) as rows from orders where symbol_run_id = run.id) o on true
    left join lateral (select json_agg(json_build_object('executionRef', fill.execution_ref, 'side', fill.side,
      'quantity', fill.quantity::text, 'price', fill.price::text) order by fill.at, fill.execution_ref) as rows
      from fills fill join orders own on own.id = fill.order_id where own.symbol_run_id = run.id) f on true
    order by wanted.place`);
  return result.rows;
}
