// Read-only tools for agents, and the bounded loop in which a model may call them. Effects: the model's calls and the
// tools' reads. Results join the question as data, so that any server can be asked for the final answer afterwards.
import { AIMessage, type BaseMessage, ToolMessage } from "@langchain/core/messages";
import { z } from "zod";
import { blockJson, dataBlock } from "#prompts/render.ts";
import { DeskError, ModelError } from "#store/model/errors.ts";
import type { StoredToolCall } from "#store/model/llm-call.ts";
import type { AgentTool } from "#tools/catalog.ts";
import { strictSchema } from "./model/answer-schema.ts";
import { exchange, type Judgement, type Session, sessionFacts } from "./model/exchange.ts";
import type { RawAnswer } from "./model/raw-answer.ts";
import { withText } from "./model/structured.ts";

export type { AgentTool } from "#tools/catalog.ts";

type ToolResult = { tool: string; input: unknown; result: unknown };

/**
 * Lets the model call the context's tools, at most `maxToolCalls` of them, and returns the question with the results as
 * one more data block. Without tools, budget or a server that knows tools, the question comes back as it was.
 * @throws ModelError `tool_budget_exceeded` when the model asks for more calls than it may make.
 */
export async function withToolResults(
  session: Session,
  question: readonly BaseMessage[],
): Promise<readonly BaseMessage[]> {
  const { ctx, model } = session;
  if (ctx.maxToolCalls === 0 || ctx.tools.length === 0 || !model.memory.tools) return question;
  const results: ToolResult[] = [];
  const told = `You may call the tools, ${ctx.maxToolCalls} calls at most. Call none when you need none, and then answer "ready".`;
  const conversation = withText(question, told);
  const definitions = ctx.tools.map(definitionOf);
  for (;;) {
    const options = { tools: definitions, ...(model.memory.temperature ? { temperature: 0 } : {}) };
    const outcome = await exchange(session, { method: "tools", messages: conversation, options }, readTurn);
    if ("rejected" in outcome) {
      if (model.memory.temperature && /temperature/i.test(outcome.rejected.message)) {
        model.memory.temperature = false;
        continue;
      }
      model.memory.tools = false;
      break;
    }
    const { judgement, answer } = outcome;
    if (judgement.status === "invalid") {
      throw new ModelError(judgement.code, judgement.message, { facts: sessionFacts(session) });
    }
    const calls = judgement.value;
    if (calls.length === 0) break;
    if (results.length + calls.length > ctx.maxToolCalls) throw overBudget(session, results, calls);
    conversation.push(assistantTurn(answer));
    for (const call of calls) {
      const result = await runTool(session, call);
      results.push(result);
      conversation.push(new ToolMessage({ content: blockJson(result.result), tool_call_id: call.id }));
    }
  }
  return results.length === 0 ? question : withText(question, dataBlock("tool_results", results));
}

function readTurn(answer: RawAnswer): Judgement<StoredToolCall[]> {
  return { status: "ok", value: answer.toolCalls, parsed: { toolCalls: answer.toolCalls } };
}

function assistantTurn(answer: RawAnswer): AIMessage {
  const calls = answer.toolCalls.map((call) => ({
    id: call.id,
    name: call.name,
    args: argumentsOf(call) ?? {},
    type: "tool_call" as const,
  }));
  return new AIMessage({ content: answer.text, tool_calls: calls });
}

/** A fault of the model's making is told to the model; it costs a call like any other. */
async function runTool(session: Session, call: StoredToolCall): Promise<ToolResult> {
  const { ctx } = session;
  const input = argumentsOf(call);
  const result = (value: unknown): ToolResult => ({ tool: call.name, input: input ?? null, result: value });
  const tool = ctx.tools.find((candidate) => candidate.name === call.name);
  if (tool === undefined) return result({ error: `there is no tool ${call.name}` });
  const parsed = tool.input.safeParse(input);
  if (!parsed.success) return result({ error: z.prettifyError(parsed.error) });
  try {
    return result(await tool.run(parsed.data, ctx.signal));
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (error instanceof DeskError && !error.retryable) return result({ error: error.message });
    throw error;
  }
}

function argumentsOf(call: StoredToolCall): unknown {
  try {
    return JSON.parse(call.arguments);
  } catch {
    return undefined;
  }
}

function definitionOf(tool: AgentTool) {
  const { name, description, input } = tool;
  return { type: "function" as const, function: { name, description, parameters: strictSchema(input) } };
}

function overBudget(session: Session, results: ToolResult[], calls: StoredToolCall[]): ModelError {
  const { maxToolCalls } = session.ctx;
  return new ModelError(
    "tool_budget_exceeded",
    `the model asked for ${results.length + calls.length} tool calls, the bound is ${maxToolCalls}`,
    { facts: { ...sessionFacts(session), maxToolCalls } },
  );
}
