// Tables of what a user sets up: workflows, strategies, symbols. Versions are immutable; strategies point at them.
import { sql } from "drizzle-orm";
import { boolean, check, index, integer, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import type { StrategyId, Ticker, WorkflowVersionId } from "../model/ids.ts";
import { StrategyParameters } from "../model/strategy.ts";
import { WorkflowDefinition } from "../model/workflow/definition.ts";
import { databaseNow, facts, instant, parsedFacts } from "./columns.ts";

export const workflowVersions = pgTable(
  "workflow_versions",
  {
    id: uuid().$type<WorkflowVersionId>().primaryKey(),
    name: text().notNull(),
    version: integer().notNull(),
    definition: parsedFacts("definition", WorkflowDefinition).notNull(),
    /** Over the canonical form. An older version's content may come again as the newest. */
    contentHash: text("content_hash").notNull(),
    createdAt: instant("created_at").notNull().default(databaseNow),
  },
  (table) => [
    unique("workflow_versions_version").on(table.name, table.version),
    check("workflow_versions_positive", sql`${table.version} > 0`),
  ],
);

export const strategies = pgTable(
  "strategies",
  {
    id: uuid().$type<StrategyId>().primaryKey(),
    name: text().notNull(),
    active: boolean().notNull().default(true),
    /** Newest row of strategy_versions; an execution keeps the number it started with. */
    version: integer().notNull(),
    createdAt: instant("created_at").notNull().default(databaseNow),
    updatedAt: instant("updated_at").notNull().default(databaseNow),
  },
  (table) => [unique("strategies_name").on(table.name)],
);

export const strategyVersions = pgTable(
  "strategy_versions",
  {
    strategyId: uuid("strategy_id")
      .$type<StrategyId>()
      .notNull()
      .references(() => strategies.id, { onDelete: "cascade" }),
    version: integer().notNull(),
    workflowVersionId: uuid("workflow_version_id")
      .$type<WorkflowVersionId>()
      .notNull()
      .references(() => workflowVersions.id),
    parameters: parsedFacts("parameters", StrategyParameters).notNull(),
    createdAt: instant("created_at").notNull().default(databaseNow),
  },
  (table) => [
    primaryKey({ columns: [table.strategyId, table.version] }),
    index("strategy_versions_by_workflow").on(table.workflowVersionId),
    check("strategy_versions_positive", sql`${table.version} > 0`),
  ],
);

export type SymbolSettings = Readonly<Record<string, unknown>>;

/** The desk's list of symbols: collected and scheduled when enabled, higher priority first. */
export const workflowSymbols = pgTable(
  "workflow_symbols",
  {
    id: uuid().primaryKey(),
    symbol: text().$type<Ticker>().notNull(),
    enabled: boolean().notNull().default(true),
    priority: integer().notNull().default(0),
    settings: facts<SymbolSettings>("settings").notNull().default(sql`'{}'::jsonb`),
    createdAt: instant("created_at").notNull().default(databaseNow),
    updatedAt: instant("updated_at").notNull().default(databaseNow),
  },
  (table) => [
    unique("workflow_symbols_symbol").on(table.symbol),
    check("workflow_symbols_ticker", sql`${table.symbol} ~ '^[A-Z][A-Z0-9.]{0,9}$'`),
  ],
);
