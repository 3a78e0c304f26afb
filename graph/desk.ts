// The desk: everything that server/ can ask of the graph, and everything the graph needs from outside. Types and wiring.
import type { ModelProvider } from "#agents/provider.ts";
import type { ObjectStore } from "#store/artifacts/object-store.ts";
import type { Database, Db } from "#store/database.ts";
import type { ApprovalId, ExecutionId, SymbolRunId } from "#store/model/ids.ts";
import type {
  ApprovalAnswer,
  ApprovalChannel,
  ApprovalStatus,
  ExecutionStatus,
  ForkPoint,
  RunMode,
  SymbolRunStatus,
} from "#store/model/run.ts";
import type { Clock } from "#tools/clock.ts";
import type { ExecutionRequest } from "./execution-request.ts";
import type { ForkRequest } from "./executions/fork-request.ts";
import type { GatewayRegistry } from "./gateway.ts";

/** Puts one queue job per symbol run, inside the transaction that gives the reason for it. */
export type EnqueueSymbolRuns = (tx: Db, symbolRunIds: readonly SymbolRunId[]) => Promise<void>;

export type DeskSettings = {
  /** Mode of executions on the session "main"; executions with an as-of date are always "replay". */
  mode: Exclude<RunMode, "replay">;
  /** Milliseconds that one pass of a node may take at most; agents' own model deadlines lie below it. */
  nodeDeadlineMs: number;
  /** Largest relative move of the price between question and answer that is not asked again (0.01 is 1 %). */
  approvalDriftBand: number;
  /** Hours on the machine clock after which an unanswered approval expires; null: with the session it is meant for. */
  approvalExpiryHours: number | null;
  /** Oldest acceptable newest bar: finished exchange sessions that may be missing (0: the last one must be there). */
  maxMissingSessions: number;
};

export const DEFAULT_DESK_SETTINGS: DeskSettings = {
  mode: "paper",
  nodeDeadlineMs: 300_000,
  approvalDriftBand: 0.01,
  approvalExpiryHours: null,
  maxMissingSessions: 0,
};

export type DeskDeps = {
  database: Database;
  objects: ObjectStore;
  gateways: GatewayRegistry;
  /** Asked before anything is judged or sent on a gateway session; absent: always. @throws UnavailableError `not_reconciled` */
  mayTrade?: (gatewaySession: string) => Promise<void>;
  models: ModelProvider;
  clock: Clock;
  /** A fresh random UUID. */
  newId(): string;
  enqueue: EnqueueSymbolRuns;
  settings: DeskSettings;
  /** Called at named points of every node and of the order path: tests stop a process there. */
  onStep?: (step: string) => void | Promise<void>;
};

/** What a queue job tells the desk about itself. */
export type AdvanceOptions = {
  /** Aborted by a graceful stop: the run is parked, resumable, never failed. */
  signal: AbortSignal;
  /** Attempts that the queue still has after this one; with 0 a retryable failure becomes final. */
  attemptsLeft: number;
};

/**
 * `finished`: a final status stands. `waiting`: for an approval or for the order. `parked`: stopped midway, go on later.
 * `busy`: another worker holds this thread; nothing was done. `away`: an approved order waits for its gateway to come back.
 */
export type AdvanceResult = {
  outcome: "finished" | "waiting" | "parked" | "busy" | "away";
  status: SymbolRunStatus;
};

export type StartedExecution = {
  executionId: ExecutionId;
  symbolRunIds: readonly SymbolRunId[];
  status: ExecutionStatus;
};

export type StartOptions = {
  /** The execution's own id, given by a caller that may have to ask twice. */
  id?: ExecutionId | undefined;
  /** Done in the transaction that creates the execution: what it throws, or refuses to write, starts nothing. */
  within?: (tx: Db, executionId: ExecutionId) => Promise<void>;
};

export type AnswerInput = {
  approvalId: ApprovalId;
  answer: ApprovalAnswer;
  /** Who answered, as shown later ("web session", a user name). */
  who: string;
  channel: ApprovalChannel;
};

export type Desk = {
  /**
   * Creates an execution with one queued symbol run and one job each, in one transaction. Under an `id` that was
   * started before it starts nothing and answers what was.
   * @throws InputError (field named, also of a prompt that the workflow names), NotFoundError for an unknown strategy.
   */
  startExecution(request: ExecutionRequest, options?: StartOptions): Promise<StartedExecution>;
  /**
   * The idempotent body of the queue job "symbol-run": starts, goes on, resumes or finds nothing to do.
   * @throws only retryable errors, and only while attempts are left.
   */
  advance(symbolRunId: SymbolRunId, options: AdvanceOptions): Promise<AdvanceResult>;
  /**
   * Records a person's answer once and queues the run.
   * @throws NotFoundError; ConflictError with the approval's state when it is not pending; InputError for a bad edit.
   */
  answerApproval(input: AnswerInput): Promise<{ approvalId: ApprovalId; status: ApprovalStatus }>;
  /** Expires what is overdue on its own clock and queues those runs; returns how many. */
  expireApprovals(): Promise<number>;
  /** Queues only the failed symbol runs of an execution again; each goes on at the node that failed. */
  retryFailed(executionId: ExecutionId): Promise<readonly SymbolRunId[]>;
  /** Queues every unfinished run that no job may know of any more (called once at start). Returns how many. */
  requeueUnfinished(): Promise<number>;
  /** Deletes superseded checkpoints of finished threads; keeps the newest of each. Returns rows removed. */
  pruneCheckpoints(): Promise<number>;
  /**
   * A dry run of a past symbol run under a new id, with other prompts or models if asked; it can never send an order.
   * @throws InputError (field named), NotFoundError, ConflictError when the run never got that far
   */
  forkRun(symbolRunId: SymbolRunId, request: ForkRequest, options?: ForkOptions): Promise<StartedFork>;
};

export type ForkOptions = Pick<StartOptions, "id">;

export type StartedFork = { executionId: ExecutionId; symbolRunId: SymbolRunId; fromNode: ForkPoint };
