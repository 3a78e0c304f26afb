// Sends a countersigned plan once: intent rows, one POST, the record; on any re-entry the rows decide. Database, network.
import { ConflictError, InvariantError } from "#store/model/errors.ts";
import type { WayOut } from "#store/trading/countersign.ts";
import { listOrderEvents } from "#store/trading/order-events.ts";
import { createOrders, type OrderRow, ordersOfRun } from "#store/trading/orders.ts";
import type { AskedQuestion } from "#tools/ibkr/orders/types.ts";
import { sessionAt } from "./judging/market-phase.ts";
import { clearProtection } from "./sending/clear-protection.ts";
import { type Countersigned, requireCountersign, requireOpenWay } from "./sending/countersign.ts";
import { settleUnknown } from "./sending/lookup.ts";
import { endCodeOf, mayHaveLeft } from "./sending/never-arrived.ts";
import { roomAgain } from "./sending/reserve-again.ts";
import { sendLegs } from "./sending/send.ts";
import { businessNow, markUnknown, reach } from "./sending/steps.ts";
import { intentRows } from "./sending/tickets.ts";
import { inSendingTurn } from "./sending/trading-gate.ts";
import type { OrderDeps, SubmitRequest, SubmitResult } from "./types.ts";

/**
 * Idempotent: the same request never sends twice, whenever it is called again. The caller holds the run's thread lock.
 * @throws ConflictError when the countersign is missing or does not cover this plan, the desk is halted, the session of
 * the verdict is over or a dry run asks; NotFoundError for an unknown id.
 * @throws UnavailableError when surely nothing was sent and it may be tried again.
 */
export async function submitOrder(
  deps: OrderDeps,
  request: SubmitRequest,
  signal?: AbortSignal,
): Promise<SubmitResult> {
  const signed = await requireCountersign(deps.database.db, deps, request);
  const known = signed.hasOrders ? await latestAttempt(deps, signed) : [];
  const [first] = known;
  if (first === undefined) return sendNew(deps, { signed, request, attempt: 0 }, signal);
  switch (first.status) {
    case "INITIALIZED":
      return send(deps, { signed, request, legs: known }, signal);
    case "SUBMITTING":
    case "UNKNOWN":
      return settle(deps, { signed, request, legs: known }, signal);
    default:
      return mayGoAgain(first, request)
        ? sendNew(deps, { signed, request, attempt: first.attempt + 1 }, signal)
        : resultOf(deps, first);
  }
}

/**
 * A run that had failed and is tried again, or an attempt that never arrived, may have lost its room; one that had to wait was
 * checked too long ago: then a verdict of now takes the place of the old one.
 */
async function sendNew(deps: OrderDeps, of: Attempt, signal?: AbortSignal): Promise<SubmitResult> {
  // Judged anew it would count for the session at hand, for which nobody has said yes.
  requireSameSession(of.signed, sessionAt(new Date(await businessNow(deps))));
  const verdictId = await roomAgain(deps, of.signed, signal);
  if (verdictId === null) return sendAttempt(deps, of, signal);
  const request = { ...of.request, verdictId };
  const signed = await requireCountersign(deps.database.db, deps, request);
  return sendAttempt(deps, { ...of, signed, request }, signal);
}

type Attempt = { signed: Countersigned; request: SubmitRequest; attempt: number };
type Legs = { signed: Countersigned; request: SubmitRequest; legs: readonly OrderRow[] };

/** A crash (or another worker) left it in the air: looked up before anything else is thought of. */
async function settle(deps: OrderDeps, of: Legs, signal?: AbortSignal): Promise<SubmitResult> {
  const details = { why: "found in the middle of a submission" };
  const legs = await markUnknown(deps.database.db, { legs: of.legs, at: await businessNow(deps), details });
  const settled = await settleUnknown(deps, legs, signal);
  const [first] = await latestAttempt(deps, of.signed);
  if (first === undefined) throw new InvariantError("an order row is gone");
  // Not when the broker has an earlier attempt after all: that one is the order then.
  if (settled === "not_there" && !mayHaveLeft(first))
    return sendNew(deps, { ...of, attempt: first.attempt + 1 }, signal);
  return resultOf(deps, first);
}

async function sendAttempt(deps: OrderDeps, of: Attempt, signal?: AbortSignal): Promise<SubmitResult> {
  await reach(deps, "before_intent");
  const legs = await writeIntent(deps, of);
  await reach(deps, "after_intent");
  return send(deps, { ...of, legs }, signal);
}

/** Rows for every leg in one transaction; the room that the verdict held is theirs from here on. */
async function writeIntent(deps: OrderDeps, of: Attempt): Promise<OrderRow[]> {
  const { signed, request, attempt } = of;
  const session = sessionAt(new Date(await businessNow(deps)));
  requireSameSession(signed, session);
  return inSendingTurn(deps, async (tx) => {
    requireRoom(signed, await requireOpenWay(tx, deps, signed));
    return createOrders(
      tx,
      intentRows({
        symbolRunId: signed.run.id,
        executionId: signed.run.executionId,
        verdictId: request.verdictId,
        approvalId: request.approvalId,
        plan: signed.plan,
        instrument: signed.instrument,
        gateway: deps.gateway,
        session,
        attempt,
      }),
      { releases: "became an order" },
    );
  });
}

async function send(deps: OrderDeps, of: Legs, signal?: AbortSignal): Promise<SubmitResult> {
  const { signed, request, legs } = of;
  const [first] = legs;
  if (first === undefined) throw new InvariantError("an intent without legs");
  if (signed.plan.effect === "close")
    await clearProtection(deps, { ...signed.instrument, ...signed.plan }, signal);
  requireSameSession(signed, sessionAt(new Date(await businessNow(deps))));
  const sent = await sendLegs(
    deps,
    {
      legs,
      instrument: signed.instrument,
      lastCheck: (tx) => requireOpenWay(tx, deps, signed),
      confirmedByPerson: request.confirmedByPerson ?? [],
    },
    signal,
  );
  if (sent.kind === "unknown") {
    // Most often it is there and only the answer was lost: one look now saves the wait for the tracker.
    const legsNow = await latestAttempt(deps, signed);
    const settled = await settleUnknown(deps, legsNow, signal).catch(() => "undecided" as const);
    const [now] = await latestAttempt(deps, signed);
    if (settled === "adopted" && now !== undefined) return resultOf(deps, now);
  }
  return { entryOrderId: first.id, ...sent };
}

/**
 * The legs of the newest attempt, the parent first: of those that may have reached the broker, when there is one. An attempt
 * that had been given up and was taken over again is the order, whatever was tried after it.
 */
async function latestAttempt(deps: OrderDeps, { run, plan }: Countersigned): Promise<OrderRow[]> {
  const rows = (await ordersOfRun(deps.database.db, run.id)).filter((row) => !row.external);
  const parents = rows.filter((row) => row.leg === (plan.effect === "open" ? "entry" : "exit"));
  const newestFirst = parents.toSorted((a, b) => b.attempt - a.attempt);
  const parent = newestFirst.find(mayHaveLeft) ?? newestFirst[0];
  if (parent === undefined) return [];
  return [parent, ...rows.filter((row) => row.parentOrderId === parent.id)];
}

/** Only what surely is not at the broker may go again, under a new id: never arrived, or a question answered since. */
function mayGoAgain(first: OrderRow, request: SubmitRequest): boolean {
  if (first.status !== "REJECTED" || first.brokerOrderId !== null) return false;
  const end = endCodeOf(first.reason)?.code;
  if (end === "broker_question") return (request.confirmedByPerson ?? []).length > 0;
  return end === "not_sent" || end === "not_found";
}

async function resultOf(deps: OrderDeps, first: OrderRow): Promise<SubmitResult> {
  const entry = { entryOrderId: first.id, status: first.status };
  if (first.status === "UNKNOWN" || first.status === "SUBMITTING")
    return { ...entry, kind: "unknown", cause: null };
  const end = first.status === "REJECTED" ? endCodeOf(first.reason) : null;
  if (end?.code === "broker_question")
    return { ...entry, kind: "question", message: end.message, questions: await askedAbout(deps, first) };
  if (first.status === "REJECTED" && first.brokerOrderId === null)
    return {
      ...entry,
      kind: "refused",
      code: end?.code ?? "broker_refused",
      reason: end?.message ?? first.reason ?? "",
    };
  return { ...entry, kind: "submitted" };
}

/** The questions as they were recorded when the broker asked them. */
async function askedAbout(deps: OrderDeps, order: OrderRow): Promise<AskedQuestion[]> {
  const events = await listOrderEvents(deps.database.db, order.id);
  const details = events.findLast((event) => event.kind === "rejected")?.details;
  return (details as { questions?: AskedQuestion[] } | null)?.questions ?? [];
}

/** A countersign is for one session: prices, limits and the calendar were checked for that one. */
function requireSameSession(signed: Countersigned, session: string): void {
  if (signed.session?.session === session) return;
  throw new ConflictError(
    "countersign_over",
    `countersigned for ${signed.session?.session}, now is ${session}`,
    {
      facts: { verdictId: signed.verdict.id },
    },
  );
}

/** A run that ended gives its room back; what another run has taken since cannot be spent again. */
function requireRoom(signed: Countersigned, way: WayOut): void {
  if (signed.plan.effect === "close" || way.holdsRoom) return;
  throw new ConflictError("room_released", "the room for this order was given back; start a new run", {
    facts: { verdictId: signed.verdict.id },
  });
}
