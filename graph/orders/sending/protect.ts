// A position of ours without a stop gets one, once; where that fails, or where somebody took the stop away, an alarm says
// so. Effects: gateway, database. Invariant: a protecting stop never sells more than its entry bought.
import { type Db, transaction } from "#store/database.ts";
import { instrumentByConid } from "#store/market/instruments.ts";
import { ConflictError, toErrorRecord } from "#store/model/errors.ts";
import { clientOrderId } from "#store/model/ids.ts";
import type { Instrument } from "#store/model/instrument.ts";
import { dec } from "#store/model/money.ts";
import { getSymbolRun } from "#store/runs/symbol-runs.ts";
import { withThreadLock } from "#store/thread-lock.ts";
import { raiseAlertOnce } from "#store/trading/alerts.ts";
import { childOrders, createOrders, getOrder, type OrderRow } from "#store/trading/orders.ts";
import { unprotectedEntries } from "#store/trading/room.ts";
import { currentTradingState } from "#store/trading/trading-state.ts";
import { marketPhase } from "../judging/market-phase.ts";
import type { OrderDeps } from "../types.ts";
import { endCodeOf } from "./never-arrived.ts";
import { sendLegs } from "./send.ts";
import { businessNow } from "./steps.ts";
import { orderIdOf } from "./tickets.ts";

/** Attempts of a stop beyond the bracket's own. */
const SECOND_ATTEMPTS = 1;

export async function protectPositions(deps: OrderDeps, signal?: AbortSignal): Promise<void> {
  for (const entryId of await unprotectedEntries(deps.database.db, deps.gateway.accountId)) {
    const entry = await getOrder(deps.database.db, entryId);
    if (entry.symbolRunId !== null)
      await withThreadLock(deps.database, entry.symbolRunId, () => protect(deps, entry, signal));
  }
}

async function protect(deps: OrderDeps, entry: OrderRow, signal?: AbortSignal): Promise<void> {
  const { db } = deps.database;
  const stops = (await childOrders(db, entry.id)).filter((child) => child.leg === "stop");
  const last = stops.toSorted((a, b) => b.attempt - a.attempt)[0];
  // A halt or a crash came before it could leave.
  const unsent = last?.status === "INITIALIZED";
  const spent =
    last === undefined || !lostWithItsEntry(entry, last) || last.attempt - entry.attempt >= SECOND_ATTEMPTS;
  if (last === undefined || (spent && !unsent)) {
    // A stop that was taken away, or refused twice, is a person's business: the desk does not fight over it.
    await unprotected(db, entry, last?.reason ?? "no stop");
    return;
  }
  try {
    const [stop] = unsent ? [last] : await createOrders(db, [await newStop(deps, { entry, last })]);
    if (stop === undefined) return;
    const sent = await sendLegs(
      deps,
      {
        legs: [stop],
        instrument: await instrumentOf(deps, stop),
        lastCheck: requireNotHalted,
        confirmedByPerson: [],
      },
      signal,
    );
    if (sent.kind !== "submitted") await unprotected(db, entry, `the new stop is ${sent.kind}`);
  } catch (error) {
    await unprotected(db, entry, toErrorRecord(error).message);
  }
}

function instrumentOf(deps: OrderDeps, { conid }: OrderRow): Promise<Instrument | null> {
  return instrumentByConid(deps.database.db, { gateway: deps.gateway.kind, conid });
}

/** The stop never arrived, or went with an entry that ended half filled: neither was anybody's wish. */
function lostWithItsEntry(entry: OrderRow, stop: OrderRow): boolean {
  const neverArrived =
    stop.status === "REJECTED" && (stop.brokerOrderId === null || endCodeOf(stop.reason) !== null);
  const halfFilled = dec(entry.filledQuantity).lessThan(entry.quantity);
  return neverArrived || (halfFilled && stop.attempt === entry.attempt);
}

async function newStop(deps: OrderDeps, of: { entry: OrderRow; last: OrderRow }) {
  const { entry, last } = of;
  const { db } = deps.database;
  const runId = last.symbolRunId;
  if (runId === null) throw new ConflictError("no_run", "a stop without a run");
  const run = await getSymbolRun(db, runId);
  const attempt = last.attempt + 1;
  const { session } = marketPhase(new Date(await businessNow(deps)));
  const { createdAt: _createdAt, updatedAt: _updatedAt, ...copy } = last;
  return {
    ...copy,
    id: orderIdOf(runId, "stop", attempt),
    clientOrderId: clientOrderId({
      executionId: run.executionId,
      symbol: entry.symbol,
      leg: "stop",
      sessionDate: session,
      attempt,
    }),
    attempt,
    brokerOrderId: null,
    averageFillPrice: null,
    quantity: entry.filledQuantity,
    filledQuantity: "0" as OrderRow["quantity"],
    status: "INITIALIZED" as const,
    reason: null,
  };
}

async function requireNotHalted(tx: Db): Promise<void> {
  const { state } = await currentTradingState(tx);
  if (state === "HALTED") throw new ConflictError("trading_halted", "the desk is halted");
}

async function unprotected(db: Db, entry: OrderRow, why: string): Promise<void> {
  await transaction(db, (tx) =>
    raiseAlertOnce(tx, {
      level: "alarm",
      code: "position_unprotected",
      message: `${entry.symbol}: ${entry.filledQuantity} from ${entry.clientOrderId} without a working stop (${why})`,
      facts: { entry: entry.brokerOrderId },
      orderId: entry.id,
      symbolRunId: entry.symbolRunId,
    }),
  );
}
