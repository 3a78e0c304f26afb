// What the builder and the list of workflows show. Types only; values are what stands in the form's fields.
import type { Timeframe } from "#store/model/bar.ts";
import type { AgentStage } from "#store/model/run.ts";
import type { WorkflowDefinition } from "#store/model/workflow/definition.ts";
import type { WorkflowStep } from "#store/model/workflow/steps.ts";
import type { WorkflowTemplate } from "#store/model/workflow/templates.ts";
import type { Faults } from "../parts/form.tsx";
import type { HistoryModel, KeptExecution, ReviewModel } from "../strategies/model.ts";

export type ChartValues = {
  on: boolean;
  barsShown: string;
  barsLoaded: string;
  indicators: readonly string[];
};
export type AgentValues = { model: string; promptVersionId: string; maxToolCalls: string };

export type BuilderValues = {
  name: string;
  charts: Readonly<Record<Timeframe, ChartValues>>;
  agents: Readonly<Record<AgentStage, AgentValues>>;
  maxRevisions: string;
  orders: string;
};

export type PromptChoice = { id: string; stage: AgentStage; version: string; active: boolean };

export type BuilderModel = {
  /** The stored version that stands in the form; null: a new workflow. */
  stored: { id: string; name: string; version: number; newest: number } | null;
  /** What a new workflow begins with, such as "the template Two indicators". */
  origin: string | null;
  values: BuilderValues;
  faults: Faults;
  choices: { prompts: readonly PromptChoice[]; models: readonly string[] };
  /** In words: what answers where no model is named. */
  deskModel: { text: string; offline: boolean };
  /** Of what stands in the form; null while it has faults. */
  steps: readonly WorkflowStep[] | null;
  review: ReviewModel;
  history: HistoryModel;
  /** Strategies that may use it, and whether they use this very version. */
  strategies: readonly { id: string; name: string; active: boolean; uses: number | null }[];
  kept: readonly KeptExecution[];
};

export type WorkflowLine = {
  id: string;
  name: string;
  version: number;
  createdAt: string;
  definition: WorkflowDefinition;
  strategies: readonly { id: string; name: string; version: number }[];
};

export type WorkflowsModel = { rows: readonly WorkflowLine[]; templates: readonly WorkflowTemplate[] };
