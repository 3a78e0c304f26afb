// One order POST and the chain of questions behind it. Effects: network. Invariants: the POST leaves at most once; no
// question is confirmed that the written policy does not confirm; whatever is not understood is "unknown", not "no".
import { DeskError, toErrorRecord, UnavailableError } from "#store/model/errors.ts";
import { type Body, errorOf, verdictOf } from "../wire/answers.ts";
import type { CallRequest } from "../wire/calls.ts";
import { plainText } from "../wire/values.ts";
import { type OrderAnswer, orderAnswer, type PlacedRow, type QuestionRow } from "./answers.ts";
import type { OrderParts } from "./parts.ts";
import { sortPlaced } from "./placed.ts";
import { policyFor } from "./question-policy.ts";
import type { AskedQuestion, OrderTicket, SubmitOptions, SubmitOutcome } from "./types.ts";

/** Longest chain that is answered; real ones had three questions. */
const MOST_QUESTIONS = 20;
/** An order that has to wait longer for its turn is not sent: its price would be old. */
const MOST_WAIT_MS = 5_000;

type Chain = {
  parts: OrderParts;
  tickets: readonly OrderTicket[];
  confirmedByPerson: readonly string[];
  asked: AskedQuestion[];
  placed: PlacedRow[];
};

/** @throws DeskError only when surely nothing was sent (`facts.sent` false) or the gateway refused before looking at it. */
export async function submitChain(
  parts: OrderParts,
  request: { path: string; body: unknown; tickets: readonly OrderTicket[] },
  options: SubmitOptions,
): Promise<SubmitOutcome> {
  const chain: Chain = {
    parts,
    tickets: request.tickets,
    confirmedByPerson: options.confirmedByPerson ?? [],
    asked: [],
    placed: [],
  };
  let body: Body;
  try {
    body = await parts.calls.once(orderPost(parts, request.path, request.body, options.signal));
  } catch (error) {
    if (surelyNotSent(error)) throw error;
    return unknown(chain, error);
  }
  const verdict = verdictOf(body);
  switch (verdict.kind) {
    case "login_needed":
    case "no_brokerage_session":
    case "accounts_first":
      parts.sessionLost(verdict.kind);
      throw notLookedAt(parts, request.path, body);
    case "rate_limited":
    case "access_denied":
    case "wrong_address":
      throw notLookedAt(parts, request.path, body);
    case "vendor_trouble":
      return unknown(chain, errorOf(verdict, name(parts, request.path), body.status));
    case "ok":
    case "refused":
      return follow(chain, orderAnswer(body));
  }
}

async function follow(chain: Chain, first: OrderAnswer): Promise<SubmitOutcome> {
  let answer = first;
  let pending: QuestionRow[] = [];
  for (let count = 0; count <= MOST_QUESTIONS; count += 1) {
    if (answer.kind === "stale_reply" && chain.placed.length > 0) return accepted(chain);
    if (answer.kind !== "answered") return ended(chain, answer);
    chain.placed.push(...answer.placed);
    pending = [...answer.questions, ...pending];
    const [question, ...rest] = pending;
    if (question === undefined || chain.placed.length >= chain.tickets.length) return accepted(chain);
    const judged = judge(chain, question);
    chain.asked.push(...judged);
    // What nobody may confirm decides, whatever a person could have said to the rest.
    const open =
      judged.find((entry) => entry.action === "refuse") ?? judged.find((entry) => entry.action === "ask");
    if (open !== undefined) return declined(chain, question, open);
    pending = rest;
    try {
      answer = orderAnswer(await reply(chain, question.id, true));
    } catch (error) {
      if (surelyNotSent(error)) return notConfirmed(chain, error);
      return unknown(chain, error);
    }
  }
  return notConfirmed(
    chain,
    new UnavailableError("too_many_questions", `More than ${MOST_QUESTIONS} questions.`),
  );
}

/** Each message of a question with what the policy does; one that may not be confirmed holds the whole. */
function judge(chain: Chain, question: QuestionRow): AskedQuestion[] {
  const types = chain.tickets.map((ticket) => ticket.type);
  const count = Math.max(question.message.length, question.messageIds?.length ?? 0, 1);
  return Array.from({ length: count }, (_, index) => {
    const messageId = question.messageIds?.[index] ?? null;
    const rule = policyFor(messageId, { types, confirmedByPerson: chain.confirmedByPerson });
    return { messageId, text: plainText(question.message[index] ?? ""), ...rule };
  });
}

/** A reply that is not an order answer of its own (503, session gone, no JSON) leaves the outcome open. */
async function reply(chain: Chain, id: string, confirmed: boolean): Promise<Body> {
  const path = `/iserver/reply/${encodeURIComponent(id)}`;
  const body = await chain.parts.calls.once(orderPost(chain.parts, path, { confirmed }));
  const verdict = verdictOf(body);
  if (verdict.kind === "ok" || verdict.kind === "refused") return body;
  throw errorOf(verdict, name(chain.parts, path), body.status);
}

async function declined(chain: Chain, question: QuestionRow, open: AskedQuestion): Promise<SubmitOutcome> {
  // Nothing is live before the last question is confirmed, so a failure to say no changes nothing.
  await reply(chain, question.id, false).catch(() => undefined);
  if (chain.placed.length > 0) return accepted(chain);
  if (open.action === "ask")
    return { kind: "question", messageId: open.messageId, message: open.text, questions: chain.asked };
  return {
    kind: "refused",
    code: "question_refused",
    message: `${open.text} (${open.messageId ?? "no id"}). ${open.why}`,
    orders: [],
    questions: chain.asked,
  };
}

function ended(chain: Chain, answer: Exclude<OrderAnswer, { kind: "answered" }>): SubmitOutcome {
  switch (answer.kind) {
    case "refused":
      return {
        kind: "refused",
        code: "order_refused",
        message: answer.message,
        orders: [],
        questions: chain.asked,
      };
    case "prompt": {
      const rule = policyFor(answer.messageId, { types: [], confirmedByPerson: [] });
      const message = plainText(answer.message);
      chain.asked.push({ messageId: answer.messageId, text: message, ...rule });
      return { kind: "refused", code: "advanced_reject", message, orders: [], questions: chain.asked };
    }
    case "duplicate":
      return unknown(chain, open("client_order_id_taken", answer.message));
    case "stale_reply":
      return unknown(chain, open("reply_expired", answer.message));
    case "unclear":
      return unknown(chain, open("order_answer_unclear", answer.message));
  }
}

function accepted(chain: Chain): SubmitOutcome {
  const { orders, failed } = sortPlaced(chain.placed, chain.tickets);
  if (orders.length === 0) {
    const message = failed.map((order) => order.text ?? order.vendorStatus).join("; ");
    return { kind: "refused", code: "order_rejected", message, orders: failed, questions: chain.asked };
  }
  const childrenListed = orders.length + failed.length >= chain.tickets.length;
  return { kind: "accepted", orders, failed, childrenListed, questions: chain.asked };
}

function unknown(chain: Chain, error: unknown): SubmitOutcome {
  return { kind: "unknown", cause: toErrorRecord(error), questions: chain.asked };
}

/** The question stays unanswered, and without an answer no order goes live. */
function notConfirmed(chain: Chain, error: unknown): SubmitOutcome {
  if (chain.placed.length > 0) return accepted(chain);
  const message = error instanceof Error ? error.message : String(error);
  return { kind: "refused", code: "not_confirmed", message, orders: [], questions: chain.asked };
}

function open(code: string, message: string): DeskError {
  return new UnavailableError(code, message, { facts: { sent: true } });
}

function orderPost(parts: OrderParts, path: string, body: unknown, signal?: AbortSignal): CallRequest {
  return {
    method: "POST",
    path,
    body,
    priority: "order",
    maxWaitMs: MOST_WAIT_MS,
    deadlineMs: parts.timing.orderDeadlineMs,
    freshConnection: true,
    ...(signal === undefined ? {} : { signal }),
  };
}

/** True only when the transport or the pacing says so: everything else may have left. */
export function surelyNotSent(error: unknown): boolean {
  return error instanceof DeskError && error.facts.sent === false;
}

function notLookedAt(parts: OrderParts, path: string, body: Body): DeskError {
  const verdict = verdictOf(body);
  if (verdict.kind === "ok") throw new TypeError("an answer that says yes is no refusal");
  const error = errorOf(verdict, name(parts, path), body.status);
  return new UnavailableError(error.code, `${error.message} Nothing was placed.`, {
    facts: { ...error.facts, sent: false },
  });
}

function name(parts: OrderParts, path: string) {
  return { method: "POST", path, gateway: parts.calls.address };
}
