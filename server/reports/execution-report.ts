// One execution as `countersign run --json` and GET /api/executions/{id}/report tell it. Effects: reads the database.
import { z } from "@hono/zod-openapi";
import { decisionsOfRun } from "#store/agents/decisions.ts";
import { llmTotals, llmTotalsByRun } from "#store/agents/llm-calls.ts";
import type { Db } from "#store/database.ts";
import { TradeDecision } from "#store/model/decision.ts";
import {
  ApprovalId,
  ArtifactId,
  BrokerOrderId,
  ClientOrderId,
  ExecutionId,
  SessionDate,
  SymbolRunId,
  Ticker,
} from "#store/model/ids.ts";
import { Sha256 } from "#store/model/llm-call.ts";
import { DecimalString } from "#store/model/money.ts";
import { OrderSide, OrderStatus, OrderType } from "#store/model/order.ts";
import { RiskVerdict } from "#store/model/risk.ts";
import type { SymbolRunStatus } from "#store/model/run.ts";
import { type ArtifactRow, listArtifacts } from "#store/runs/artifacts.ts";
import { getExecution } from "#store/runs/executions.ts";
import { listSymbolRuns, type SymbolRunRow } from "#store/runs/symbol-runs.ts";
import { type ApprovalRow, approvalsOfRun } from "#store/trading/approvals.ts";
import { type OrderRow, ordersOfRun } from "#store/trading/orders.ts";
import { verdictsOfRun } from "#store/trading/verdicts.ts";
import { lastFinishedSession } from "#tools/calendar.ts";

const Llm = z.object({
  calls: z.number().int(),
  inputTokens: z.number().int(),
  outputTokens: z.number().int(),
  /** US dollars; null when a call went to a model without a known price. */
  costUsd: DecimalString.nullable(),
});

const Chart = z.object({ id: ArtifactId, sha256: Sha256 });

const ReportedOrder = z.object({
  clientOrderId: ClientOrderId.nullable(),
  brokerOrderId: BrokerOrderId.nullable(),
  status: OrderStatus,
  side: OrderSide,
  type: OrderType,
  quantity: DecimalString,
  limitPrice: DecimalString.nullable(),
  stopPrice: DecimalString.nullable(),
  targetPrice: DecimalString.nullable(),
  filledQuantity: DecimalString,
  averageFillPrice: DecimalString.nullable(),
  reason: z.string().nullable(),
});

/**
 * `done`: everything that the desk had to do is done; an order that still works at the broker shows its own status.
 * `running` only while the execution has not settled.
 */
const ReportedStatus = z.enum(["running", "done", "waiting_approval", "denied", "abstained", "failed"]);

const ReportedRun = z.object({
  symbolRunId: SymbolRunId,
  symbol: Ticker,
  status: ReportedStatus,
  decision: TradeDecision.nullable(),
  verdict: RiskVerdict.nullable(),
  approval: z.object({ id: ApprovalId, status: z.string() }).nullable(),
  order: ReportedOrder.nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  charts: z.object({ daily: Chart.nullable(), weekly: Chart.nullable() }),
  llm: Llm,
});
export type ReportedRun = z.infer<typeof ReportedRun>;

export const ExecutionReport = z
  .object({
    executionId: ExecutionId,
    /** The newest finished session that the analysis knows (exchange date). */
    asOf: SessionDate,
    mode: z.string(),
    model: z.string(),
    broker: z.string(),
    /** True when nothing is left that goes on by itself: all runs ended or wait for a person or the broker. */
    settled: z.boolean(),
    runs: z.array(ReportedRun),
    llm: Llm,
  })
  .openapi("ExecutionReport");
export type ExecutionReport = z.infer<typeof ExecutionReport>;

/** @throws NotFoundError execution_not_found */
export async function executionReport(
  db: Db,
  id: ExecutionId,
  runsOn: { model: string; broker: string },
): Promise<ExecutionReport> {
  const execution = await getExecution(db, id);
  const [runs, artifacts, llmOfRuns, llm] = await Promise.all([
    listSymbolRuns(db, id),
    listArtifacts(db, { executionId: id }),
    llmTotalsByRun(db, id),
    llmTotals(db, { executionId: id }),
  ]);
  const reported = await Promise.all(
    runs.map(async (run) => ({
      ...(await outcomeOf(db, run)),
      charts: { daily: chartOf(artifacts, run, "daily"), weekly: chartOf(artifacts, run, "weekly") },
      llm: llmFigures(llmOfRuns.get(run.id)),
    })),
  );
  return {
    executionId: id,
    asOf: lastFinishedSession(new Date(execution.asOf)),
    mode: execution.mode,
    model: runsOn.model,
    broker:
      execution.gatewaySession === "main" ? runsOn.broker : `gateway simulator, ${execution.gatewaySession}`,
    settled: reported.every((run) => run.status !== "running"),
    runs: reported,
    llm: llmFigures(llm),
  };
}

type Totals = {
  calls: number;
  inputTokens: number;
  outputTokens: number;
  costUsd: DecimalString;
  unpricedCalls: number;
};

function llmFigures(totals: Totals | undefined): z.infer<typeof Llm> {
  if (totals === undefined)
    return { calls: 0, inputTokens: 0, outputTokens: 0, costUsd: "0" as DecimalString };
  const { calls, inputTokens, outputTokens, costUsd, unpricedCalls } = totals;
  return { calls, inputTokens, outputTokens, costUsd: unpricedCalls > 0 ? null : costUsd };
}

const STATUS: Readonly<Record<SymbolRunStatus, z.infer<typeof ReportedStatus>>> = {
  queued: "running",
  running: "running",
  waiting_approval: "waiting_approval",
  working: "done",
  done: "done",
  denied: "denied",
  abstained: "abstained",
  failed: "failed",
};

/** An answered question goes on by itself, though no worker may have taken it up yet. */
function reportedStatus(status: SymbolRunStatus, approval: ApprovalRow | undefined): ReportedRun["status"] {
  const answered = approval !== undefined && approval.status !== "pending";
  return status === "waiting_approval" && answered ? "running" : STATUS[status];
}

async function outcomeOf(db: Db, run: SymbolRunRow): Promise<Omit<ReportedRun, "charts" | "llm">> {
  const [decisions, verdicts, approvals, orders] = await Promise.all([
    decisionsOfRun(db, run.id),
    verdictsOfRun(db, run.id),
    approvalsOfRun(db, run.id),
    ordersOfRun(db, run.id),
  ]);
  const decision = decisions.at(-1);
  const verdict = verdicts.at(-1);
  const approval = approvals.at(-1);
  return {
    symbolRunId: run.id,
    symbol: run.symbol,
    status: reportedStatus(run.status, approval),
    decision: decision === undefined ? null : TradeDecision.parse(decision),
    verdict: verdict === undefined ? null : RiskVerdict.parse(verdict),
    approval: approval === undefined ? null : { id: approval.id, status: approval.status },
    order: orderOf(orders),
    error: run.error === null ? null : { code: run.error.code, message: run.error.message },
  };
}

/** The newest attempt's entry, with the prices of the stop and target that belong to it. */
function orderOf(orders: readonly OrderRow[]): z.infer<typeof ReportedOrder> | null {
  const entry = orders.filter((order) => order.leg === "entry").at(-1);
  if (entry === undefined) return null;
  const child = (leg: OrderRow["leg"]) =>
    orders.find((order) => order.leg === leg && order.parentOrderId === entry.id);
  return ReportedOrder.parse({
    ...entry,
    stopPrice: child("stop")?.stopPrice ?? null,
    targetPrice: child("target")?.limitPrice ?? null,
  });
}

function chartOf(
  artifacts: readonly ArtifactRow[],
  run: SymbolRunRow,
  timeframe: "daily" | "weekly",
): z.infer<typeof Chart> | null {
  const chart = artifacts.find(
    (one) => one.symbolRunId === run.id && one.kind === "chart_png" && one.timeframe === timeframe,
  );
  return chart === undefined ? null : { id: chart.id, sha256: chart.sha256 as Sha256 };
}
