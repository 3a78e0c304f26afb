// Approvals: asked once, answered once. Effects: database, NOTIFY. A conditional update decides every race.
import { and, asc, desc, eq, type SQL, sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import { ConflictError } from "../model/errors.ts";
import type { ApprovalId, Instant, SymbolRunId } from "../model/ids.ts";
import type { ApprovalAnswer, ApprovalChannel, ApprovalStatus } from "../model/run.ts";
import { olderThan, type Page, type PageRequest, pageLimit, toPage } from "../page.ts";
import { found } from "../rows.ts";
import { approvals } from "../schema/index.ts";

export type ApprovalRow = typeof approvals.$inferSelect;

/** Asks; asking again with the same id returns the row as it is now. */
export async function createApproval(
  db: Db,
  input: Pick<ApprovalRow, "id" | "symbolRunId" | "verdictId" | "shown" | "expiresAt"> & {
    expiresOn?: ApprovalRow["expiresOn"];
  },
): Promise<ApprovalRow> {
  const [row] = await db
    .insert(approvals)
    .values(input)
    .onConflictDoNothing({ target: approvals.id })
    .returning();
  return row ?? getApproval(db, input.id);
}

export type AnswerApproval = {
  id: ApprovalId;
  answer: ApprovalAnswer;
  who: string;
  channel: ApprovalChannel;
  /** Machine clock: what the answer is stamped with. */
  at: Instant;
  /** The market clock of the run's gateway session; absent where it is the machine's. */
  marketAt?: Instant;
};

const STATUS_OF = { approve: "approved", edit: "edited", reject: "rejected" } as const;

/**
 * Gives the one answer to a pending, unexpired approval.
 * @throws NotFoundError `approval_not_found`; ConflictError `approval_answered` or `approval_expired` with its state.
 */
export async function answerApproval(db: Db, input: AnswerApproval): Promise<ApprovalRow> {
  const { answer } = input;
  const [row] = await db
    .update(approvals)
    .set({
      status: STATUS_OF[answer.action],
      edit: answer.action === "edit" ? answer.edit : null,
      reason: answer.action === "reject" ? answer.reason : null,
      answeredBy: input.who,
      channel: input.channel,
      answeredAt: input.at,
    })
    .where(and(eq(approvals.id, input.id), eq(approvals.status, "pending"), inTime(input.at, input.marketAt)))
    .returning();
  if (row === undefined) throw refusal(await getApproval(db, input.id));
  return row;
}

/** Still open at that moment of the row's own clock. */
function inTime(at: Instant, marketAt: Instant = at): SQL {
  return sql`${approvals.expiresAt} >
    case ${approvals.expiresOn} when 'market' then ${marketAt}::timestamptz else ${at}::timestamptz end`;
}

function refusal(row: ApprovalRow): ConflictError {
  const facts = { status: row.status, answeredBy: row.answeredBy, answeredAt: row.answeredAt };
  if (row.status === "pending" || row.status === "expired") {
    return new ConflictError("approval_expired", `this request expired at ${row.expiresAt}`, { facts });
  }
  return new ConflictError(
    "approval_answered",
    `this request was already ${row.status} by ${row.answeredBy} at ${row.answeredAt}`,
    { facts },
  );
}

/** Ends everything that nobody answered in time by the machine's clock; returns what was ended now. */
export async function expireApprovals(db: Db, at: Instant): Promise<ApprovalRow[]> {
  return expireWhere(
    db,
    at,
    sql`${approvals.expiresOn} = 'machine' and ${approvals.expiresAt} <= ${at}::timestamptz`,
  );
}

/** The same by the market clock of one gateway session. */
export async function expireApprovalsOfSession(
  db: Db,
  of: { gatewaySession: string; marketAt: Instant; at: Instant },
): Promise<ApprovalRow[]> {
  return expireWhere(
    db,
    of.at,
    sql`${approvals.expiresOn} = 'market' and ${approvals.expiresAt} <= ${of.marketAt}::timestamptz
      and ${approvals.symbolRunId} in (select run.id from symbol_runs run
        join executions execution on execution.id = run.execution_id
        where execution.gateway_session = ${of.gatewaySession})`,
  );
}

/** What a run that has failed still asked: nobody must be able to say yes to it any more. */
export async function expireApprovalsOfRun(
  db: Db,
  of: { symbolRunId: SymbolRunId; at: Instant },
): Promise<ApprovalRow[]> {
  return expireWhere(db, of.at, sql`${approvals.symbolRunId} = ${of.symbolRunId}`);
}

async function expireWhere(db: Db, at: Instant, overdue: SQL): Promise<ApprovalRow[]> {
  return db
    .update(approvals)
    .set({ status: "expired", answeredAt: at })
    .where(and(sql`${approvals.status} = 'pending'`, overdue))
    .returning();
}

/** Gateway sessions in which something waits for an answer until a market time. */
export async function sessionsAwaitingAnswers(db: Db): Promise<string[]> {
  const result = await db.execute<{ gateway_session: string }>(sql`
    select distinct execution.gateway_session from approvals
      join symbol_runs run on run.id = approvals.symbol_run_id
      join executions execution on execution.id = run.execution_id
    where approvals.status = 'pending' and approvals.expires_on = 'market' order by 1`);
  return result.rows.map((row) => row.gateway_session);
}

/** @throws NotFoundError `approval_not_found` */
export async function getApproval(db: Db, id: ApprovalId): Promise<ApprovalRow> {
  const [row] = await db.select().from(approvals).where(eq(approvals.id, id));
  return found(row, "approval", id);
}

/** Newest first. */
export async function listApprovals(
  db: Db,
  request: PageRequest & { status?: ApprovalStatus } = {},
): Promise<Page<ApprovalRow>> {
  const limit = pageLimit(request);
  const rows = await db
    .select()
    .from(approvals)
    .where(
      and(
        request.status === undefined ? undefined : eq(approvals.status, request.status),
        olderThan(request, { at: approvals.createdAt, id: approvals.id, idType: "uuid" }),
      ),
    )
    .orderBy(desc(approvals.createdAt), desc(approvals.id))
    .limit(limit + 1);
  return toPage(rows, limit, (row) => [row.createdAt, row.id]);
}

/** The questions of one run, oldest first. */
export function approvalsOfRun(db: Db, symbolRunId: SymbolRunId): Promise<ApprovalRow[]> {
  return db
    .select()
    .from(approvals)
    .where(eq(approvals.symbolRunId, symbolRunId))
    .orderBy(asc(approvals.createdAt), asc(approvals.id));
}
