// An approved order whose gateway is away, and a decision that meets a desk whose books are not compared yet: nothing is
// sent, and the run is neither failed nor uses up attempts; it waits until that is over, at the longest until its countersign
// runs out, without one for a day. Effects: database reads, the run's market clock.
import { ConflictError, DeskError, UnavailableError } from "#store/model/errors.ts";
import type { Instant } from "#store/model/ids.ts";
import type { SymbolRunWithExecution } from "#store/runs/symbol-runs.ts";
import { type ApprovalRow, approvalsOfRun } from "#store/trading/approvals.ts";
import { ordersOfRun } from "#store/trading/orders.ts";
import { marketTimeOf } from "../approvals/expiry.ts";
import type { DeskDeps } from "../desk.ts";
import { mayHaveLeft } from "../orders/sending/never-arrived.ts";

/** What calls say of a session that is gone, and what a session says of itself: it comes back, or somebody logs in. */
const NOT_COMPARED = "not_reconciled";
const GONE = ["login_needed", "no_brokerage_session", "accounts_first", NOT_COMPARED];
const AWAY = ["needs_login", "no_gateway", "no_brokerage_session", "closed_window", "competing"];
/** On the machine's clock: since the answer where the market's clock cannot be read either, since the start without one. */
const LONGEST_MS = 24 * 3_600_000;

/**
 * What a pass that failed with `error` means: wait for the gateway, end with what is returned, or neither (null).
 * @param of.lastAttempt then everything that is away for any other reason is waited for in the same way
 */
export async function whileAway(
  deps: DeskDeps,
  row: SymbolRunWithExecution,
  of: { error: unknown; lastAttempt: boolean },
): Promise<"wait" | ConflictError | null> {
  const { error } = of;
  if (!isAway(error) && !(of.lastAttempt && error instanceof UnavailableError)) return null;
  const { db } = deps.database;
  const given = (await approvalsOfRun(db, row.id)).at(-1);
  // What was analysed and paid for is not thrown away because the broker answers late; the rules judge it on the day's prices.
  if (given === undefined && error.code === NOT_COMPARED)
    return elapsedMs(deps, row.execution.createdAt) < LONGEST_MS ? "wait" : null;
  if (given === undefined || (given.status !== "approved" && given.status !== "edited")) return null;
  // What has left, or may have, is followed however long that takes.
  if ((await ordersOfRun(db, row.id)).some(mayHaveLeft) || !(await hasRunOut(deps, row, given)))
    return "wait";
  const message = `approved, but the gateway was away until the approval ran out (${given.expiresAt}): nothing was sent. ${error.message}`;
  return new ConflictError("gateway_away", message, { facts: { approvalId: given.id, cause: error.code } });
}

function isAway(error: unknown): error is DeskError {
  if (!(error instanceof DeskError)) return false;
  return GONE.includes(error.code) || AWAY.includes(String(error.facts.state));
}

async function hasRunOut(deps: DeskDeps, row: SymbolRunWithExecution, given: ApprovalRow): Promise<boolean> {
  const now = deps.clock.now();
  if (given.expiresOn === "machine") return Date.parse(given.expiresAt) <= now.getTime();
  const market: Instant | undefined | null = await marketTimeOf(
    deps,
    given,
    row.execution.gatewaySession,
  ).catch(() => null);
  if (market != null) return given.expiresAt <= market;
  return elapsedMs(deps, given.answeredAt ?? given.createdAt) > LONGEST_MS;
}

function elapsedMs(deps: DeskDeps, since: Instant): number {
  return deps.clock.now().getTime() - Date.parse(since);
}
