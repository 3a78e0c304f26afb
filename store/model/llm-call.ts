// One exchange with a model as it is stored: what was sent, what came back, what it cost. Pure.
// Images are kept by hash (the picture itself is an artifact); keys and headers never get here.
import { z } from "zod";
import { LlmCallId, PromptVersionId, SymbolRunId } from "./ids.ts";
import { DecimalString } from "./money.ts";
import { AgentStage } from "./run.ts";

/** SHA-256 as 64 lower-case hex digits. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
export type Sha256 = z.infer<typeof Sha256>;

export const StoredMessagePart = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  /** Hash of the decoded image bytes: equals the chart artifact's content hash. */
  z.object({ type: z.literal("image"), sha256: Sha256, mediaType: z.string() }),
]);
export type StoredMessagePart = z.infer<typeof StoredMessagePart>;

/** A tool call as the model asked for it; `arguments` is the JSON text it wrote. */
export const StoredToolCall = z.object({ id: z.string(), name: z.string(), arguments: z.string() });
export type StoredToolCall = z.infer<typeof StoredToolCall>;

export const StoredMessage = z.object({
  role: z.enum(["system", "user", "assistant", "tool"]),
  parts: z.array(StoredMessagePart),
  /** Only with role "assistant". */
  toolCalls: z.array(StoredToolCall),
  /** The call that a message of role "tool" answers; null otherwise. */
  toolCallId: z.string().nullable(),
});
export type StoredMessage = z.infer<typeof StoredMessage>;

/** How the schema was put to the model, from the strictest rung down; "tools" is a turn of the tool loop. */
export const StructuredMethod = z.enum(["json_schema", "tool_call", "json_object", "plain", "tools"]);
export type StructuredMethod = z.infer<typeof StructuredMethod>;

/** ok: the answer was usable; invalid: an answer came, but broke the schema or the grounding; failed: none came. */
export const LlmCallStatus = z.enum(["ok", "invalid", "failed"]);
export type LlmCallStatus = z.infer<typeof LlmCallStatus>;

export const LlmCallRecord = z.object({
  id: LlmCallId,
  symbolRunId: SymbolRunId,
  stage: AgentStage,
  /** Which pass of the graph through this node, from 0; a revision is a visit of its own. */
  visit: z.number().int().nonnegative(),
  /**
   * Exchange within one try of the node, from 1: rungs of the ladder, retries, tool turns and repairs count up.
   * It starts over when the node itself is tried again, so it is an order, not a key.
   */
  attempt: z.number().int().positive(),
  /** Null when the template was not saved as a version (tests, one-off experiments). */
  promptVersionId: PromptVersionId.nullable(),
  promptContentHash: Sha256,
  /** Model name as sent, or "offline-analyst". */
  model: z.string().min(1),
  /** Host and port of the server, or "offline": never a path, a query or a key. */
  endpoint: z.string().min(1),
  method: StructuredMethod,
  /** Over the canonical request body, image hashes included: equal requests have equal hashes. */
  requestHash: Sha256,
  messages: z.array(StoredMessage),
  /** The answer's text, or the arguments of its tool call; null when none came. */
  rawAnswer: z.string().nullable(),
  /** The answer after the schema; null unless status is ok. */
  parsed: z.unknown(),
  status: LlmCallStatus,
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** As the server reports them; 0 when it reports none, and for the offline analyst, which calls no model. */
  inputTokens: z.number().int().nonnegative(),
  outputTokens: z.number().int().nonnegative(),
  /** US dollars; null when no price is known for the model. The offline analyst costs 0. */
  costUsd: DecimalString.nullable(),
  /** Milliseconds on the monotonic clock, retries and waits included. */
  latencyMs: z.number().nonnegative(),
});
export type LlmCallRecord = z.infer<typeof LlmCallRecord>;
