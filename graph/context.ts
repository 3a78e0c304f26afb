// What one pass of a symbol run carries through its nodes besides the state: rows, gateway, stop signal, scratch.
// Never persisted: a pass that goes on after a crash builds its own. Types, and how a node gets at it.
import type { DecisionRow } from "#store/agents/decisions.ts";
import type { PromptVersionRow } from "#store/agents/prompts.ts";
import type { ReportRow } from "#store/agents/reports.ts";
import type { Bar, Timeframe } from "#store/model/bar.ts";
import { InvariantError } from "#store/model/errors.ts";
import type { AccountId, DecisionId, ExecutionId, Instant, SymbolRunId, Ticker } from "#store/model/ids.ts";
import type { Instrument } from "#store/model/instrument.ts";
import type { AgentStage, ApprovalPolicy, ForkSettings, RunMode } from "#store/model/run.ts";
import type { StrategyParameters, WorkflowDefinition } from "#store/model/strategy.ts";
import type { Gateway } from "./gateway.ts";
import type { Prepared } from "./market/prepared.ts";

/** The rows that a symbol run stands on, as they were when the pass began. */
export type RunSubject = {
  symbolRunId: SymbolRunId;
  executionId: ExecutionId;
  symbol: Ticker;
  mode: RunMode;
  gatewaySession: string;
  accountId: AccountId | null;
  asOf: Instant;
  approval: ApprovalPolicy;
  /** A dry run can never send an order. */
  dryRun: boolean;
  /** What a fork does otherwise than its source (null: it was removed); null when the run is no fork. */
  fork: (ForkSettings & { source: SymbolRunId | null }) | null;
  parameters: StrategyParameters;
  workflow: WorkflowDefinition;
};

/** Saves a later node of the same pass from loading again what an earlier one just had in hand. */
export type Scratch = {
  instrument?: Instrument;
  bars: Partial<Record<Timeframe, readonly Bar[]>>;
  prepared: Partial<Record<Timeframe, Prepared>>;
  png: Partial<Record<Timeframe, Uint8Array>>;
  /** The prompts in use when the pass first needed one. */
  prompts?: Promise<ReadonlyMap<AgentStage, PromptVersionRow>>;
  /** Rows that never change, by id. */
  reports: Map<string, ReportRow>;
  decisions: Map<DecisionId, DecisionRow>;
};

export type RunContext = {
  subject: RunSubject;
  /** Aborted when the desk stops: the run is parked between or within nodes. */
  signal: AbortSignal;
  /** Before anything goes forward. @throws what kept the thread's last checkpoint from being stored */
  requireSaved(): void;
  /** The gateway of this run's session, opened at first use. */
  gateway(): Promise<Gateway>;
  scratch: Scratch;
};

export function newScratch(): Scratch {
  return { bars: {}, prepared: {}, png: {}, reports: new Map(), decisions: new Map() };
}

/** The context that `advance` put into the graph's configuration. */
export function contextOf(config: { context?: unknown }): RunContext {
  const context = config.context as { run?: RunContext } | undefined;
  if (context?.run === undefined) throw new InvariantError("a node runs without the context of its run");
  return context.run;
}
