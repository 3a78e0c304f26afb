// Tables of the scheduler: how far each schedule has been looked at, and what became of every instant. Firings are only added.
import { sql } from "drizzle-orm";
import { check, index, integer, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import type { ExecutionId, StrategyId } from "../model/ids.ts";
import { FIRING_RESULTS, type FiringResult } from "../model/workflow/schedule.ts";
import { databaseNow, instant, oneOf, prose } from "./columns.ts";
import { executions } from "./runs.ts";
import { strategies } from "./strategies.ts";

/** One row per strategy with a schedule. A restart goes on from here: no instant is lost, none is taken twice. */
export const scheduleLooks = pgTable("schedule_looks", {
  strategyId: uuid("strategy_id")
    .$type<StrategyId>()
    .primaryKey()
    .references(() => strategies.id, { onDelete: "cascade" }),
  /** The expression that was looked at: another one begins anew. */
  cron: text().notNull(),
  /** Market time up to which every instant has been dealt with. */
  lookedUntil: instant("looked_until").notNull(),
});

export const scheduleFirings = pgTable(
  "schedule_firings",
  {
    strategyId: uuid("strategy_id")
      .$type<StrategyId>()
      .notNull()
      .references(() => strategies.id, { onDelete: "cascade" }),
    /** The instant of the schedule, in market time. */
    instant: instant().notNull(),
    result: text().$type<FiringResult>().notNull(),
    /** Stable word for a skip or a failure; null for a run that was started. */
    code: text(),
    reason: prose(),
    /** Earlier instants that were missed and that this one run stands for. */
    missed: integer().notNull().default(0),
    executionId: uuid("execution_id")
      .$type<ExecutionId>()
      .references(() => executions.id),
    /** Market time at which it was dealt with. */
    marketAt: instant("market_at").notNull(),
    createdAt: instant("created_at").notNull().default(databaseNow),
  },
  (table) => [
    // At most one execution per strategy and instant, whoever looks.
    primaryKey({ columns: [table.strategyId, table.instant] }),
    unique("schedule_firings_execution").on(table.executionId),
    index("schedule_firings_newest").on(table.strategyId, table.result, table.instant),
    check("schedule_firings_result", oneOf(table.result, FIRING_RESULTS)),
    check(
      "schedule_firings_started",
      sql`(${table.result} = 'started') = (${table.executionId} is not null) and (${table.result} = 'started') = (${table.code} is null)`,
    ),
  ],
);
