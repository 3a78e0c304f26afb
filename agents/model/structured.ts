// Schema-checked answers from any server: the ladder of ways to ask, one repair per kind of fault, then failure.
// Effects: those of the exchange. There is no default answer: this returns what a model said, or throws.
import { AIMessage, type BaseMessage, HumanMessage } from "@langchain/core/messages";
import { z } from "zod";
import { ModelError } from "#store/model/errors.ts";
import type { LlmCallId } from "#store/model/ids.ts";
import { type JsonSchema, strictSchema } from "./answer-schema.ts";
import { findJson } from "./answer-text.ts";
import { exchange, type Judged, type Judgement, type Session, sessionFacts } from "./exchange.ts";
import { toModelError } from "./failure.ts";
import { LADDER, type LadderRung } from "./ladder-memory.ts";
import type { RawAnswer } from "./raw-answer.ts";

/** What is wrong with an answer that fits the schema: said to the model for its one repair, then the error's code. */
export type Objection = { code: string; message: string };

/** Either the objection, or what was learned while there was none: it comes back with the answer. */
export type Assessment<C> = { objection: Objection } | { objection: null; checked: C };

export type StructuredTask<T, C> = {
  messages: readonly BaseMessage[];
  /** Nullable, never optional, fields: strict decoders want every key. */
  schema: z.ZodType<T>;
  /** Name of the schema as the server sees it, [a-z_]+. */
  name: string;
  /** Checks the schema cannot express. */
  assess(value: T): Assessment<C>;
};

type Accepted<T, C> = { value: T; checked: C };
export type StructuredAnswer<T, C> = Accepted<T, C> & { llmCallId: LlmCallId };

/** Codes that no repeated question can mend. */
const FINAL_CODES = ["model_refused", "model_empty_answer"];
const QUOTED_BACK = 6_000;

/**
 * @throws ModelError `model_invalid_answer`, `model_refused`, `model_empty_answer`, a code of an objection, or a failure
 * of the call itself; `facts` tell stage, model, endpoint and attempts.
 */
export async function answerStructured<T, C>(
  session: Session,
  task: StructuredTask<T, C>,
): Promise<StructuredAnswer<T, C>> {
  const { memory } = session.model;
  const schema = strictSchema(task.schema);
  const repaired = new Set<string>();
  let rung = memory.rung;
  let messages = task.messages;
  for (;;) {
    const method = LADDER[rung] ?? "plain";
    const options = {
      ...methodOptions(method, { name: task.name, schema }),
      ...(memory.temperature ? { temperature: 0 } : {}),
    };
    const outcome = await exchange(
      session,
      { method, messages: withSchemaText(messages, { method, schema }), options },
      (answer) => judge(answer, task),
    );
    if ("rejected" in outcome) {
      if (memory.temperature && /temperature/i.test(outcome.rejected.message)) memory.temperature = false;
      else if (rung < LADDER.length - 1) rung += 1;
      else throw toModelError(outcome.rejected, sessionFacts(session));
      continue;
    }
    const { judgement, llmCallId } = outcome;
    if (judgement.status === "ok") {
      memory.rung = rung;
      return { ...judgement.value, llmCallId };
    }
    if (FINAL_CODES.includes(judgement.code)) throw invalid(session, judgement);
    if (judgement.unreadable && rung < LADDER.length - 1) rung += 1;
    else if (repaired.has(judgement.code)) throw invalid(session, judgement);
    else {
      repaired.add(judgement.code);
      messages = repairMessages(task.messages, outcome, judgement.message);
    }
  }
}

function judge<T, C>(answer: RawAnswer, task: StructuredTask<T, C>): Judgement<Accepted<T, C>> {
  const call = answer.toolCalls.find((candidate) => candidate.name === task.name);
  const found = findJson(call?.arguments ?? answer.text);
  if (found.kind !== "value") {
    const cut = answer.finishReason === "length" ? " (cut off at the length limit)" : "";
    const message =
      found.kind === "none" ? "the answer holds no JSON object" : "the JSON object does not parse";
    return invalidAnswer(message + cut, found.kind === "none");
  }
  const parsed = task.schema.safeParse(found.value);
  if (!parsed.success) {
    return invalidAnswer(`the answer does not fit the schema:\n${z.prettifyError(parsed.error)}`, false);
  }
  const assessed = task.assess(parsed.data);
  if (assessed.objection !== null) return { status: "invalid", ...assessed.objection, unreadable: false };
  return { status: "ok", value: { value: parsed.data, checked: assessed.checked }, parsed: parsed.data };
}

function invalidAnswer(message: string, unreadable: boolean): Judgement<never> {
  return { status: "invalid", code: "model_invalid_answer", message, unreadable };
}

function methodOptions(
  method: LadderRung,
  { name, schema }: { name: string; schema: JsonSchema },
): Record<string, unknown> {
  if (method === "json_schema") {
    return { response_format: { type: "json_schema", json_schema: { name, strict: true, schema } } };
  }
  if (method === "tool_call") {
    const description = "Gives the final answer.";
    return {
      tools: [{ type: "function", function: { name, description, parameters: schema } }],
      tool_choice: "required",
    };
  }
  return method === "json_object" ? { response_format: { type: "json_object" } } : {};
}

/** The lower rungs have the schema in the text only; it joins the last message, since some servers want turns to alternate. */
function withSchemaText(
  messages: readonly BaseMessage[],
  { method, schema }: { method: LadderRung; schema: JsonSchema },
): BaseMessage[] {
  if (method === "json_schema" || method === "tool_call") return [...messages];
  const text = `Answer with one JSON object and nothing else. It must fit this JSON Schema:\n${JSON.stringify(schema)}`;
  return withText(messages, text);
}

/** The messages with `text` added to the last one, which must be the user's. */
export function withText(messages: readonly BaseMessage[], text: string): BaseMessage[] {
  const last = messages.at(-1);
  if (last === undefined) return [new HumanMessage(text)];
  const parts =
    typeof last.content === "string" ? [{ type: "text" as const, text: last.content }] : last.content;
  return [
    ...messages.slice(0, -1),
    new HumanMessage({ content: [...parts, { type: "text" as const, text: `\n\n${text}` }] }),
  ];
}

function repairMessages<T>(asked: readonly BaseMessage[], outcome: Judged<T>, fault: string): BaseMessage[] {
  const { answer } = outcome;
  const said = answer.toolCalls[0]?.arguments ?? answer.text;
  return [
    ...asked,
    new AIMessage(said === "" ? "(empty answer)" : said.slice(0, QUOTED_BACK)),
    new HumanMessage(
      `That answer cannot be used: ${fault}\n\nGive the whole answer again, corrected. Change nothing else.`,
    ),
  ];
}

function invalid(session: Session, fault: { code: string; message: string }): ModelError {
  return new ModelError(fault.code, fault.message, { facts: sessionFacts(session) });
}
