// What every agent is given besides its subject: model, prompt, bounds, and where its calls are recorded. Types only.

import type { PromptTemplate } from "#prompts/template.ts";
import type { LlmCallId, PromptVersionId, SymbolRunId } from "#store/model/ids.ts";
import type { LlmCallRecord, Sha256 } from "#store/model/llm-call.ts";
import type { Clock } from "#tools/clock.ts";
import type { ModelProvider } from "./provider.ts";
import type { AgentTool } from "./tool-loop.ts";

/** An earlier answer to an equal request: used instead of asking again, and not recorded a second time. */
export type StoredAnswer = { llmCallId: LlmCallId; rawAnswer: string };

export type AgentContext = {
  provider: ModelProvider;
  template: PromptTemplate;
  /** The template's stored version; null when it was not saved (tests, experiments). */
  promptVersionId: PromptVersionId | null;
  /** Model name for this stage; null takes the provider's choice. */
  modelOverride: string | null;
  symbolRunId: SymbolRunId;
  /** Pass of the graph through this node, from 0. */
  visit: number;
  /** Bound on tool calls of the executor; 0 switches the tools off. */
  maxToolCalls: number;
  tools: readonly AgentTool[];
  clock: Clock;
  signal: AbortSignal;
  /** A new id for each call; `key` is stage, visit and attempt. Must differ when a node is tried again. */
  newCallId(key: string): LlmCallId;
  /** Awaited after every exchange, failed ones included, before its answer is used. */
  onCall(record: LlmCallRecord): Promise<void>;
  /** The usable stored answer to an equal request (status ok), if there is one. */
  answered?(requestHash: Sha256): Promise<StoredAnswer | null>;
};
