// What was learned about one endpoint and model: held by the provider, shared by all its calls. Mutable on purpose.

export const LADDER = ["json_schema", "tool_call", "json_object", "plain"] as const;
export type LadderRung = (typeof LADDER)[number];

export type LadderMemory = {
  /** Index in LADDER where the next question starts: the highest rung that is known to work, or untried. */
  rung: number;
  /** False once the server has refused `temperature` (reasoning models do). */
  temperature: boolean;
  /** False once the server has refused tools in a tool turn. */
  tools: boolean;
};

export function newLadderMemory(): LadderMemory {
  return { rung: 0, temperature: true, tools: true };
}
