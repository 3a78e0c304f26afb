// Until when a question waits: the end of the session that the order is meant for, or hours on the machine's clock.
// Effects: database, the gateways' clocks. A conditional update decides between an answer and the expiry.
import { type Db, transaction } from "#store/database.ts";
import type { Instant, SessionDate } from "#store/model/ids.ts";
import {
  type ApprovalRow,
  expireApprovalsOfSession,
  expireApprovals as expireByMachine,
  sessionsAwaitingAnswers,
} from "#store/trading/approvals.ts";
import { sessionClose } from "#tools/calendar.ts";
import type { DeskDeps } from "../desk.ts";
import type { Gateway } from "../gateway.ts";

const HOUR_MS = 3_600_000;

export type Expiry = Pick<ApprovalRow, "expiresAt" | "expiresOn">;

/** @param session the session that the order is meant for */
export function expiryOf(deps: DeskDeps, gateway: Gateway, session: SessionDate): Expiry {
  const hours = deps.settings.approvalExpiryHours;
  if (hours !== null) {
    const at = new Date(deps.clock.now().getTime() + hours * HOUR_MS);
    return { expiresAt: at.toISOString() as Instant, expiresOn: "machine" };
  }
  return {
    expiresAt: sessionClose(session).toISOString() as Instant,
    // IBKR's business time is the machine's; a simulator's market stands in another year.
    expiresOn: gateway.kind === "simulator" ? "market" : "machine",
  };
}

/** The market time at which an answer to that question is given; undefined where it is the machine's time. */
export async function marketTimeOf(
  deps: DeskDeps,
  row: Pick<ApprovalRow, "expiresOn">,
  gatewaySession: string,
): Promise<Instant | undefined> {
  if (row.expiresOn === "machine") return undefined;
  const gateway = await deps.gateways.open(gatewaySession);
  return (await gateway.marketClock.now()).toISOString() as Instant;
}

/**
 * Ends what nobody answered in time and lets those runs go on to their end. A session whose clock cannot be read keeps its
 * questions until the next call; nothing of it can be sent meanwhile, because an answer needs the same clock.
 */
export async function expireApprovals(deps: DeskDeps): Promise<number> {
  const { db } = deps.database;
  const at = deps.clock.now().toISOString() as Instant;
  let ended = await end(deps, (tx) => expireByMachine(tx, at));
  let failure: unknown;
  for (const gatewaySession of await sessionsAwaitingAnswers(db)) {
    try {
      const marketAt = await marketTimeOf(deps, { expiresOn: "market" }, gatewaySession);
      if (marketAt !== undefined)
        ended += await end(deps, (tx) => expireApprovalsOfSession(tx, { gatewaySession, marketAt, at }));
    } catch (error) {
      failure = error;
    }
  }
  if (failure !== undefined) throw failure;
  return ended;
}

function end(deps: DeskDeps, expire: (tx: Db) => Promise<ApprovalRow[]>): Promise<number> {
  return transaction(deps.database.db, async (tx: Db) => {
    const rows = await expire(tx);
    await deps.enqueue(
      tx,
      rows.map((row) => row.symbolRunId),
    );
    return rows.length;
  });
}
