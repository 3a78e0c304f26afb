// The chain of questions that stands before an order. Own memory only; one chain at a time.
// Invariant: an id answers one question once, and nothing is finished before the last question was confirmed.
import { derivedId } from "#store/model/ids.ts";
import type { Clock } from "#tools/clock.ts";
import { type Answer, isRecord, refusal } from "../../wire.ts";
import type { Question } from "./questions.ts";

export type Chained = {
  questions: readonly Question[];
  /** Carries out what the questions were about. */
  finish: () => Answer;
  /** Called when the person says no. */
  declined?: () => void;
};

export type QuestionChain = {
  /** Asks the first question that is not suppressed, or finishes at once. */
  begin(chained: Chained): Answer;
  reply(id: string, body: unknown): Answer;
  /** Finishes without a word, whatever was still to be asked: the fault of a stale id. */
  finishSilently(id: string): void;
  invalidate(): void;
  suppress(messageIds: readonly string[]): void;
  unsuppress(): void;
};

type Open = Chained & { id: string; askedAt: number };

export function createQuestionChain(of: {
  clock: Clock;
  lifetimeMs: number;
  accountId: string;
}): QuestionChain {
  const suppressed = new Set<string>();
  let open: Open | undefined;
  let counter = 0;
  const now = () => of.clock.now().getTime();

  const ask = (chained: Chained): Answer => {
    const [first, ...later] = chained.questions.filter((one) => !suppressed.has(one.messageId));
    open = undefined;
    if (first === undefined) return chained.finish();
    counter += 1;
    const id = derivedId("question", of.accountId, now(), counter);
    open = { ...chained, questions: later, id, askedAt: now() };
    const entry = {
      id,
      message: [first.message],
      isSuppressed: false,
      messageIds: [first.messageId],
      messageOptions: ["Yes", "No"],
    };
    return { status: 200, body: [entry] };
  };

  return {
    begin: ask,
    reply: (id, body) => {
      const current = open;
      if (current === undefined || current.id !== id || now() - current.askedAt > of.lifetimeMs) {
        return refusal(`reply id not found: '${id}'`, 400);
      }
      const confirmed = isRecord(body) ? body.confirmed : undefined;
      if (typeof confirmed !== "boolean") return refusal("Bad Request: confirmed must be a boolean", 400);
      if (confirmed) return ask(current);
      open = undefined;
      current.declined?.();
      return refusal("Order not confirmed ");
    },
    finishSilently: (id) => {
      const current = open;
      open = undefined;
      if (current?.id === id) current.finish();
    },
    invalidate: () => {
      open = undefined;
    },
    suppress: (messageIds) => {
      for (const one of messageIds) suppressed.add(one);
    },
    unsuppress: () => suppressed.clear(),
  };
}
