// The rows that everything about one run is told from: its page, its interactive charts, its export. Effects: database.
import type { TradeFacts } from "#server/reports/trade/picture.ts";
import { totalsOf } from "#store/agents/llm-calls.ts";
import type { Db } from "#store/database.ts";
import { ApprovalQuestion } from "#store/model/approval.ts";
import type { SymbolRunId } from "#store/model/ids.ts";
import type { TradeOutcome } from "#store/model/trade.ts";
import { outcomeOfEntry } from "#store/results/trades.ts";
import { tradeOfRun, wholeRun } from "#store/runs/whole-run.ts";
import type { OrderRow } from "#store/trading/orders.ts";

function byOrder<Row extends { orderId: string | null }>(rows: readonly Row[]): Map<string | null, Row[]> {
  return rows.reduce(
    (groups, row) => groups.set(row.orderId, [...(groups.get(row.orderId) ?? []), row]),
    new Map<string | null, Row[]>(),
  );
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
  const { fills, orderEvents, ...rows } = await wholeRun(db, id);
  const [eventsOf, fillsOf] = [byOrder(orderEvents), byOrder(fills)];
  return {
    ...rows,
    approvals: rows.approvals.map((row) => ({ ...row, shown: ApprovalQuestion.parse(row.shown) })),
    orders: rows.orders.map((order) => ({
      ...order,
      events: eventsOf.get(order.id) ?? [],
      fills: fillsOf.get(order.id) ?? [],
    })),
    llm: totalsOf(rows.calls),
    outcome: await outcomeOfRun(db, rows.orders),
  };
}

/** No more of a run than its charts need. @throws NotFoundError `symbol_run_not_found` */
export async function tradeRows(db: Db, id: SymbolRunId) {
  const { run, artifacts, fills, ...rows } = await tradeOfRun(db, id);
  const fillsOf = byOrder(fills);
  const orders = rows.orders.map((order) => ({ ...order, fills: fillsOf.get(order.id) ?? [] }));
  const outcome = await outcomeOfRun(db, orders);
  return { run, artifacts, facts: tradeFactsOf({ symbol: run.symbol, ...rows, orders, outcome }) };
}
