// Tables of what agents were asked and what they said: prompt versions, model calls, reports, decisions. Only added to.
import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  index,
  integer,
  pgTable,
  primaryKey,
  real,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { type AnalystReport, type Consolidation, type Grounding, Signal } from "../model/decision.ts";
import type {
  ArtifactId,
  DecisionId,
  LlmCallId,
  PromptVersionId,
  SymbolRunId,
  Ticker,
} from "../model/ids.ts";
import { type LlmCallRecord, LlmCallStatus, StructuredMethod } from "../model/llm-call.ts";
import { AgentStage } from "../model/run.ts";
import { artifacts } from "./artifacts.ts";
import { aboveZero, databaseNow, decimal, facts, instant, oneOf, prose, verbatim } from "./columns.ts";
import { symbolRuns } from "./runs.ts";

export const promptVersions = pgTable(
  "prompt_versions",
  {
    id: uuid().$type<PromptVersionId>().primaryKey(),
    stage: text().$type<AgentStage>().notNull(),
    version: text().notNull(),
    template: text().notNull(),
    inputs: text().array().notNull(),
    contentHash: text("content_hash").notNull(),
    /** Who wrote it at run time; null for a template that came with the desk. */
    author: text(),
    /** What its author said of the change. */
    note: prose("note"),
    createdAt: instant("created_at").notNull().default(databaseNow),
  },
  (table) => [
    unique("prompt_versions_version").on(table.stage, table.version),
    unique("prompt_versions_content").on(table.stage, table.contentHash),
    check("prompt_versions_stage", oneOf(table.stage, AgentStage.options)),
  ],
);

/** Which version of a stage is in use; the versions themselves never change. */
export const activePrompts = pgTable("active_prompts", {
  stage: text().$type<AgentStage>().primaryKey(),
  promptVersionId: uuid("prompt_version_id")
    .$type<PromptVersionId>()
    .notNull()
    .references(() => promptVersions.id),
  updatedAt: instant("updated_at").notNull().default(databaseNow),
});

/** Who put which version into use, and when. Only added to. */
export const promptActivations = pgTable(
  "prompt_activations",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    stage: text().$type<AgentStage>().notNull(),
    promptVersionId: uuid("prompt_version_id")
      .$type<PromptVersionId>()
      .notNull()
      .references(() => promptVersions.id),
    who: text().notNull(),
    at: instant().notNull().default(databaseNow),
  },
  (table) => [
    index("prompt_activations_of_stage").on(table.stage, table.id),
    check("prompt_activations_stage", oneOf(table.stage, AgentStage.options)),
  ],
);

export const llmCalls = pgTable(
  "llm_calls",
  {
    id: uuid().$type<LlmCallId>().primaryKey(),
    symbolRunId: uuid("symbol_run_id")
      .$type<SymbolRunId>()
      .notNull()
      .references(() => symbolRuns.id, { onDelete: "cascade" }),
    stage: text().$type<AgentStage>().notNull(),
    visit: integer().notNull(),
    attempt: integer().notNull(),
    promptVersionId: uuid("prompt_version_id")
      .$type<PromptVersionId>()
      .references(() => promptVersions.id),
    promptContentHash: text("prompt_content_hash").notNull(),
    model: text().notNull(),
    endpoint: text().notNull(),
    method: text().$type<StructuredMethod>().notNull(),
    requestHash: text("request_hash").notNull(),
    messages: verbatim<LlmCallRecord["messages"]>("messages").notNull(),
    rawAnswer: prose("raw_answer"),
    parsed: verbatim<unknown>("parsed"),
    status: text().$type<LlmCallStatus>().notNull(),
    error: facts<NonNullable<LlmCallRecord["error"]>>("error"),
    inputTokens: bigint("input_tokens", { mode: "number" }).notNull(),
    outputTokens: bigint("output_tokens", { mode: "number" }).notNull(),
    /** US dollars; null when the model has no price. */
    costUsd: decimal("cost_usd"),
    latencyMs: real("latency_ms").notNull(),
    createdAt: instant("created_at").notNull().default(databaseNow),
  },
  (table) => [
    index("llm_calls_of_run").on(table.symbolRunId, table.createdAt, table.id),
    index("llm_calls_by_request").on(table.symbolRunId, table.requestHash),
    // All that is counted per prompt version, so that its results never read the calls themselves.
    index("llm_calls_by_prompt").on(
      table.promptVersionId,
      table.symbolRunId,
      table.visit,
      table.status,
      table.method,
    ),
    index("llm_calls_ungrounded")
      .on(table.promptVersionId, table.symbolRunId)
      .where(sql`error ->> 'code' = 'ungrounded'`),
    check("llm_calls_stage", oneOf(table.stage, AgentStage.options)),
    check("llm_calls_method", oneOf(table.method, StructuredMethod.options)),
    check("llm_calls_status", oneOf(table.status, LlmCallStatus.options)),
    check("llm_calls_answer", sql`${table.status} <> 'ok' or ${table.rawAnswer} is not null`),
    check("llm_calls_cost", sql`${table.costUsd} >= 0 and ${table.costUsd} < 1e20`),
  ],
);

/** Which pictures and values a call saw. */
export const llmCallArtifacts = pgTable(
  "llm_call_artifacts",
  {
    llmCallId: uuid("llm_call_id")
      .$type<LlmCallId>()
      .notNull()
      .references(() => llmCalls.id, { onDelete: "cascade" }),
    artifactId: uuid("artifact_id")
      .$type<ArtifactId>()
      .notNull()
      .references(() => artifacts.id, { onDelete: "cascade" }),
  },
  (table) => [
    primaryKey({ columns: [table.llmCallId, table.artifactId] }),
    index("llm_call_artifacts_by_artifact").on(table.artifactId),
  ],
);

export const reports = pgTable(
  "reports",
  {
    id: uuid().primaryKey(),
    symbolRunId: uuid("symbol_run_id")
      .$type<SymbolRunId>()
      .notNull()
      .references(() => symbolRuns.id, { onDelete: "cascade" }),
    stage: text().$type<AgentStage>().notNull(),
    visit: integer().notNull(),
    report: facts<AnalystReport>("report").notNull(),
    grounding: facts<Grounding>("grounding").notNull(),
    llmCallId: uuid("llm_call_id")
      .$type<LlmCallId>()
      .notNull()
      .references(() => llmCalls.id),
    createdAt: instant("created_at").notNull().default(databaseNow),
  },
  (table) => [
    unique("reports_once").on(table.symbolRunId, table.stage, table.visit),
    index("reports_by_call").on(table.llmCallId),
    check("reports_stage", oneOf(table.stage, AgentStage.options)),
  ],
);

export const decisions = pgTable(
  "decisions",
  {
    id: uuid().$type<DecisionId>().primaryKey(),
    symbolRunId: uuid("symbol_run_id")
      .$type<SymbolRunId>()
      .notNull()
      .references(() => symbolRuns.id, { onDelete: "cascade" }),
    visit: integer().notNull(),
    symbol: text().$type<Ticker>().notNull(),
    signal: text().$type<Signal>().notNull(),
    currentPrice: decimal("current_price").notNull(),
    targetPrice: decimal("target_price"),
    stopPrice: decimal("stop_price"),
    profitMargin: decimal("profit_margin"),
    rCoefficient: decimal("r_coefficient"),
    strategyUsed: prose("strategy_used").notNull(),
    analysis: prose("analysis").notNull(),
    consolidation: facts<Consolidation>("consolidation"),
    consolidationCallId: uuid("consolidation_call_id")
      .$type<LlmCallId>()
      .references(() => llmCalls.id),
    grounding: facts<Grounding>("grounding").notNull(),
    // Not null: a decision without a model's answer cannot be stored.
    llmCallId: uuid("llm_call_id")
      .$type<LlmCallId>()
      .notNull()
      .references(() => llmCalls.id),
    createdAt: instant("created_at").notNull().default(databaseNow),
  },
  (table) => [
    unique("decisions_once").on(table.symbolRunId, table.visit),
    index("decisions_newest").on(table.createdAt, table.id),
    index("decisions_by_symbol").on(table.symbol, table.createdAt, table.id),
    index("decisions_by_call").on(table.llmCallId),
    index("decisions_by_consolidation_call").on(table.consolidationCallId),
    check("decisions_signal", oneOf(table.signal, Signal.options)),
    check("decisions_price", aboveZero(table.currentPrice)),
    check("decisions_target", aboveZero(table.targetPrice)),
    check("decisions_stop", aboveZero(table.stopPrice)),
    check(
      "decisions_levels",
      sql`(${table.signal} = 'HOLD') = (${table.targetPrice} is null) and (${table.signal} = 'HOLD') = (${table.stopPrice} is null)`,
    ),
  ],
);

/** The reports that a decision was made from. */
export const decisionReports = pgTable(
  "decision_reports",
  {
    decisionId: uuid("decision_id")
      .$type<DecisionId>()
      .notNull()
      .references(() => decisions.id, { onDelete: "cascade" }),
    reportId: uuid("report_id")
      .notNull()
      .references(() => reports.id, { onDelete: "cascade" }),
  },
  (table) => [
    primaryKey({ columns: [table.decisionId, table.reportId] }),
    index("decision_reports_by_report").on(table.reportId),
  ],
);
