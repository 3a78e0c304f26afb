// What an agent gets besides its subject: the prompt in use, the model, its bounds, and where its calls are recorded.
// Effects: database. Invariant: every exchange is stored before its answer is used.
import type { AgentContext } from "#agents/context.ts";
import { type PromptTemplate, parsePromptTemplate } from "#prompts/template.ts";
import { answeredCall, recordLlmCall } from "#store/agents/llm-calls.ts";
import type { LlmCallId, SymbolRunId } from "#store/model/ids.ts";
import type { AgentStage } from "#store/model/run.ts";
import { chartOf } from "#store/model/workflow/definition.ts";
import { type AgentTool, readOnlyTools } from "#tools/catalog.ts";
import type { DeskDeps } from "../desk.ts";
import { chartSetting, prepare } from "../market/prepared.ts";
import type { NodeStep } from "../node.ts";
import { made } from "../state.ts";
import { modelInUse, promptInUse } from "./prompt-in-use.ts";

// Few: one per prompt version in use; a template is parsed once per process.
const parsed = new Map<string, PromptTemplate>();
const MOST_PARSED = 100;

/** The read-only tools over the run's own bars, daily where it has a daily chart, where the workflow lets the stage call any. */
async function toolsFor(deps: DeskDeps, step: NodeStep, stage: AgentStage): Promise<AgentTool[]> {
  const { run, state } = step;
  if ((run.subject.workflow.agents[stage]?.maxToolCalls ?? 0) === 0) return [];
  const market = made(state.market, "market");
  const timeframe = chartOf(run.subject.workflow, "daily") === null ? "weekly" : "daily";
  const { bars, table } = await prepare(deps, { run, market, timeframe });
  const { indicators } = chartSetting(run, timeframe);
  return readOnlyTools({ bars, table, timeframe, indicators });
}

/** @throws ConflictError `no_prompt` when the stage has no prompt version in use */
export async function agentContext(deps: DeskDeps, step: NodeStep, stage: AgentStage): Promise<AgentContext> {
  const { db } = deps.database;
  const { symbolRunId, workflow } = step.run.subject;
  const prompt = await promptInUse(deps, step.run, stage);
  const setting = workflow.agents[stage];
  const lookedIn = runsWithAnswers(step, stage);
  const answered: AgentContext["answered"] = async (requestHash) => {
    for (const id of lookedIn) {
      const call = await answeredCall(db, { symbolRunId: id, requestHash });
      if (call !== null && call.rawAnswer !== null) return { llmCallId: call.id, rawAnswer: call.rawAnswer };
    }
    return null;
  };
  return {
    provider: deps.models,
    template: templateOf(prompt),
    promptVersionId: prompt.id,
    modelOverride: modelInUse(step.run, stage),
    symbolRunId,
    visit: step.visit,
    maxToolCalls: setting?.maxToolCalls ?? 0,
    tools: stage === "decision" ? await toolsFor(deps, step, stage) : [],
    clock: deps.clock,
    signal: step.signal,
    newCallId: () => deps.newId() as LlmCallId,
    onCall: async (record) => {
      await recordLlmCall(db, record);
    },
    ...(lookedIn.length > 0 ? { answered } : {}),
  };
}

/**
 * Where an equal request may have been answered: in its own run, but for the first try of a first visit; and in the source
 * of a fork, for stages that it does not try anew. So a comparison differs only by what was changed, and pays only for that.
 */
function runsWithAnswers(step: NodeStep, stage: AgentStage): SymbolRunId[] {
  const { symbolRunId, fork } = step.run.subject;
  const own = step.attempt > 1 || step.visit > 0 ? [symbolRunId] : [];
  const source =
    fork === null || fork.chosen.length === 0 || fork.chosen.includes(stage) ? null : fork.source;
  return source === null ? own : [...own, source];
}

function templateOf(prompt: { contentHash: string; template: string }): PromptTemplate {
  const known = parsed.get(prompt.contentHash);
  if (known !== undefined) return known;
  if (parsed.size >= MOST_PARSED) parsed.clear();
  const template = parsePromptTemplate(prompt.template);
  parsed.set(prompt.contentHash, template);
  return template;
}
