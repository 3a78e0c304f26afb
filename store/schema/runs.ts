// Tables of work in hand: executions, one symbol run per symbol, and what each node did. Node events are only added.
import { sql } from "drizzle-orm";
import {
  type AnyPgColumn,
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import type { ErrorRecord } from "../model/errors.ts";
import type {
  AccountId,
  Conid,
  ExecutionId,
  Instant,
  StrategyId,
  SymbolRunId,
  Ticker,
  WorkflowVersionId,
} from "../model/ids.ts";
import {
  ApprovalPolicy,
  ExecutionStatus,
  type ForkSettings,
  NodeEventKind,
  type NodeName,
  RunMode,
  SymbolRunStatus,
} from "../model/run.ts";
import { StrategyParameters } from "../model/strategy.ts";
import { databaseNow, facts, instant, oneOf, parsedFacts } from "./columns.ts";
import { strategyVersions, workflowVersions } from "./strategies.ts";

export const executions = pgTable(
  "executions",
  {
    id: uuid().$type<ExecutionId>().primaryKey(),
    strategyId: uuid("strategy_id").$type<StrategyId>().notNull(),
    strategyVersion: integer("strategy_version").notNull(),
    workflowVersionId: uuid("workflow_version_id")
      .$type<WorkflowVersionId>()
      .notNull()
      .references(() => workflowVersions.id),
    mode: text().$type<RunMode>().notNull(),
    /** "main", or "replay-YYYY-MM-DD". */
    gatewaySession: text("gateway_session").notNull(),
    accountId: text("account_id").$type<AccountId>(),
    approval: text().$type<ApprovalPolicy>().notNull(),
    /** Business time that the analysis speaks about. */
    asOf: instant("as_of").notNull(),
    graphVersion: text("graph_version").notNull(),
    /** A dry run (fork, what-if) can never send an order. */
    dryRun: boolean("dry_run").notNull(),
    /** The run that this one was forked from; null when it is none, or its source was removed. */
    forkedFrom: uuid("forked_from")
      .$type<SymbolRunId>()
      .references((): AnyPgColumn => symbolRuns.id, { onDelete: "set null" }),
    /** What a fork does otherwise than its source; null when it is none. */
    fork: facts<ForkSettings>("fork"),
    /** Copy of the strategy's parameters at the start: a later change does not reach this execution. */
    parameters: parsedFacts("parameters", StrategyParameters).notNull(),
    status: text().$type<ExecutionStatus>().notNull().default("running"),
    symbolCount: integer("symbol_count").notNull(),
    createdAt: instant("created_at").notNull().default(databaseNow),
    finishedAt: instant("finished_at"),
  },
  (table) => [
    foreignKey({
      name: "executions_strategy_version",
      columns: [table.strategyId, table.strategyVersion],
      foreignColumns: [strategyVersions.strategyId, strategyVersions.version],
    }),
    index("executions_newest").on(table.createdAt, table.id),
    index("executions_by_status").on(table.status, table.createdAt, table.id),
    index("executions_by_strategy").on(table.strategyId, table.createdAt, table.id),
    index("executions_forks").on(table.forkedFrom).where(sql`forked_from is not null`),
    check("executions_forks_are_dry", sql`${table.fork} is null or ${table.dryRun}`),
    check("executions_mode", oneOf(table.mode, RunMode.options)),
    check("executions_approval", oneOf(table.approval, ApprovalPolicy.options)),
    check("executions_status", oneOf(table.status, ExecutionStatus.options)),
    check("executions_finished", sql`(${table.status} = 'finished') = (${table.finishedAt} is not null)`),
  ],
);

export const symbolRuns = pgTable(
  "symbol_runs",
  {
    /** Also the LangGraph thread id. */
    id: uuid().$type<SymbolRunId>().primaryKey(),
    executionId: uuid("execution_id")
      .$type<ExecutionId>()
      .notNull()
      .references(() => executions.id, { onDelete: "cascade" }),
    symbol: text().$type<Ticker>().notNull(),
    /** Position in the request. */
    ordinal: integer().notNull(),
    /** Set once the broker has resolved the symbol. */
    conid: bigint({ mode: "number" }).$type<Conid>(),
    status: text().$type<SymbolRunStatus>().notNull().default("queued"),
    error: facts<ErrorRecord>("error"),
    createdAt: instant("created_at").notNull().default(databaseNow),
    startedAt: instant("started_at"),
    finishedAt: instant("finished_at"),
  },
  (table) => [
    unique("symbol_runs_symbol").on(table.executionId, table.symbol),
    index("symbol_runs_in_order").on(table.executionId, table.ordinal),
    index("symbol_runs_newest").on(table.createdAt, table.id),
    index("symbol_runs_by_symbol").on(table.symbol, table.createdAt, table.id),
    index("symbol_runs_unfinished")
      .on(table.createdAt, table.id)
      .where(sql`status in ('queued', 'running', 'waiting_approval', 'working')`),
    check("symbol_runs_status", oneOf(table.status, SymbolRunStatus.options)),
  ],
);

export const nodeEvents = pgTable(
  "node_events",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    symbolRunId: uuid("symbol_run_id")
      .$type<SymbolRunId>()
      .notNull()
      .references(() => symbolRuns.id, { onDelete: "cascade" }),
    node: text().$type<NodeName>().notNull(),
    /** Which pass of the graph through this node, from 0. */
    visit: integer().notNull(),
    /** How often this visit was started, from 1; above 1 after a crash or a retry. */
    attempt: integer().notNull(),
    kind: text().$type<NodeEventKind>().notNull(),
    output: facts<unknown>("output"),
    error: facts<ErrorRecord>("error"),
    durationMs: integer("duration_ms"),
    at: instant().$type<Instant>().notNull().default(sql`clock_timestamp()`),
  },
  (table) => [
    index("node_events_of_run").on(table.symbolRunId, table.id),
    // What makes "no finished node runs again" a fact of the database and not a hope.
    uniqueIndex("node_events_finished_once")
      .on(table.symbolRunId, table.node, table.visit)
      .where(sql`kind = 'finished'`),
    check("node_events_kind", oneOf(table.kind, NodeEventKind.options)),
    check("node_events_counts", sql`${table.visit} >= 0 and ${table.attempt} > 0`),
    check("node_events_error", sql`(${table.kind} = 'failed') = (${table.error} is not null)`),
  ],
);
