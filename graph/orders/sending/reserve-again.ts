// A run that had failed gave its room back. Tried again, it needs room anew, judged on how things stand now: others may have
// spent it. Effects: broker reads, database. Invariant: never another order than the countersigned one, and none larger.
import type { Db } from "#store/database.ts";
import { ConflictError } from "#store/model/errors.ts";
import type { VerdictId } from "#store/model/ids.ts";
import { dec } from "#store/model/money.ts";
import { getVerdict, heldReservations, verdictsOfRun } from "#store/trading/verdicts.ts";
import type { RiskInput } from "#tools/risk/input.ts";
import { judgeProposal } from "../judge.ts";
import type { OrderDeps } from "../types.ts";
import type { Countersigned } from "./countersign.ts";

/** Null while the verdict still holds its room; otherwise the verdict that holds it now. @throws ConflictError `room_gone` */
export async function roomAgain(
  deps: OrderDeps,
  signed: Countersigned,
  signal?: AbortSignal,
): Promise<VerdictId | null> {
  const { db } = deps.database;
  if (signed.plan.effect === "close" || (await holdsRoom(db, deps, signed))) return null;
  const { id, decisionId } = signed.verdict;
  const earlier = (await verdictsOfRun(db, signed.run.id)).filter(
    (row) => row.decisionId === decisionId && row.step === "answer",
  );
  // Stored by judge.ts from exactly this type.
  const seen = (await getVerdict(db, id)).snapshot as RiskInput;
  const { plan } = signed;
  const { verdictId, verdict } = await judgeProposal(
    deps,
    {
      symbolRunId: signed.run.id,
      decisionId,
      decision: seen.decision,
      instrument: signed.instrument,
      lastBar: seen.lastBar,
      limits: seen.limits,
      mode: seen.mode,
      step: "answer",
      sequence: Math.max(-1, ...earlier.map((row) => row.sequence)) + 1,
      requested: { by: "question", maxQuantity: plan.quantity, limitPrice: plan.limitPrice },
      preview: true,
    },
    signal,
  );
  const now = verdict.plan;
  if (now !== null && now.effect === "open" && dec(now.quantity).equals(plan.quantity)) return verdictId;
  const why =
    now === null ? verdict.codes.join(", ") : `only ${now.quantity} of ${plan.quantity} fit the limits now`;
  throw new ConflictError(
    "room_gone",
    `the room for this order was given back and is not there any more: ${why}`,
    {
      facts: { verdictId },
    },
  );
}

async function holdsRoom(db: Db, deps: OrderDeps, signed: Countersigned): Promise<boolean> {
  const held = await heldReservations(db, deps.gateway.accountId);
  return held.some((room) => room.verdictId === signed.verdict.id);
}
