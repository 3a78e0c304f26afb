// All rows of one run, read at once: its page asks for them at every look. Effects: database.
import { sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { SymbolRunId } from "../model/ids.ts";
import { found } from "../rows.ts";
import {
  approvals,
  artifacts,
  decisions,
  executions,
  fills,
  llmCalls,
  nodeEvents,
  orderEvents,
  orders,
  reports,
  riskVerdicts,
  symbolRuns,
} from "../schema/index.ts";
import { listOf, together } from "../together.ts";

const run = sql.placeholder("run");
const MOST_EVENTS = 2_000;

const ofTrade = {
  runs: listOf(symbolRuns, sql`where ${symbolRuns.id} = ${run}`),
  executions: listOf(
    executions,
    sql`where ${executions.id} = (select ${symbolRuns.executionId} from ${symbolRuns} where ${symbolRuns.id} = ${run})`,
  ),
  artifacts: listOf(
    artifacts,
    sql`where ${artifacts.symbolRunId} = ${run} order by ${artifacts.createdAt}, ${artifacts.id}`,
  ),
  decisions: listOf(decisions, sql`where ${decisions.symbolRunId} = ${run} order by ${decisions.visit}`),
  verdicts: listOf(
    riskVerdicts,
    sql`join ${decisions} on ${decisions.id} = ${riskVerdicts.decisionId} where ${decisions.symbolRunId} = ${run}
      order by ${decisions.visit}, ${riskVerdicts.createdAt}, ${riskVerdicts.sequence}`,
  ),
  approvals: listOf(
    approvals,
    sql`where ${approvals.symbolRunId} = ${run} order by ${approvals.createdAt}, ${approvals.id}`,
  ),
  orders: listOf(
    orders,
    sql`where ${orders.symbolRunId} = ${run} order by ${orders.createdAt}, ${orders.attempt}, ${orders.leg}`,
  ),
  fills: listOf(
    fills,
    sql`where ${fills.orderId} in (select ${orders.id} from ${orders} where ${orders.symbolRunId} = ${run})
      and not exists (select 1 from ${fills} later where later.execution_key = ${fills.executionKey}
        and later.correction > ${fills.correction})
      order by ${fills.at}, ${fills.executionRef}`,
  ),
};

const readTrade = together(ofTrade);

const readAll = together({
  ...ofTrade,
  events: listOf(
    nodeEvents,
    sql`where ${nodeEvents.symbolRunId} = ${run} order by ${nodeEvents.id} limit ${sql.raw(String(MOST_EVENTS))}`,
  ),
  reports: listOf(
    reports,
    sql`where ${reports.symbolRunId} = ${run} order by ${reports.visit}, ${reports.stage}`,
  ),
  orderEvents: listOf(
    orderEvents,
    sql`where ${orderEvents.orderId} in (select ${orders.id} from ${orders} where ${orders.symbolRunId} = ${run})
      order by ${orderEvents.id}`,
  ),
  calls: listOf(
    llmCalls,
    sql`where ${llmCalls.symbolRunId} = ${run}
      order by ${llmCalls.createdAt}, ${llmCalls.visit}, ${llmCalls.attempt}, ${llmCalls.id}`,
  ),
});

type TradeLists = Awaited<ReturnType<typeof readTrade>>;

function withExecution<Lists extends Pick<TradeLists, "runs" | "executions">>(lists: Lists, id: SymbolRunId) {
  const { runs, executions: ofRun, ...rest } = lists;
  const execution = found(ofRun[0], "symbol_run", id);
  return { ...rest, run: { ...found(runs[0], "symbol_run", id), execution } };
}

/** Everything that happened in a run, each list in its order. @throws NotFoundError `symbol_run_not_found` */
export async function wholeRun(db: Db, id: SymbolRunId) {
  return withExecution(await readAll(db, { run: id }), id);
}

/** No more of a run than its charts need. @throws NotFoundError `symbol_run_not_found` */
export async function tradeOfRun(db: Db, id: SymbolRunId) {
  return withExecution(await readTrade(db, { run: id }), id);
}
