// Every exchange with a model, as it was. Effects: database. Rows are only added.
import { and, asc, eq, sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import { ConflictError } from "../model/errors.ts";
import type { ExecutionId, LlmCallId, SymbolRunId } from "../model/ids.ts";
import type { LlmCallRecord } from "../model/llm-call.ts";
import { type DecimalString, dec, toDecimalString } from "../model/money.ts";
import { found, only } from "../rows.ts";
import { llmCallArtifacts, llmCalls } from "../schema/index.ts";

export type LlmCallRow = typeof llmCalls.$inferSelect;

/**
 * Stores a call and links it to the artifacts of its run whose bytes it was shown. Storing the same exchange again is
 * no change.
 * @throws ConflictError `llm_call_recorded` when the id belongs to another exchange.
 */
export async function recordLlmCall(db: Db, record: LlmCallRecord): Promise<LlmCallRow> {
  const [added] = await db
    .insert(llmCalls)
    .values(record)
    .onConflictDoNothing({ target: llmCalls.id })
    .returning();
  if (added === undefined) return sameCall(await getLlmCall(db, record.id), record);
  const images = record.messages.flatMap((message) =>
    message.parts.flatMap((part) => (part.type === "image" ? [part.sha256] : [])),
  );
  if (images.length > 0) {
    await db.execute(sql`
      insert into ${llmCallArtifacts} (llm_call_id, artifact_id)
      select ${record.id}::uuid, id from artifacts
      where symbol_run_id = ${record.symbolRunId} and sha256 = any(${sql.param(images)}::text[])
      on conflict do nothing`);
  }
  return added;
}

function sameCall(stored: LlmCallRow, record: LlmCallRecord): LlmCallRow {
  const same = stored.requestHash === record.requestHash && stored.status === record.status;
  if (same && (stored.rawAnswer ?? null) === (record.rawAnswer ?? null)) return stored;
  throw new ConflictError("llm_call_recorded", "this id belongs to another call", {
    facts: { id: record.id },
  });
}

/** @throws NotFoundError `llm_call_not_found` */
export async function getLlmCall(db: Db, id: LlmCallId): Promise<LlmCallRow> {
  const [row] = await db.select().from(llmCalls).where(eq(llmCalls.id, id));
  return found(row, "llm_call", id);
}

/** The conversation of a run in the order in which it was stored. */
export function listLlmCalls(db: Db, symbolRunId: SymbolRunId): Promise<LlmCallRow[]> {
  return db
    .select()
    .from(llmCalls)
    .where(eq(llmCalls.symbolRunId, symbolRunId))
    .orderBy(asc(llmCalls.createdAt), asc(llmCalls.visit), asc(llmCalls.attempt), asc(llmCalls.id));
}

/** A usable answer that this run already paid for; null when there is none. */
export async function answeredCall(
  db: Db,
  key: { symbolRunId: SymbolRunId; requestHash: string },
): Promise<LlmCallRow | null> {
  const [row] = await db
    .select()
    .from(llmCalls)
    .where(
      and(
        eq(llmCalls.symbolRunId, key.symbolRunId),
        eq(llmCalls.requestHash, key.requestHash),
        eq(llmCalls.status, "ok"),
      ),
    )
    .limit(1);
  return row ?? null;
}

/** `costUsd` is the sum of what is priced; `unpricedCalls` says how many had no price. */
export type LlmTotals = {
  calls: number;
  inputTokens: number;
  outputTokens: number;
  costUsd: DecimalString;
  unpricedCalls: number;
};

const SUMS = sql`count(calls.id)::int as calls, coalesce(sum(calls.input_tokens), 0)::float8 as "inputTokens",
  coalesce(sum(calls.output_tokens), 0)::float8 as "outputTokens",
  coalesce(trim_scale(sum(calls.cost_usd)), 0)::text as "costUsd",
  count(calls.id) filter (where calls.cost_usd is null)::int as "unpricedCalls"`;

/** The same of calls that were read. */
export function totalsOf(calls: readonly LlmCallRow[]): LlmTotals {
  const sum = (of: (call: LlmCallRow) => number) => calls.reduce((total, call) => total + of(call), 0);
  return {
    calls: calls.length,
    inputTokens: sum((call) => call.inputTokens),
    outputTokens: sum((call) => call.outputTokens),
    costUsd: toDecimalString(calls.reduce((total, call) => total.plus(call.costUsd ?? 0), dec(0))),
    unpricedCalls: calls.filter((call) => call.costUsd === null).length,
  };
}

/** What a run, or all runs of an execution, have used. */
export async function llmTotals(
  db: Db,
  of: { symbolRunId: SymbolRunId } | { executionId: ExecutionId },
): Promise<LlmTotals> {
  const result = await db.execute<LlmTotals>(
    "symbolRunId" in of
      ? sql`select ${SUMS} from llm_calls calls where symbol_run_id = ${of.symbolRunId}`
      : sql`select ${SUMS} from llm_calls calls join symbol_runs run on run.id = calls.symbol_run_id
            where run.execution_id = ${of.executionId}`,
  );
  return only(result.rows, "summing model calls");
}

/** The same per run of an execution, in one round trip; runs without calls are included with zeros. */
export async function llmTotalsByRun(db: Db, executionId: ExecutionId): Promise<Map<SymbolRunId, LlmTotals>> {
  const result = await db.execute<LlmTotals & { id: SymbolRunId }>(sql`
    select run.id, ${SUMS} from symbol_runs run left join llm_calls calls on calls.symbol_run_id = run.id
    where run.execution_id = ${executionId} group by run.id`);
  return new Map(result.rows.map(({ id, ...totals }) => [id, totals]));
}
