// Executions, symbol runs and approvals: the words for work in hand. Pure.
import { z } from "zod";
import { PromptVersionId, VerdictId } from "./ids.ts";
import { DecimalString } from "./money.ts";

export const RunMode = z.enum(["replay", "paper", "live"]);
export type RunMode = z.infer<typeof RunMode>;

/**
 * Who asks a person: `ask` always, `auto` never (rules alone countersign), `never` nothing is ever approved (dry run),
 * `conditions` when one of the strategy's conditions holds (`askWhen`), else the rules alone.
 */
export const ApprovalPolicy = z.enum(["ask", "auto", "never", "conditions"]);
export type ApprovalPolicy = z.infer<typeof ApprovalPolicy>;

/**
 * queued → running → waiting_approval | working → done | denied | abstained | failed.
 * `working`: the order is at the broker and not yet terminal. `done`: nothing is left to do (HOLD, filled, canceled,
 * rejected by the person). `denied`: risk rules or the risk manager said no. `abstained`: agents gave no grounded opinion.
 */
export const SymbolRunStatus = z.enum([
  "queued",
  "running",
  "waiting_approval",
  "working",
  "done",
  "denied",
  "abstained",
  "failed",
]);
export type SymbolRunStatus = z.infer<typeof SymbolRunStatus>;
export const FINISHED_RUN_STATUSES = ["done", "denied", "abstained", "failed"] as const;

export const ExecutionStatus = z.enum(["running", "waiting", "finished"]);
export type ExecutionStatus = z.infer<typeof ExecutionStatus>;

export const NODE_NAMES = [
  "market_data",
  "charts",
  "technical_analyst",
  "weekly_trend",
  "executor",
  "risk_gate",
  "risk_manager",
  "approval",
  "submit_order",
  "order_working",
  "record",
] as const;
export const NodeName = z.enum(NODE_NAMES);
export type NodeName = z.infer<typeof NodeName>;

export const NodeEventKind = z.enum(["started", "finished", "waiting", "failed"]);
export type NodeEventKind = z.infer<typeof NodeEventKind>;

export const ApprovalStatus = z.enum(["pending", "approved", "edited", "rejected", "expired"]);
export type ApprovalStatus = z.infer<typeof ApprovalStatus>;

/** What a person may change: quantity down only; limit, stop and target within the rules. Null or absent: unchanged. */
export const ApprovalEdit = z.object({
  quantity: DecimalString.nullable(),
  limitPrice: DecimalString.nullable(),
  stopPrice: DecimalString.nullish(),
  targetPrice: DecimalString.nullish(),
});
export type ApprovalEdit = z.infer<typeof ApprovalEdit>;

/** A person's answer. `edit` comes with action "edit" only; `reason` is required to reject. */
export const ApprovalAnswer = z.discriminatedUnion("action", [
  z.object({ action: z.literal("approve") }),
  z.object({ action: z.literal("edit"), edit: ApprovalEdit }),
  z.object({ action: z.literal("reject"), reason: z.string().trim().min(1).max(500) }),
]);
export type ApprovalAnswer = z.infer<typeof ApprovalAnswer>;

export const ApprovalChannel = z.enum(["web", "cli", "api", "policy"]);
export type ApprovalChannel = z.infer<typeof ApprovalChannel>;

export const AGENT_STAGES = [
  "technical_analysis",
  "weekly_trend",
  "consolidation",
  "decision",
  "risk_review",
] as const;
/** One prompt template per stage. */
export const AgentStage = z.enum(AGENT_STAGES);
export type AgentStage = z.infer<typeof AgentStage>;

/** Where a fork may start: everything before it is taken over as recorded. */
export const ForkPoint = z.enum([
  "market_data",
  "charts",
  "technical_analyst",
  "weekly_trend",
  "executor",
  "risk_manager",
]);
export type ForkPoint = z.infer<typeof ForkPoint>;

/** What a fork does otherwise than the run it was made from. */
export const ForkSettings = z.strictObject({
  point: ForkPoint,
  /** Prompt version per stage, before what the workflow names and what is active. */
  prompts: z.partialRecord(AgentStage, PromptVersionId),
  /** Stages of `prompts` that somebody chose; the others are pinned to what the source used. */
  chosen: z.array(AgentStage),
  /** Model per stage, before what the workflow names. */
  models: z.partialRecord(AgentStage, z.string()),
  /** The source's verdict whose snapshot of account and market the rules see; null: both as they are at the fork. */
  snapshotOf: VerdictId.nullable(),
});
export type ForkSettings = z.infer<typeof ForkSettings>;
