// What every page shows in its frame, and the lists that stand side by side on the desk's first page: each in one round
// trip. Effects: database.
import { sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { AccountId } from "../model/ids.ts";
import type { TradingState } from "../model/risk.ts";
import type { ExecutionStatus } from "../model/run.ts";
import { only } from "../rows.ts";
import {
  alerts,
  approvals,
  executions,
  portfolioSnapshots,
  positions,
  symbolBlocks,
  tradingStates,
} from "../schema/index.ts";
import { listOf, together } from "../together.ts";
import { tradingStateOf } from "./trading-state.ts";

export type DeskGlance = {
  trading: TradingState;
  /** Approvals that wait for a person. */
  pendingApprovals: number;
  /** Newest event number that was given: where live readers go on. */
  newestEventId: number;
};

export async function deskGlance(db: Db): Promise<DeskGlance> {
  const result = await db.execute<DeskGlance>(sql`
    select coalesce((select state from trading_states order by id desc limit 1), 'ACTIVE') as trading,
      (select count(*)::int from approvals where status = 'pending') as "pendingApprovals",
      (select case when is_called then last_value else 0 end from node_events_id_seq)::float8 as "newestEventId"`);
  return only(result.rows, "looking at the desk");
}

const MOST = sql.raw("8");
const MOST_ALERTS = sql.raw("10");
const account = sql.placeholder("account");

function newestExecutions(status?: ExecutionStatus) {
  const wanted = status === undefined ? sql`` : sql`where ${executions.status} = ${sql.raw(`'${status}'`)}`;
  return listOf(
    executions,
    sql`${wanted} order by ${executions.createdAt} desc, ${executions.id} desc limit ${MOST}`,
    ["parameters"],
  );
}

const readLists = together({
  states: listOf(tradingStates, sql`order by ${tradingStates.id} desc limit 1`),
  summaries: listOf(
    portfolioSnapshots,
    sql`where ${portfolioSnapshots.accountId} = ${account}
      order by ${portfolioSnapshots.at} desc, ${portfolioSnapshots.id} desc limit 1`,
  ),
  positions: listOf(positions, sql`where ${positions.accountId} = ${account} order by ${positions.symbol}`),
  blocks: listOf(
    symbolBlocks,
    sql`where ${symbolBlocks.accountId} = ${account} and ${symbolBlocks.resolvedAt} is null order by ${symbolBlocks.id}`,
  ),
  approvals: listOf(
    approvals,
    sql`where ${approvals.status} = 'pending' order by ${approvals.createdAt} desc, ${approvals.id} desc limit ${MOST}`,
  ),
  running: newestExecutions("running"),
  waiting: newestExecutions("waiting"),
  recent: newestExecutions(),
  alerts: listOf(
    alerts,
    sql`where ${alerts.acknowledgedAt} is null order by ${alerts.id} desc limit ${MOST_ALERTS}`,
  ),
});

/** The newest of everything that the desk's first page lists; without an account nothing of any account. */
export async function deskLists(db: Db, accountId: AccountId | null) {
  const { states, summaries, ...lists } = await readLists(db, { account: accountId });
  return { ...lists, trading: tradingStateOf(states[0]), summary: summaries[0] ?? null };
}
