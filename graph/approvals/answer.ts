// A person's answer: recorded once, with the job that carries it on. Effects: database, the market clock of the run.
import { type Db, transaction } from "#store/database.ts";
import { instrumentByConid } from "#store/market/instruments.ts";
import { InputError, InvariantError } from "#store/model/errors.ts";
import type { ApprovalId, Instant } from "#store/model/ids.ts";
import type { Instrument } from "#store/model/instrument.ts";
import { ApprovalAnswer, type ApprovalStatus } from "#store/model/run.ts";
import { getSymbolRun, type SymbolRunWithExecution } from "#store/runs/symbol-runs.ts";
import { type ApprovalRow, getApproval, answerApproval as recordAnswer } from "#store/trading/approvals.ts";
import type { AnswerInput, DeskDeps } from "../desk.ts";
import { changesOf, requireEdit } from "./edit.ts";
import { marketTimeOf } from "./expiry.ts";
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
  const given = parseAnswer(input.answer);
  const { db } = deps.database;
  const asked = await getApproval(db, id);
  const run = await getSymbolRun(db, asked.symbolRunId);
  const answer =
    given.action === "edit" && asked.status === "pending"
      ? await checkedEdit(deps, { given, asked, run })
      : given;
  const marketAt = await marketTimeOf(deps, asked, run.execution.gatewaySession);
  const at = deps.clock.now().toISOString() as Instant;
  return transaction(db, async (tx: Db) => {
    const row = await recordAnswer(tx, {
      id,
      answer,
      who,
      channel,
      at,
      ...(marketAt === undefined ? {} : { marketAt }),
    });
    await deps.enqueue(tx, [row.symbolRunId]);
    return { approvalId: row.id, status: row.status };
  });
}

/** The edit without what it only repeats. @throws InputError with the field at fault */
async function checkedEdit(
  deps: DeskDeps,
  of: { given: ApprovalAnswer & { action: "edit" }; asked: ApprovalRow; run: SymbolRunWithExecution },
): Promise<ApprovalAnswer> {
  const { plan } = questionOf(of.asked);
  const edit = changesOf(of.given.edit, plan);
  requireEdit(edit, { plan, instrument: await instrumentOf(deps, of.run) });
  return { ...of.given, edit };
}

async function instrumentOf(deps: DeskDeps, run: SymbolRunWithExecution): Promise<Instrument> {
  const gateway = await deps.gateways.open(run.execution.gatewaySession);
  const { db } = deps.database;
  const { conid } = run;
  const row = conid === null ? null : await instrumentByConid(db, { gateway: gateway.kind, conid });
  if (row === null) throw new InvariantError("a run that asks has an instrument", { symbolRunId: run.id });
  return row;
}

function parseAnswer(answer: unknown): ApprovalAnswer {
  const parsed = ApprovalAnswer.safeParse(answer);
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join(".") ?? "answer";
  throw new InputError("answer_invalid", "an answer approves, edits or (with a reason) rejects", {
    facts: { field },
  });
}
