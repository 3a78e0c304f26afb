// Risk verdicts, and the capacity they hold. Effects: database. Verdicts never change; reservations are released once.
import { and, asc, eq, inArray, isNull, sql } from "drizzle-orm";
import pg from "pg";
import type { Db } from "../database.ts";
import {
  type AccountId,
  type ApprovalId,
  type DecisionId,
  derivedId,
  type SymbolRunId,
  type VerdictId,
} from "../model/ids.ts";
import type { Instrument } from "../model/instrument.ts";
import type { RiskVerdict } from "../model/risk.ts";
import type { ApprovalStatus } from "../model/run.ts";
import { found } from "../rows.ts";
import { storableJson } from "../schema/columns.ts";
import { decisions, riskReservations, riskVerdicts, type VerdictStep } from "../schema/index.ts";

export type VerdictRow = typeof riskVerdicts.$inferSelect;
export type { VerdictStep };

export type SaveVerdict = {
  decisionId: DecisionId;
  step: VerdictStep;
  /** Which verdict of this step, from 0; default 0. */
  sequence?: number;
  verdict: RiskVerdict;
  /** Everything the rules looked at, as JSON. */
  snapshot: unknown;
  /** With step "review": the risk manager's word and the call it came from. */
  review?: VerdictRow["review"];
  llmCallId?: VerdictRow["llmCallId"];
};

/** Stores a verdict; when this step and sequence already has one, that one is returned. */
export async function saveVerdict(db: Db, input: SaveVerdict): Promise<VerdictRow> {
  const sequence = input.sequence ?? 0;
  const id = derivedId("verdict", input.decisionId, input.step, sequence) as VerdictId;
  const [row] = await db
    .insert(riskVerdicts)
    .values({
      id,
      decisionId: input.decisionId,
      step: input.step,
      sequence,
      ...input.verdict,
      snapshot: input.snapshot,
      review: input.review ?? null,
      llmCallId: input.llmCallId ?? null,
    })
    .onConflictDoNothing()
    .returning();
  return row ?? getVerdict(db, id);
}

export type GiveVerdict = SaveVerdict & {
  accountId: AccountId;
  symbolRunId: SymbolRunId;
  instrument: Pick<Instrument, "conid" | "symbol">;
};

/**
 * Stores a verdict; in the same statement the room that earlier verdicts of the run hold is given back and the room that
 * this one needs is taken. `known`: the verdict of this step and sequence when there was one already; nothing is changed then.
 * Call under the account's lock.
 */
export async function giveVerdict(
  tx: Db,
  input: GiveVerdict,
): Promise<{ id: VerdictId; known: VerdictRow | null }> {
  const { decisionId, step, sequence = 0, symbolRunId, accountId } = input;
  const { verdict, codes, rules, plan } = input.verdict;
  const id = derivedId("verdict", decisionId, step, sequence) as VerdictId;
  const json = (value: unknown) => (value == null ? null : storableJson(value));
  const opens = plan !== null && plan.effect === "open";
  const result = await tx.execute(sql`
    with given as (
      insert into risk_verdicts (id, decision_id, step, sequence, verdict, codes, rules, plan, snapshot, review, llm_call_id)
      values (${id}, ${decisionId}, ${step}, ${sequence}, ${verdict}, ${sql.param([...codes])}::text[], ${json(rules)}::jsonb,
        ${json(plan)}::jsonb, ${storableJson(input.snapshot)}::jsonb, ${json(input.review)}::jsonb, ${input.llmCallId ?? null})
      on conflict do nothing returning id
    ), released as (
      update risk_reservations held set released_at = now(), release_reason = ${`replaced by the ${step} verdict`}
      from given, risk_verdicts earlier join decisions decision on decision.id = earlier.decision_id
      where earlier.id = held.verdict_id and held.released_at is null and decision.symbol_run_id = ${symbolRunId}
    ), taken as (
      insert into risk_reservations (verdict_id, account_id, conid, symbol, notional, loss_at_stop)
      select id, ${accountId}, ${input.instrument.conid}::bigint, ${input.instrument.symbol},
        ${opens ? plan.notional : null}::numeric, ${opens ? plan.lossAtStop : null}::numeric
      from given where ${opens}
    )
    select id from given`);
  return { id, known: result.rows.length > 0 ? null : await getVerdict(tx, id) };
}

/** The verdict of one step and sequence about a decision; null when it was not given yet. */
export async function verdictOfStep(
  db: Db,
  of: Pick<VerdictRow, "decisionId" | "step" | "sequence">,
): Promise<VerdictRow | null> {
  const id = derivedId("verdict", of.decisionId, of.step, of.sequence) as VerdictId;
  const [row] = await db.select().from(riskVerdicts).where(eq(riskVerdicts.id, id));
  return row ?? null;
}

/**
 * How an approval stands, and whether the verdict of a step about the decision was given already.
 * @throws NotFoundError `approval_not_found`
 */
export async function answeredProposal(
  db: Db,
  of: { approvalId: ApprovalId } & Pick<VerdictRow, "decisionId" | "step" | "sequence">,
): Promise<{ status: ApprovalStatus; judged: boolean }> {
  const id = derivedId("verdict", of.decisionId, of.step, of.sequence);
  const result = await db.execute<{ status: ApprovalStatus; judged: boolean }>(sql`
    select status, exists (select 1 from risk_verdicts where id = ${id}) as judged
    from approvals where id = ${of.approvalId}`);
  return found(result.rows[0], "approval", of.approvalId);
}

/** @throws NotFoundError `verdict_not_found` */
export async function getVerdict(db: Db, id: VerdictId): Promise<VerdictRow> {
  const [row] = await db.select().from(riskVerdicts).where(eq(riskVerdicts.id, id));
  return found(row, "verdict", id);
}

/** All verdicts of a run in the order in which they were given. */
export async function verdictsOfRun(db: Db, symbolRunId: SymbolRunId): Promise<VerdictRow[]> {
  const rows = await db
    .select({ verdict: riskVerdicts })
    .from(riskVerdicts)
    .innerJoin(decisions, eq(decisions.id, riskVerdicts.decisionId))
    .where(eq(decisions.symbolRunId, symbolRunId))
    .orderBy(asc(decisions.visit), asc(riskVerdicts.createdAt), asc(riskVerdicts.sequence));
  return rows.map((row) => row.verdict);
}

/** Gives the copied decisions of a fork their source's verdicts of the gate. Returns new ids by old ones. */
export async function copyGateVerdicts(
  db: Db,
  of: { from: SymbolRunId; decisions: ReadonlyMap<DecisionId, DecisionId> },
): Promise<Map<VerdictId, VerdictId>> {
  const copies = new Map<VerdictId, VerdictId>();
  for (const row of await verdictsOfRun(db, of.from)) {
    const decisionId = of.decisions.get(row.decisionId);
    if (row.step !== "gate" || decisionId === undefined) continue;
    const { verdict, codes, rules, plan, sequence, snapshot } = row;
    const judged = { verdict, codes, rules, plan };
    const { id } = await saveVerdict(db, {
      decisionId,
      step: "gate",
      sequence,
      verdict: judged,
      snapshot,
    });
    copies.set(row.id, id);
  }
  return copies;
}

export type ReservationRow = typeof riskReservations.$inferSelect;

/**
 * Waits for the account's turn, as a statement for `transaction` to begin with: until it ends, no other worker reads or
 * reserves capacity of this account. Read `riskBook`, decide, and `giveVerdict`, all in that transaction.
 */
export function accountLock(accountId: AccountId): string {
  return `select pg_advisory_xact_lock(hashtextextended(${pg.escapeLiteral(`account:${accountId}`)}, 0))`;
}

/** What verdicts of this account hold and have not given back. */
export function heldReservations(db: Db, accountId: AccountId): Promise<ReservationRow[]> {
  return db
    .select()
    .from(riskReservations)
    .where(and(eq(riskReservations.accountId, accountId), isNull(riskReservations.releasedAt)));
}

/** Gives capacity back; false when nothing was held. */
export async function releaseCapacity(
  db: Db,
  verdictIds: VerdictId | readonly VerdictId[],
  reason: string,
): Promise<boolean> {
  const ids = typeof verdictIds === "string" ? [verdictIds] : [...verdictIds];
  if (ids.length === 0) return false;
  const rows = await db
    .update(riskReservations)
    .set({ releasedAt: sql`now()`, releaseReason: reason })
    .where(and(inArray(riskReservations.verdictId, ids), isNull(riskReservations.releasedAt)))
    .returning({ id: riskReservations.verdictId });
  return rows.length > 0;
}
