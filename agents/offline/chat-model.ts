// The offline analyst as a chat model: rules instead of a model, behind the same interface. Pure: no network, no state.
// It counts no tokens and costs nothing, because no model is called; no estimate is put in their place.
import type { BaseLanguageModelInput } from "@langchain/core/language_models/base";
import {
  BaseChatModel,
  type BaseChatModelCallOptions,
  type BindToolsInput,
} from "@langchain/core/language_models/chat_models";
import { AIMessageChunk, type BaseMessage } from "@langchain/core/messages";
import type { ChatResult } from "@langchain/core/outputs";
import type { Runnable } from "@langchain/core/runnables";
import { textOf } from "../model/stored-messages.ts";
import { offlineAnswer } from "./answer.ts";

/** Its name wherever a model's name stands: records, pages, JSON. */
export const OFFLINE_ANALYST = "offline-analyst";

type Options = BaseChatModelCallOptions & { tools?: unknown };

export class OfflineAnalyst extends BaseChatModel<Options> {
  constructor() {
    super({ maxRetries: 0, disableStreaming: true });
  }

  override _llmType(): string {
    return OFFLINE_ANALYST;
  }

  /** A bound tool is taken for the answer's form: the rules have no use for any other. */
  override bindTools(
    tools: BindToolsInput[],
    options?: Partial<Options>,
  ): Runnable<BaseLanguageModelInput, AIMessageChunk, Options> {
    return this.withConfig({ ...options, tools } as Partial<Options>);
  }

  override async _generate(messages: BaseMessage[], options: this["ParsedCallOptions"]): Promise<ChatResult> {
    options.signal?.throwIfAborted();
    const answer = offlineAnswer(messages.map((message) => textOf(message.content)).join("\n\n"));
    const tool = toolName(options.tools);
    const content = tool === undefined ? JSON.stringify(answer) : "";
    const calls =
      tool === undefined ? [] : [{ id: "offline", name: tool, args: JSON.stringify(answer), index: 0 }];
    const message = new AIMessageChunk({
      content,
      tool_call_chunks: calls.map((call) => ({ ...call, type: "tool_call_chunk" as const })),
    });
    return {
      generations: [{ text: content, message, generationInfo: { finish_reason: "stop" } }],
      llmOutput: { tokenUsage: { promptTokens: 0, completionTokens: 0, totalTokens: 0 } },
    };
  }
}

function toolName(tools: unknown): string | undefined {
  const first: unknown = Array.isArray(tools) ? tools[0] : undefined;
  if (first === null || typeof first !== "object") return undefined;
  const named = "function" in first ? first.function : first;
  return named !== null && typeof named === "object" && "name" in named && typeof named.name === "string"
    ? named.name
    : undefined;
}
