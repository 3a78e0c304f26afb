// A run that had failed gave its room back, and so did an order that never arrived. Tried again, it needs room anew, judged on
// how things stand now: others may have spent it. The same for a check that has grown old while the gateway was away.
// Effects: broker reads, database. Invariant: never another order than the countersigned one, and none larger.
import { ConflictError } from "#store/model/errors.ts";
import type { VerdictId } from "#store/model/ids.ts";
import { dec } from "#store/model/money.ts";
import { getVerdict, verdictsOfRun } from "#store/trading/verdicts.ts";
import type { RiskInput } from "#tools/risk/input.ts";
import { judgeProposal } from "../judge.ts";
import type { OrderDeps } from "../types.ts";
import type { Countersigned } from "./countersign.ts";
import { businessNow } from "./steps.ts";

/** Business time after which prices, limits and buying power are looked at once more before an order leaves. */
const STALE_MS = 10 * 60_000;

/** Numbers of their own: those below are the answers' (one per question of the run, which are fewer). */
const FIRST = 100;

/**
 * Null while the verdict is fresh and still holds its room; otherwise the verdict that holds it now.
 * @throws ConflictError `room_gone`, `countersign_stale`
 */
export async function roomAgain(
  deps: OrderDeps,
  signed: Countersigned,
  signal?: AbortSignal,
): Promise<VerdictId | null> {
  const { db } = deps.database;
  if (signed.plan.effect === "close") return null;
  const held = signed.verdict.holdsRoom;
  if (held && !(await isStale(deps, signed))) return null;
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
      sequence: Math.max(FIRST - 1, ...earlier.map((row) => row.sequence)) + 1,
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
    held ? "countersign_stale" : "room_gone",
    held
      ? `the order waited since ${signed.session?.at}, and the rules would not let it pass as it is any more: ${why}`
      : `the room for this order was given back and is not there any more: ${why}`,
    {
      facts: { verdictId },
    },
  );
}

async function isStale(deps: OrderDeps, { session }: Countersigned): Promise<boolean> {
  return session === null || Date.parse(await businessNow(deps)) - Date.parse(session.at) > STALE_MS;
}
