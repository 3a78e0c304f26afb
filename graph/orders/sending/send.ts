// The one place from which orders leave: SUBMITTING committed under the kill switch's lock, one POST, the record.
// Effects: gateway, database. Invariant: a POST is never repeated; whatever happens after it is told by lookups.
import { type Db, transaction } from "#store/database.ts";
import { DeskError, type ErrorRecord, toErrorRecord } from "#store/model/errors.ts";
import type { Instrument } from "#store/model/instrument.ts";
import type { OrderStatus } from "#store/model/order.ts";
import { changeKnownOrders } from "#store/trading/order-events.ts";
import type { OrderRow } from "#store/trading/orders.ts";
import type { AskedQuestion, SubmitOutcome } from "#tools/ibkr/orders/types.ts";
import type { OrderDeps } from "../types.ts";
import { endLegs } from "./never-arrived.ts";
import { recordPlaced } from "./record.ts";
import { businessNow, markUnknown, reach } from "./steps.ts";
import { ticketOf } from "./tickets.ts";
import { inSendingTurn } from "./trading-gate.ts";

export type Sent = { readonly status: OrderStatus } & (
  | { readonly kind: "submitted" }
  | { readonly kind: "unknown"; readonly cause: ErrorRecord }
  | { readonly kind: "refused"; readonly code: string; readonly reason: string }
  | { readonly kind: "question"; readonly message: string; readonly questions: readonly AskedQuestion[] }
);

export type SendRequest = {
  /** INITIALIZED legs of one submission, the parent first. */
  readonly legs: readonly OrderRow[];
  /** Whose price steps the legs are held to; null for market orders, which have no price. */
  readonly instrument: Pick<Instrument, "priceIncrements"> | null;
  /** Runs inside the transaction that commits SUBMITTING; a throw stops the order. */
  readonly lastCheck: (tx: Db) => Promise<unknown>;
  readonly confirmedByPerson: readonly string[];
};

/**
 * @throws what `lastCheck` throws, with the legs still INITIALIZED; and what the client throws when surely nothing was
 * sent, with the legs ended as "not_sent".
 */
export async function sendLegs(deps: OrderDeps, request: SendRequest, signal?: AbortSignal): Promise<Sent> {
  signal?.throwIfAborted();
  const legs = await commitSubmitting(deps, request);
  await reach(deps, "after_submitting");
  const outcome = await post(deps, { ...request, legs }, signal);
  await reach(deps, "after_post");
  const sent = await record(deps, legs, outcome);
  await reach(deps, "after_record");
  return sent;
}

/** From here on the order counts as sent, whatever happens to this process. */
async function commitSubmitting(deps: OrderDeps, request: SendRequest): Promise<OrderRow[]> {
  const at = await businessNow(deps);
  const details = { machineAt: deps.clock.now().toISOString() };
  return inSendingTurn(deps, async (tx) => {
    await request.lastCheck(tx);
    return changeKnownOrders(tx, request.legs, () => [{ kind: "submitting", at, details }]);
  });
}

async function post(
  deps: OrderDeps,
  of: Pick<SendRequest, "legs" | "instrument" | "confirmedByPerson">,
  signal?: AbortSignal,
): Promise<SubmitOutcome> {
  try {
    return await deps.gateway.client.orders.submit(
      of.legs.map((leg) => ticketOf(leg, of.instrument)),
      {
        confirmedByPerson: of.confirmedByPerson,
        ...(signal === undefined ? {} : { signal }),
      },
    );
  } catch (error) {
    const cause = toErrorRecord(error);
    // Only the client's own errors say that surely nothing left; of any other throw nobody can say that.
    if (!(error instanceof DeskError)) return { kind: "unknown", cause, questions: [] };
    await transaction(deps.database.db, async (tx) =>
      endLegs(tx, of.legs, {
        code: "not_sent",
        message: cause.message,
        at: await businessNow(deps),
        details: cause,
      }),
    );
    throw error;
  }
}

async function record(deps: OrderDeps, legs: readonly OrderRow[], outcome: SubmitOutcome): Promise<Sent> {
  const { db } = deps.database;
  const at = await businessNow(deps);
  switch (outcome.kind) {
    case "accepted":
      return { kind: "submitted", status: (await recordPlaced(deps, legs, outcome)).status };
    case "refused": {
      const { code, message, questions } = outcome;
      const details = { code, message, questions };
      await transaction(db, (tx) => endLegs(tx, legs, { code: "broker_refused", message, at, details }));
      return { kind: "refused", code, reason: message, status: "REJECTED" };
    }
    case "question": {
      const { message, questions } = outcome;
      await transaction(db, (tx) =>
        endLegs(tx, legs, { code: "broker_question", message, at, details: { questions } }),
      );
      return { kind: "question", message, questions, status: "REJECTED" };
    }
    case "unknown": {
      const { cause, questions } = outcome;
      await markUnknown(db, { legs, at, details: { cause, questions } });
      return { kind: "unknown", cause, status: "UNKNOWN" };
    }
  }
}
