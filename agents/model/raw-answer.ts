// An answer as it came back, before anybody judges it: out of LangChain's result, into the record and back. Pure.
import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import type { LLMResult } from "@langchain/core/outputs";
import type { StoredToolCall, StructuredMethod } from "#store/model/llm-call.ts";
import { storable } from "./answer-text.ts";
import { storedToolCalls, textOf } from "./stored-messages.ts";

/** What came back: `text` is the answer's text, `toolCalls` what it asked for, `refusal` its own no. */
export type RawAnswer = {
  text: string;
  toolCalls: StoredToolCall[];
  finishReason: string | null;
  refusal: string | null;
  /** False when the server answered without a single choice. */
  present: boolean;
};

export type Tokens = { input: number; output: number };

/** The first choice of a result. */
export function answerOf(result: LLMResult): RawAnswer {
  const generation = result.generations[0]?.[0];
  const message =
    generation !== undefined && "message" in generation ? (generation.message as BaseMessage) : undefined;
  if (generation === undefined || message === undefined) {
    return { text: "", toolCalls: [], finishReason: null, refusal: null, present: false };
  }
  const finishReason: unknown = generation.generationInfo?.finish_reason;
  return {
    text: storable(textOf(message.content)),
    toolCalls: AIMessage.isInstance(message) ? storedToolCalls(message).map(storableCall) : [],
    finishReason: typeof finishReason === "string" ? finishReason : null,
    refusal: refusalOf(message),
    present: true,
  };
}

function refusalOf(message: BaseMessage): string | null {
  const raw: unknown = message.additional_kwargs.__raw_response;
  const choices =
    raw !== null && typeof raw === "object" && "choices" in raw && Array.isArray(raw.choices)
      ? raw.choices
      : [];
  const refusal: unknown = choices[0]?.message?.refusal;
  return typeof refusal === "string" && refusal !== "" ? storable(refusal) : null;
}

function storableCall({ id, name, arguments: text }: StoredToolCall): StoredToolCall {
  return { id: storable(id), name: storable(name), arguments: storable(text) };
}

/** As the server counts them; 0 where it counts none. */
export function tokensOf(result: LLMResult): Tokens {
  const usage: unknown = result.llmOutput?.tokenUsage;
  const count = (field: string) => {
    const value =
      usage !== null && typeof usage === "object" ? (usage as Record<string, unknown>)[field] : undefined;
    return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : 0;
  };
  return { input: count("promptTokens"), output: count("completionTokens") };
}

/** Tool turns keep text and calls as JSON; other answers keep the text, or the arguments of the one call. */
export function rawTextOf(answer: RawAnswer, method: StructuredMethod): string {
  if (method === "tools") return JSON.stringify({ text: answer.text, toolCalls: answer.toolCalls });
  return answer.text !== "" ? answer.text : (answer.toolCalls[0]?.arguments ?? answer.refusal ?? "");
}

/** The answer again, from what `rawTextOf` kept. */
export function fromRawText(raw: string, method: StructuredMethod): RawAnswer {
  const base: RawAnswer = { text: raw, toolCalls: [], finishReason: null, refusal: null, present: true };
  return method === "tools" ? { ...base, ...(JSON.parse(raw) as Partial<RawAnswer>) } : base;
}
