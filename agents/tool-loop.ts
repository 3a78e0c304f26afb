// Read-only tools for agents, and the bounded loop in which a model may call them. Effects: the model's calls only.
import type { z } from "zod";

/** A tool an agent may call: read-only, its input checked by zod before `run` sees it. The result is data. */
export type AgentTool = {
  name: string;
  description: string;
  input: z.ZodObject;
  /** Answers with any JSON value. Gets checked input; throws InputError for what cannot be answered. */
  run(input: unknown, signal: AbortSignal): Promise<unknown>;
};
