// Tables of the account as the broker states it, and of what the desk is allowed to do with it.
import { sql } from "drizzle-orm";
import { bigint, check, index, pgTable, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import type { AccountId, Conid, OrderId, SymbolRunId, Ticker } from "../model/ids.ts";
import { TradingState } from "../model/risk.ts";
import { databaseNow, decimal, facts, instant, oneOf, prose } from "./columns.ts";
import { orders } from "./orders.ts";
import { symbolRuns } from "./runs.ts";

export const positions = pgTable(
  "positions",
  {
    accountId: text("account_id").$type<AccountId>().notNull(),
    conid: bigint({ mode: "number" }).$type<Conid>().notNull(),
    symbol: text().$type<Ticker>().notNull(),
    /** Negative is short; a closed position has no row. */
    quantity: decimal().notNull(),
    averageCost: decimal("average_cost").notNull(),
    marketPrice: decimal("market_price"),
    marketValue: decimal("market_value"),
    realizedPnl: decimal("realized_pnl"),
    unrealizedPnl: decimal("unrealized_pnl"),
    currency: text().notNull(),
    /** Market time at which the broker stated it. */
    at: instant().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.conid] }),
    check("positions_open", sql`${table.quantity} <> 0`),
  ],
);

export const portfolioSnapshots = pgTable(
  "portfolio_snapshots",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    accountId: text("account_id").$type<AccountId>().notNull(),
    currency: text().notNull(),
    netLiquidation: decimal("net_liquidation").notNull(),
    totalCash: decimal("total_cash").notNull(),
    availableFunds: decimal("available_funds").notNull(),
    buyingPower: decimal("buying_power").notNull(),
    grossPositionValue: decimal("gross_position_value").notNull(),
    /** Market time at which the broker stated it. */
    at: instant().notNull(),
  },
  (table) => [index("portfolio_snapshots_newest").on(table.accountId, table.at, table.id)],
);

/** The newest row holds; none means ACTIVE. */
export const tradingStates = pgTable(
  "trading_states",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    state: text().$type<TradingState>().notNull(),
    reason: prose("reason").notNull(),
    who: text().notNull(),
    at: instant().notNull().default(databaseNow),
  },
  (table) => [check("trading_states_state", oneOf(table.state, TradingState.options))],
);

/** A symbol in which nothing new is sent until a person or an adoption has settled a difference with the broker. */
export const BLOCK_RESOLUTIONS = ["adopted", "accepted"] as const;
export type BlockResolution = (typeof BLOCK_RESOLUTIONS)[number];

export const symbolBlocks = pgTable(
  "symbol_blocks",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    accountId: text("account_id").$type<AccountId>().notNull(),
    conid: bigint({ mode: "number" }).$type<Conid>().notNull(),
    symbol: text().$type<Ticker>().notNull(),
    code: text().notNull(),
    reason: prose("reason").notNull(),
    /** Both sides of the difference. */
    details: facts<unknown>("details"),
    createdAt: instant("created_at").notNull().default(databaseNow),
    resolvedAt: instant("resolved_at"),
    resolvedBy: text("resolved_by"),
    /** How a person settled it: the broker's side was taken over, or theirs is the last word; and why. */
    resolution: text().$type<BlockResolution>(),
    resolutionReason: prose("resolution_reason"),
    /** Business time at which it was found; null in rows from before this was kept. */
    at: instant(),
  },
  (table) => [
    uniqueIndex("symbol_blocks_open")
      .on(table.accountId, table.conid, table.code)
      .where(sql`resolved_at is null`),
    check("symbol_blocks_resolved", sql`(${table.resolvedAt} is null) = (${table.resolvedBy} is null)`),
    check("symbol_blocks_resolution", oneOf(table.resolution, BLOCK_RESOLUTIONS)),
  ],
);

export const ALERT_LEVELS = ["info", "warning", "alarm"] as const;
export type AlertLevel = (typeof ALERT_LEVELS)[number];

export const alerts = pgTable(
  "alerts",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    level: text().$type<AlertLevel>().notNull(),
    code: text().notNull(),
    message: prose("message").notNull(),
    facts: facts<unknown>("facts"),
    symbolRunId: uuid("symbol_run_id")
      .$type<SymbolRunId>()
      .references(() => symbolRuns.id, { onDelete: "set null" }),
    orderId: uuid("order_id")
      .$type<OrderId>()
      .references(() => orders.id),
    createdAt: instant("created_at").notNull().default(databaseNow),
    acknowledgedAt: instant("acknowledged_at"),
    acknowledgedBy: text("acknowledged_by"),
  },
  (table) => [
    index("alerts_open").on(table.id).where(sql`acknowledged_at is null`),
    index("alerts_of_run").on(table.symbolRunId),
    index("alerts_of_order").on(table.orderId),
    check("alerts_level", oneOf(table.level, ALERT_LEVELS)),
  ],
);
