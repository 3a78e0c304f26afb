// Which model the agents speak to: any OpenAI-compatible server, or the offline analyst. Effects: none until a call.
import { createModelProvider, type ModelEndpoint, type ModelProvider } from "#agents/provider.ts";
import type { AgentStage } from "#store/model/run.ts";
import type { Config } from "../config/config.ts";

/** The provider of this configuration. Per-stage models live on the same server under another name. */
export function composeModels(config: Config): ModelProvider {
  const endpoint = endpointOf(config, null);
  const perStage = Object.fromEntries(
    Object.entries(config.models.perStage).map(([stage, model]) => [stage, endpointOf(config, model)]),
  ) as Partial<Record<AgentStage, ModelEndpoint>>;
  return createModelProvider({ endpoint, prices: config.models.prices, perStage });
}

function endpointOf(config: Config, model: string | null): ModelEndpoint {
  if (config.model === null) return { kind: "offline" };
  return {
    kind: "openai",
    baseUrl: config.model.baseUrl,
    apiKey: config.model.apiKey,
    model: model ?? config.model.name,
    timeoutMs: config.models.timeoutMs,
    maxRetries: config.models.maxRetries,
  };
}

/** In words, for the start's lines and the settings page. */
export function describeModels(config: Config, provider: ModelProvider): string {
  return config.model === null ? "offline analyst, no LLM configured" : provider.describe();
}
