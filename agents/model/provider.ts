// Which chat model serves a stage, under which name and price. Effects: none until a model is called.
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { DecimalString } from "#store/model/money.ts";
import type { AgentStage } from "#store/model/run.ts";

/** US dollars per million tokens. */
export type ModelPrice = { inputPerMillion: DecimalString; outputPerMillion: DecimalString };
/** By model name as sent to the server. */
export type PriceTable = Readonly<Record<string, ModelPrice>>;

export type OpenAiEndpoint = {
  kind: "openai";
  /** Such as http://127.0.0.1:8080/v1 */
  baseUrl: string;
  /** Null for servers that want none. */
  apiKey: string | null;
  model: string;
  /** Deadline of one call in milliseconds. */
  timeoutMs: number;
  /** Further tries of one call after 429, 5xx or a time-out. */
  maxRetries: number;
  /** First wait before another try in milliseconds, doubled each time; default 500. */
  retryDelayMs?: number;
  /** Longest wait that a server's Retry-After may ask for, in milliseconds; default 30,000. Longer fails the call. */
  maxRetryWaitMs?: number;
};

/** `offline` is the built-in rule set: no network, no key, no model. */
export type ModelEndpoint = { kind: "offline" } | OpenAiEndpoint;

export type ProviderSettings = {
  endpoint: ModelEndpoint;
  prices: PriceTable;
  /** Other endpoint for single stages. */
  perStage?: Partial<Record<AgentStage, ModelEndpoint>>;
  /** Replaces the global fetch: recording and replay of evaluations. */
  fetch?: typeof fetch;
};

/** A model ready for calls. */
export type StageModel = {
  name: string;
  /** Host and port, or "offline". */
  host: string;
  chat: BaseChatModel;
};

export type ModelProvider = {
  /** What the desk says it runs on: "offline-analyst", or model and host. */
  describe(): string;
  modelFor(stage: AgentStage, override?: string | null): StageModel;
};
