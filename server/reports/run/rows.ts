// The rows that everything about one run is told from: its page, its interactive charts, its export. Effects: database.
import type { TradeFacts } from "#server/reports/trade/picture.ts";
import { decisionsOfRun } from "#store/agents/decisions.ts";
import { listLlmCalls, llmTotals } from "#store/agents/llm-calls.ts";
import { listReports } from "#store/agents/reports.ts";
import type { Db } from "#store/database.ts";
import { ApprovalQuestion } from "#store/model/approval.ts";
import type { SymbolRunId } from "#store/model/ids.ts";
import type { TradeOutcome } from "#store/model/trade.ts";
import { outcomeOfEntry } from "#store/results/trades.ts";
import { listArtifacts } from "#store/runs/artifacts.ts";
import { listNodeEvents } from "#store/runs/node-events.ts";
import { getSymbolRun } from "#store/runs/symbol-runs.ts";
import { approvalsOfRun } from "#store/trading/approvals.ts";
import { fillsOfOrders } from "#store/trading/fills.ts";
import { eventsOfOrders } from "#store/trading/order-events.ts";
import { type OrderRow, ordersOfRun } from "#store/trading/orders.ts";
import { verdictsOfRun } from "#store/trading/verdicts.ts";

const MOST_EVENTS = 2_000;

async function withEventsAndFills(db: Db, orders: readonly OrderRow[]) {
  const ids = orders.map((order) => order.id);
  const [events, fills] = await Promise.all([eventsOfOrders(db, ids), fillsOfOrders(db, ids)]);
  return orders.map((order) => ({
    ...order,
    events: events.filter(({ orderId }) => orderId === order.id),
    fills: fills.filter(({ orderId }) => orderId === order.id),
  }));
}

async function outcomeOfRun(db: Db, orders: readonly OrderRow[]): Promise<TradeOutcome | null> {
  const entry = orders.find((order) => order.leg === "entry" && Number(order.filledQuantity) > 0);
  if (entry === undefined) return null;
  const { accountId, conid, id } = entry;
  return outcomeOfEntry(db, { accountId, conid, entryOrderId: id });
}

type Fills = TradeFacts["exits"];

/** Fills of other orders that closed this run's trade: a later decision, a person, the kill switch. */
function otherExits(outcome: TradeOutcome | null, orders: readonly { id: string }[]): Fills {
  const own = new Set<string>(orders.map((order) => order.id));
  return (outcome?.parts ?? [])
    .filter((part) => part.role === "exit" && !own.has(part.orderId ?? ""))
    .map((part) => ({ ...part, side: outcome?.side === "BUY" ? "SELL" : "BUY" }));
}

/** What the drawing of a run's trade is made from. */
export function tradeFactsOf(of: {
  symbol: string;
  decisions: readonly TradeFacts["decision"][];
  verdicts: readonly { plan: TradeFacts["plan"] }[];
  approvals: readonly { status: string }[];
  orders: readonly (TradeFacts["orders"][number] & { id: string })[];
  outcome: TradeOutcome | null;
}): TradeFacts {
  return {
    symbol: of.symbol,
    decision: of.decisions.at(-1) ?? null,
    plan: of.verdicts.findLast((verdict) => verdict.plan !== null)?.plan ?? null,
    orders: of.orders,
    exits: otherExits(of.outcome, of.orders),
    undecided: of.approvals.some((approval) => approval.status === "pending"),
  };
}

/** The rows that a run's page and its export are made from. @throws NotFoundError `symbol_run_not_found` */
export async function runRows(db: Db, id: SymbolRunId) {
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
  const [outcome, detailed] = await Promise.all([outcomeOfRun(db, orders), withEventsAndFills(db, orders)]);
  return {
    run,
    events,
    artifacts,
    reports,
    decisions,
    verdicts,
    approvals: approvals.map((row) => ({ ...row, shown: ApprovalQuestion.parse(row.shown) })),
    orders: detailed,
    calls,
    llm,
    outcome,
  };
}

/** No more of a run than its charts need. @throws NotFoundError `symbol_run_not_found` */
export async function tradeRows(db: Db, id: SymbolRunId) {
  const run = await getSymbolRun(db, id);
  const [artifacts, decisions, verdicts, approvals, orders] = await Promise.all([
    listArtifacts(db, { symbolRunId: id }),
    decisionsOfRun(db, id),
    verdictsOfRun(db, id),
    approvalsOfRun(db, id),
    ordersOfRun(db, id),
  ]);
  const [outcome, filled] = await Promise.all([
    outcomeOfRun(db, orders),
    fillsOfOrders(
      db,
      orders.map((order) => order.id),
    ).then((fills) =>
      orders.map((order) => ({ ...order, fills: fills.filter(({ orderId }) => orderId === order.id) })),
    ),
  ]);
  const facts = tradeFactsOf({ symbol: run.symbol, decisions, verdicts, approvals, orders: filled, outcome });
  return { run, artifacts, facts };
}
