// Shapes of API answers about executions and runs. Words and rules are those of store/model; nothing is decided here.
import { z } from "@hono/zod-openapi";
import { Timeframe } from "#store/model/bar.ts";
import {
  AccountId,
  ArtifactId,
  Conid,
  ExecutionId,
  Instant,
  StrategyId,
  SymbolRunId,
  Ticker,
  WorkflowVersionId,
} from "#store/model/ids.ts";
import { Sha256 } from "#store/model/llm-call.ts";
import { DecimalString } from "#store/model/money.ts";
import {
  ApprovalPolicy,
  ExecutionStatus,
  ForkSettings,
  NodeEventKind,
  NodeName,
  RunMode,
  SymbolRunStatus,
} from "#store/model/run.ts";
import { StrategyParameters } from "#store/model/strategy.ts";
import { documented } from "./api.ts";

export const ErrorRecord = z
  .object({
    code: z.string(),
    message: z.string(),
    retryable: z.boolean(),
    facts: z.record(z.string(), z.unknown()).optional(),
  })
  .openapi("ErrorRecord");

export const LlmTotals = z
  .object({
    calls: z.number().int(),
    inputTokens: z.number().int(),
    outputTokens: z.number().int(),
    costUsd: documented(DecimalString, null, "US dollars, over the calls whose price is known."),
    unpricedCalls: z.number().int().openapi({ description: "Calls whose price is not known." }),
  })
  .openapi("LlmTotals");

export const SymbolRun = z
  .object({
    id: SymbolRunId,
    executionId: ExecutionId,
    symbol: Ticker,
    ordinal: z.number().int(),
    conid: Conid.nullable(),
    status: SymbolRunStatus,
    error: ErrorRecord.nullable(),
    createdAt: Instant,
    startedAt: Instant.nullable(),
    finishedAt: Instant.nullable(),
  })
  .openapi("SymbolRun");

export const Execution = z
  .object({
    id: ExecutionId,
    strategyId: StrategyId,
    strategyVersion: z.number().int(),
    workflowVersionId: WorkflowVersionId,
    mode: RunMode,
    gatewaySession: z.string(),
    accountId: AccountId.nullable(),
    approval: ApprovalPolicy,
    asOf: documented(Instant, null, "Business time that the analysis speaks about."),
    graphVersion: z.string(),
    dryRun: z.boolean(),
    forkedFrom: SymbolRunId.nullable().openapi({
      description: "The run that this one tries again; null: no fork.",
    }),
    fork: documented(ForkSettings, "ForkSettings", "What a fork does otherwise than its source.").nullable(),
    status: ExecutionStatus,
    symbolCount: z.number().int(),
    createdAt: Instant,
    finishedAt: Instant.nullable(),
  })
  .openapi("Execution");

export const ExecutionDetail = Execution.extend({
  parameters: documented(
    StrategyParameters,
    "StrategyParameters",
    "Copy of the strategy's parameters at the start.",
  ),
  runs: z.array(SymbolRun),
  llm: LlmTotals,
}).openapi("ExecutionDetail");

export const NodeEvent = z
  .object({
    id: z.number().int(),
    symbolRunId: SymbolRunId,
    node: NodeName,
    visit: z.number().int(),
    attempt: z.number().int(),
    kind: NodeEventKind,
    output: z.unknown().nullable(),
    error: ErrorRecord.nullable(),
    durationMs: z.number().int().nullable(),
    at: Instant,
  })
  .openapi("NodeEvent");

export const Artifact = z
  .object({
    id: ArtifactId,
    symbolRunId: SymbolRunId,
    kind: z.enum(["chart_png", "chart_spec", "market_data"]),
    timeframe: Timeframe.nullable(),
    mediaType: z.string(),
    sha256: Sha256,
    byteLength: z.number().int(),
    marketDataId: ArtifactId.nullable(),
    createdAt: Instant,
  })
  .openapi("Artifact");

/** Keeps exactly the keys of a schema: rows may carry more than an answer tells. */
export function shaped<Schema extends z.ZodType>(schema: Schema, row: z.input<Schema>): z.output<Schema> {
  return schema.parse(row);
}
