// A person's answer, or the lack of one in time: recorded once, with the job that carries it on. Effects: database.
import { type Db, transaction } from "#store/database.ts";
import { InputError } from "#store/model/errors.ts";
import type { ApprovalId, Instant } from "#store/model/ids.ts";
import { dec } from "#store/model/money.ts";
import { ApprovalAnswer, type ApprovalStatus } from "#store/model/run.ts";
import {
  expireApprovals as expire,
  getApproval,
  answerApproval as recordAnswer,
} from "#store/trading/approvals.ts";
import type { AnswerInput, DeskDeps } from "../desk.ts";
import { questionOf } from "./question.ts";

/**
 * Of two answers at once one wins; the other is told the state.
 * @throws NotFoundError, ConflictError with the state, InputError for an answer or an edit that cannot be
 */
export async function answerApproval(
  deps: DeskDeps,
  input: AnswerInput,
): Promise<{ approvalId: ApprovalId; status: ApprovalStatus }> {
  const { approvalId: id, who, channel } = input;
  const answer = parseAnswer(input.answer);
  if (answer.action === "edit")
    requireSmaller(answer, questionOf(await getApproval(deps.database.db, id)).plan);
  const at = deps.clock.now().toISOString() as Instant;
  return transaction(deps.database.db, async (tx: Db) => {
    const row = await recordAnswer(tx, { id, answer, who, channel, at });
    await deps.enqueue(tx, [row.symbolRunId]);
    return { approvalId: row.id, status: row.status };
  });
}

/** Ends what nobody answered in time and lets those runs go on to their end. */
export async function expireApprovals(deps: DeskDeps): Promise<number> {
  const at = deps.clock.now().toISOString() as Instant;
  return transaction(deps.database.db, async (tx: Db) => {
    const rows = await expire(tx, at);
    await deps.enqueue(
      tx,
      rows.map((row) => row.symbolRunId),
    );
    return rows.length;
  });
}

function parseAnswer(answer: unknown): ApprovalAnswer {
  const parsed = ApprovalAnswer.safeParse(answer);
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join(".") ?? "answer";
  throw new InputError("answer_invalid", "an answer approves, edits or (with a reason) rejects", {
    facts: { field },
  });
}

/** A person may lower the quantity and move the limit; whether the rules allow it is checked before anything is sent. */
function requireSmaller(answer: ApprovalAnswer & { action: "edit" }, plan: { quantity: string }): void {
  const { quantity, limitPrice } = answer.edit;
  if (quantity === null && limitPrice === null) {
    throw new InputError("edit_empty", "an edit changes the quantity or the limit", {
      facts: { field: "edit" },
    });
  }
  if (quantity !== null && (dec(quantity).lte(0) || dec(quantity).gt(plan.quantity))) {
    throw new InputError("edit_quantity", `the quantity must be above 0 and at most ${plan.quantity}`, {
      facts: { field: "edit.quantity", most: plan.quantity },
    });
  }
  if (limitPrice !== null && dec(limitPrice).lte(0)) {
    throw new InputError("edit_limit", "the limit must be above 0", { facts: { field: "edit.limitPrice" } });
  }
}
