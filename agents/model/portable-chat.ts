// A chat model for any OpenAI-compatible server, over the completions endpoint. Effect: network, when called.
// LangChain's own retries, cache, streaming and tokenizer are off: the exchange retries, and its bounds are ours.
import { ChatOpenAICompletions, type OpenAIClient } from "@langchain/openai";

type Chat = OpenAIClient.Chat;
type Streaming = OpenAIClient.Chat.ChatCompletionCreateParamsStreaming;
type Once = OpenAIClient.Chat.ChatCompletionCreateParamsNonStreaming;
type Chunks = AsyncIterable<OpenAIClient.Chat.Completions.ChatCompletionChunk>;
type Completion = OpenAIClient.Chat.Completions.ChatCompletion;
type Options = Parameters<Chat["completions"]["create"]>[1];

/**
 * The library parses json_schema answers itself and throws a cut-off one away; here every answer comes back as it was
 * written, so that it can be stored, judged and repaired.
 */
class PortableChat extends ChatOpenAICompletions {
  /** `temperature` comes with each call, since some servers refuse it and the caller then goes on without. */
  override invocationParams(
    options?: this["ParsedCallOptions"],
    extra?: { streaming?: boolean },
  ): ReturnType<ChatOpenAICompletions["invocationParams"]> {
    const params = super.invocationParams(options, extra);
    const temperature = (options as { temperature?: number } | undefined)?.temperature;
    return temperature === undefined ? params : { ...params, temperature };
  }

  override completionWithRetry(request: Streaming, options?: Options): Promise<Chunks>;
  override completionWithRetry(request: Once, options?: Options): Promise<Completion>;
  override async completionWithRetry(
    request: Streaming | Once,
    options?: Options,
  ): Promise<Chunks | Completion> {
    if (request.stream) return super.completionWithRetry(request, options);
    // Makes `this.client` on first use.
    this._getClientOptions(undefined);
    return this.client.chat.completions.create(request, { signal: options?.signal ?? null, maxRetries: 0 });
  }
}

export type ChatFields = {
  baseUrl: string;
  apiKey: string | null;
  model: string;
  fetch?: typeof fetch;
};

/** One instance per endpoint and model; holds no conversation. */
export function portableChat(fields: ChatFields): ChatOpenAICompletions {
  // The library falls back to environment variables for whatever is undefined: everything is said here.
  const apiKey = fields.apiKey ?? "none";
  return new PortableChat({
    model: fields.model,
    apiKey,
    maxRetries: 0,
    streaming: false,
    __includeRawResponse: true,
    configuration: {
      baseURL: fields.baseUrl,
      apiKey,
      organization: null,
      project: null,
      ...(fields.fetch === undefined ? {} : { fetch: fields.fetch }),
    },
  });
}
