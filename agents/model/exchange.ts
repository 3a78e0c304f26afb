// One question to a model, with its deadline, its bounded retries and a record of every try. Effects: network through
// the chat model, and ctx.onCall. No answer is used before its record is stored.
import type { BaseMessage } from "@langchain/core/messages";
import type { LlmCallId } from "#store/model/ids.ts";
import type {
  LlmCallRecord,
  LlmCallStatus,
  Sha256,
  StoredMessage,
  StructuredMethod,
} from "#store/model/llm-call.ts";
import type { AgentContext } from "../context.ts";
import type { StageModel } from "../provider.ts";
import { type CallFailure, classifyFailure, toModelError } from "./failure.ts";
import { costOf } from "./prices.ts";
import { answerOf, fromRawText, type RawAnswer, rawTextOf, type Tokens, tokensOf } from "./raw-answer.ts";
import { canonicalJson, sha256, toStoredMessage } from "./stored-messages.ts";

/** The calls of one agent stage: counts attempts over rungs, tool turns and repairs. */
export type Session = { ctx: AgentContext; model: StageModel; attempts: number };

export type Question = {
  method: StructuredMethod;
  messages: readonly BaseMessage[];
  /** What goes into the request beside the messages: response_format, tools, tool_choice. */
  options: Readonly<Record<string, unknown>>;
};

/** What a reader makes of an answer; `parsed` is stored with it. */
export type Judgement<T> =
  | { status: "ok"; value: T; parsed: unknown }
  | { status: "invalid"; code: string; message: string; unreadable: boolean };

export type Judged<T> = { llmCallId: LlmCallId; answer: RawAnswer; judgement: Judgement<T> };
/** Null judgement: the server refuses this kind of request. */
export type Exchanged<T> = Judged<T> | { rejected: CallFailure };

export function openSession(ctx: AgentContext): Session {
  return { ctx, model: ctx.provider.modelFor(ctx.template.stage, ctx.modelOverride), attempts: 0 };
}

/** Facts that go with every ModelError of a session; no prompt text, no key. */
export function sessionFacts(session: Session): Record<string, unknown> {
  const { ctx, model, attempts } = session;
  return { stage: ctx.template.stage, model: model.name, endpoint: model.host, attempts };
}

/**
 * Asks once (and again after 429, 5xx or a time-out, within the endpoint's bound).
 * @throws ModelError when no answer came; the caller's own abort is passed on as it is.
 */
export async function exchange<T>(
  session: Session,
  question: Question,
  judge: (answer: RawAnswer) => Judgement<T>,
): Promise<Exchanged<T>> {
  const messages = question.messages.map(toStoredMessage);
  const requestHash = hashOf(session, question, messages);
  const stored = await session.ctx.answered?.(requestHash);
  if (stored) {
    const answer = fromRawText(stored.rawAnswer, question.method);
    const judgement = judge(answer);
    if (judgement.status === "ok") return { llmCallId: stored.llmCallId, answer, judgement };
  }
  for (let tries = 0; ; tries++) {
    const tried = await tryOnce(session, { question, messages, requestHash, judge });
    if (!("failed" in tried)) return tried;
    const { failed } = tried;
    if (failed.rejected) return { rejected: failed };
    const { maxRetries, retryDelayMs, maxRetryWaitMs } = session.model.limits;
    const wait = failed.retryAfterMs ?? retryDelayMs * 2 ** tries;
    if (!failed.again || tries >= maxRetries || wait > maxRetryWaitMs) {
      throw toModelError(failed, sessionFacts(session));
    }
    await pause(wait, session.ctx.signal);
  }
}

type Try<T> = {
  question: Question;
  /** The question's messages as they are stored: hashing a picture once is enough. */
  messages: StoredMessage[];
  requestHash: Sha256;
  judge: (answer: RawAnswer) => Judgement<T>;
};

async function tryOnce<T>(session: Session, of: Try<T>): Promise<Judged<T> | { failed: CallFailure }> {
  const { ctx } = session;
  ctx.signal.throwIfAborted();
  session.attempts += 1;
  const id = ctx.newCallId(`${ctx.template.stage}:${ctx.visit}:${session.attempts}`);
  const started = ctx.clock.monotonic();
  const result = await call(session, of.question, id);
  const latencyMs = Math.max(0, ctx.clock.monotonic() - started);
  const base = { id, latencyMs, of, session };
  if ("failed" in result) {
    const { code, message } = result.failed;
    await ctx.onCall(
      record(base, { status: "failed", error: { code, message }, rawAnswer: null, parsed: null }),
    );
    ctx.signal.throwIfAborted();
    return result;
  }
  const { answer, tokens } = result;
  const judgement = judgeAnswer(answer, of.judge);
  const ok = judgement.status === "ok";
  await ctx.onCall(
    record(base, {
      status: judgement.status,
      error: ok ? null : { code: judgement.code, message: judgement.message },
      rawAnswer: rawTextOf(answer, of.question.method),
      parsed: ok ? judgement.parsed : null,
      tokens,
    }),
  );
  return { llmCallId: id, answer, judgement };
}

/** Refusals and answers without content are the same to every reader. */
function judgeAnswer<T>(answer: RawAnswer, judge: (answer: RawAnswer) => Judgement<T>): Judgement<T> {
  if (!answer.present) {
    return {
      status: "invalid",
      code: "model_empty_answer",
      message: "the answer holds no choice",
      unreadable: false,
    };
  }
  if (answer.refusal !== null || answer.finishReason === "content_filter") {
    const said = answer.refusal ?? "the server's content filter cut the answer";
    return {
      status: "invalid",
      code: "model_refused",
      message: `the model refused: ${said}`,
      unreadable: false,
    };
  }
  return judge(answer);
}

async function call(
  session: Session,
  question: Question,
  id: LlmCallId,
): Promise<{ answer: RawAnswer; tokens: Tokens } | { failed: CallFailure }> {
  const { model, ctx } = session;
  // A controller per call: a run's long-lived signal must not collect listeners.
  const controller = new AbortController();
  const onAbort = () => controller.abort(ctx.signal.reason);
  ctx.signal.addEventListener("abort", onAbort, { once: true });
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    controller.abort(new DOMException("deadline", "TimeoutError"));
  }, model.limits.timeoutMs);
  // A trace carries the call's own id, so that a page can link to it.
  const trace = { runId: id, runName: ctx.template.stage };
  const options = { ...question.options, ...trace, signal: controller.signal };
  try {
    const result = await model.chat.generate([[...question.messages]], options);
    return { answer: answerOf(result), tokens: tokensOf(result) };
  } catch (error) {
    return { failed: model.redact(classifyFailure(error, timedOut ? model.limits.timeoutMs : null)) };
  } finally {
    clearTimeout(timer);
    ctx.signal.removeEventListener("abort", onAbort);
  }
}

type Outcome = Pick<LlmCallRecord, "error" | "rawAnswer" | "parsed"> & {
  status: LlmCallStatus;
  tokens?: Tokens;
};

function record<T>(
  base: { id: LlmCallId; latencyMs: number; of: Try<T>; session: Session },
  outcome: Outcome,
): LlmCallRecord {
  const { ctx, model, attempts } = base.session;
  const tokens = outcome.tokens ?? { input: 0, output: 0 };
  return {
    id: base.id,
    symbolRunId: ctx.symbolRunId,
    stage: ctx.template.stage,
    visit: ctx.visit,
    attempt: attempts,
    promptVersionId: ctx.promptVersionId,
    promptContentHash: ctx.template.contentHash,
    model: model.name,
    endpoint: model.host,
    method: base.of.question.method,
    requestHash: base.of.requestHash,
    messages: base.of.messages,
    rawAnswer: outcome.rawAnswer,
    parsed: outcome.parsed,
    status: outcome.status,
    error: outcome.error,
    inputTokens: tokens.input,
    outputTokens: tokens.output,
    costUsd: costOf(model.price, tokens),
    latencyMs: base.latencyMs,
  };
}

function hashOf(session: Session, question: Question, messages: readonly StoredMessage[]): Sha256 {
  const { name, host } = session.model;
  return sha256(
    canonicalJson({ model: name, host, method: question.method, messages, options: question.options }),
  );
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const done = () => {
      signal.removeEventListener("abort", stop);
      resolve();
    };
    const timer = setTimeout(done, ms);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    signal.addEventListener("abort", stop, { once: true });
  });
}
