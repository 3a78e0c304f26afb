// Collects everything the page of one symbol run shows. Effects: database.

import type { ChartModel } from "#server/views/parts/chart.tsx";
import type { NodeModel, NodeState, OrderModel, RunModel } from "#server/views/run/model.ts";
import { decisionsOfRun } from "#store/agents/decisions.ts";
import { listLlmCalls, llmTotals } from "#store/agents/llm-calls.ts";
import { listReports } from "#store/agents/reports.ts";
import type { Db } from "#store/database.ts";
import type { SymbolRunId } from "#store/model/ids.ts";
import { FINISHED_RUN_STATUSES, NODE_NAMES, type NodeName, type SymbolRunStatus } from "#store/model/run.ts";
import type { TradeOutcome } from "#store/model/trade.ts";
import { outcomeOfEntry } from "#store/results/trades.ts";
import { type ArtifactRow, listArtifacts } from "#store/runs/artifacts.ts";
import { listNodeEvents, type NodeEventRow } from "#store/runs/node-events.ts";
import { getSymbolRun } from "#store/runs/symbol-runs.ts";
import { approvalsOfRun } from "#store/trading/approvals.ts";
import { fillsOfOrder } from "#store/trading/fills.ts";
import { listOrderEvents } from "#store/trading/order-events.ts";
import { type OrderRow, ordersOfRun } from "#store/trading/orders.ts";
import { verdictsOfRun } from "#store/trading/verdicts.ts";
import { approvalModel, millisecondsBetween } from "../lines.ts";

const MOST_EVENTS = 2_000;
const LONGEST_OUTPUT = 20_000;

function isOver(status: SymbolRunStatus): boolean {
  return (FINISHED_RUN_STATUSES as readonly SymbolRunStatus[]).includes(status);
}

function stateOf(last: NodeEventRow | undefined, over: boolean): NodeState {
  if (last === undefined) return over ? "skipped" : "ahead";
  if (last.kind === "started") return over ? "failed" : "running";
  return last.kind;
}

function outputText(output: unknown): string | null {
  if (output === null || output === undefined) return null;
  const text = JSON.stringify(output, null, 2);
  return text.length > LONGEST_OUTPUT
    ? `${text.slice(0, LONGEST_OUTPUT)}\n… cut here; the API has all of it`
    : text;
}

/** Every node of the graph in its order, with what happened in it. */
export function nodeModels(events: readonly NodeEventRow[], status: SymbolRunStatus): NodeModel[] {
  const over = isOver(status);
  return NODE_NAMES.map((node: NodeName): NodeModel => {
    const own = events.filter((event) => event.node === node);
    const finished = own.filter((event) => event.kind === "finished");
    return {
      node,
      state: stateOf(own.at(-1), over),
      visits: new Set(own.map((event) => event.visit)).size,
      attempts: own.filter((event) => event.kind === "started").length,
      durationMs:
        finished.length === 0 ? null : finished.reduce((sum, event) => sum + (event.durationMs ?? 0), 0),
      events: own.map((event) => ({ ...event, output: outputText(event.output) })),
    };
  });
}

function chartModels(symbol: string, artifacts: readonly ArtifactRow[]): ChartModel[] {
  const timeframes = ["daily", "weekly"] as const;
  return timeframes.flatMap((timeframe) => {
    const of = (kind: ArtifactRow["kind"]) =>
      artifacts.filter((artifact) => artifact.kind === kind && artifact.timeframe === timeframe).at(-1);
    const picture = of("chart_png");
    const data = of("market_data");
    if (picture === undefined && data === undefined) return [];
    return {
      timeframe,
      symbol,
      pictureId: picture?.id ?? null,
      specId: of("chart_spec")?.id ?? null,
      marketDataId: data?.id ?? picture?.marketDataId ?? null,
    };
  });
}

async function orderModel(db: Db, order: OrderRow): Promise<OrderModel> {
  const [events, fills] = await Promise.all([listOrderEvents(db, order.id), fillsOfOrder(db, order.id)]);
  return { ...order, events, fills };
}

async function outcomeOfRun(db: Db, orders: readonly OrderRow[]): Promise<TradeOutcome | null> {
  const entry = orders.find((order) => order.leg === "entry" && Number(order.filledQuantity) > 0);
  if (entry === undefined) return null;
  const { accountId, conid, id } = entry;
  return outcomeOfEntry(db, { accountId, conid, entryOrderId: id });
}

/** @throws NotFoundError `symbol_run_not_found` */
export async function runModel(db: Db, id: SymbolRunId): Promise<RunModel> {
  const run = await getSymbolRun(db, id);
  const of = { symbolRunId: id };
  const [events, artifacts, reports, decisions, verdicts, approvals, orders, calls, llm] = await Promise.all([
    listNodeEvents(db, id, { limit: MOST_EVENTS }),
    listArtifacts(db, of),
    listReports(db, of),
    decisionsOfRun(db, id),
    verdictsOfRun(db, id),
    approvalsOfRun(db, id),
    ordersOfRun(db, id),
    listLlmCalls(db, id),
    llmTotals(db, of),
  ]);
  return {
    ...run,
    outcome: await outcomeOfRun(db, orders),
    asOf: run.execution.asOf,
    mode: run.execution.mode,
    gatewaySession: run.execution.gatewaySession,
    durationMs: millisecondsBetween(run.startedAt, run.finishedAt),
    nodes: nodeModels(events, run.status),
    charts: chartModels(run.symbol, artifacts),
    reports,
    decisions,
    verdicts,
    approvals: approvals.map(approvalModel),
    orders: await Promise.all(orders.map((order) => orderModel(db, order))),
    calls,
    llm,
    pictureOf: Object.fromEntries(
      artifacts
        .filter((artifact) => artifact.kind === "chart_png")
        .map((artifact) => [artifact.sha256, artifact.id]),
    ),
  };
}
