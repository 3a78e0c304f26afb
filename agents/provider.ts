// Which chat model serves a stage, under which name, price and bounds. Effects: none until a model is called.
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { InputError } from "#store/model/errors.ts";
import type { DecimalString } from "#store/model/money.ts";
import type { AgentStage } from "#store/model/run.ts";
import { type CallFailure, withoutSecret } from "./model/failure.ts";
import { type LadderMemory, newLadderMemory } from "./model/ladder-memory.ts";
import { portableChat } from "./model/portable-chat.ts";
import type { ModelPrice, PriceTable } from "./model/prices.ts";
import { OFFLINE_ANALYST, OfflineAnalyst } from "./offline/chat-model.ts";

export type { ModelPrice, PriceTable } from "./model/prices.ts";

export type OpenAiEndpoint = {
  kind: "openai";
  /** Such as http://127.0.0.1:8080/v1; user name and password in it are refused. */
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
  /** Other endpoints for single stages. */
  perStage?: Partial<Record<AgentStage, ModelEndpoint>>;
  /** Replaces the global fetch: recording and replay of evaluations. */
  fetch?: typeof fetch;
};

export type CallLimits = {
  timeoutMs: number;
  maxRetries: number;
  retryDelayMs: number;
  maxRetryWaitMs: number;
};

/** A model ready for calls. */
export type StageModel = {
  /** As sent to the server, or "offline-analyst". */
  name: string;
  /** Host and port, or "offline". */
  host: string;
  chat: BaseChatModel;
  /** Undefined when no price is known. */
  price: ModelPrice | undefined;
  limits: CallLimits;
  memory: LadderMemory;
  /** Takes the key out of what a failure says. */
  redact(failed: CallFailure): CallFailure;
};

export type ModelProvider = {
  /** What the desk says it runs on: "offline-analyst", or model and host. */
  describe(): string;
  /** @param override another model's name on the stage's endpoint; the offline analyst has no other model. */
  modelFor(stage: AgentStage, override?: string | null): StageModel;
};

const FREE: ModelPrice = { inputPerMillion: "0" as DecimalString, outputPerMillion: "0" as DecimalString };
/** The rule set needs microseconds; the deadline only bounds a bug. */
const OFFLINE_LIMITS: CallLimits = { timeoutMs: 10_000, maxRetries: 0, retryDelayMs: 0, maxRetryWaitMs: 0 };

/** @throws InputError `model_endpoint` when a base URL is not one. */
export function createModelProvider(settings: ProviderSettings): ModelProvider {
  const models = new Map<string, StageModel>();
  const endpoints = [settings.endpoint, ...Object.values(settings.perStage ?? {})];
  for (const endpoint of endpoints) hostOf(endpoint);
  const offline: StageModel = {
    name: OFFLINE_ANALYST,
    host: "offline",
    chat: new OfflineAnalyst(),
    price: FREE,
    limits: OFFLINE_LIMITS,
    memory: { ...newLadderMemory(), tools: false },
    redact: (failed) => failed,
  };
  return {
    describe: () =>
      settings.endpoint.kind === "offline"
        ? OFFLINE_ANALYST
        : `${settings.endpoint.model} at ${hostOf(settings.endpoint)}`,
    modelFor(stage, override = null) {
      const endpoint = settings.perStage?.[stage] ?? settings.endpoint;
      if (endpoint.kind === "offline") {
        if (override === null || override === OFFLINE_ANALYST) return offline;
        throw new InputError(
          "no_model_endpoint",
          `stage ${stage} asks for model ${override}, but no model server is configured`,
          { facts: { field: "model", stage, model: override } },
        );
      }
      if (override === OFFLINE_ANALYST) return offline;
      const name = override ?? endpoint.model;
      const key = JSON.stringify([endpoint.baseUrl, endpoint.timeoutMs, endpoint.maxRetries, name]);
      const known = models.get(key);
      if (known !== undefined) return known;
      const model = onlineModel(endpoint, name, settings);
      models.set(key, model);
      return model;
    },
  };
}

function onlineModel(endpoint: OpenAiEndpoint, name: string, settings: ProviderSettings): StageModel {
  const { baseUrl, apiKey, timeoutMs, maxRetries } = endpoint;
  return {
    name,
    host: hostOf(endpoint),
    chat: portableChat({
      baseUrl,
      apiKey,
      model: name,
      ...(settings.fetch ? { fetch: settings.fetch } : {}),
    }),
    price: settings.prices[name],
    limits: {
      timeoutMs,
      maxRetries,
      retryDelayMs: endpoint.retryDelayMs ?? 500,
      maxRetryWaitMs: endpoint.maxRetryWaitMs ?? 30_000,
    },
    memory: newLadderMemory(),
    redact: (failed) => withoutSecret(failed, apiKey),
  };
}

function hostOf(endpoint: ModelEndpoint): string {
  if (endpoint.kind === "offline") return "offline";
  const url = parseUrl(endpoint.baseUrl);
  if (url === null || !["http:", "https:"].includes(url.protocol) || url.username !== "") {
    throw new InputError("model_endpoint", "the model server's base URL must be http(s)://host[:port]/path", {
      facts: { field: "OPENAI_API_BASE" },
    });
  }
  return url.host;
}

function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
