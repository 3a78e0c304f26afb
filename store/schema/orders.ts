// Tables of orders and what became of them: the outbox row, every event, every fill. Events and fills are only added.
import { sql } from "drizzle-orm";
import {
  type AnyPgColumn,
  bigint,
  boolean,
  check,
  index,
  integer,
  pgTable,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import {
  type AccountId,
  type ApprovalId,
  type BrokerOrderId,
  type ClientOrderId,
  type Conid,
  type OrderId,
  OrderLeg,
  type SymbolRunId,
  type Ticker,
  type VerdictId,
} from "../model/ids.ts";
import {
  OrderEventKind,
  OrderSide,
  OrderStatus,
  OrderType,
  TERMINAL_ORDER_STATUSES,
  TimeInForce,
} from "../model/order.ts";
import { aboveZero, databaseNow, decimal, facts, finite, instant, oneOf, prose } from "./columns.ts";
import { approvals, riskVerdicts } from "./countersigns.ts";
import { symbolRuns } from "./runs.ts";

const terminal = sql.raw(TERMINAL_ORDER_STATUSES.map((status) => `'${status}'`).join(", "));

export const orders = pgTable(
  "orders",
  {
    id: uuid().$type<OrderId>().primaryKey(),
    symbolRunId: uuid("symbol_run_id")
      .$type<SymbolRunId>()
      .references(() => symbolRuns.id),
    verdictId: uuid("verdict_id")
      .$type<VerdictId>()
      .references(() => riskVerdicts.id),
    approvalId: uuid("approval_id")
      .$type<ApprovalId>()
      .references(() => approvals.id),
    clientOrderId: text("client_order_id").$type<ClientOrderId>(),
    brokerOrderId: text("broker_order_id").$type<BrokerOrderId>(),
    parentOrderId: uuid("parent_order_id")
      .$type<OrderId>()
      .references((): AnyPgColumn => orders.id),
    leg: text().$type<OrderLeg>().notNull(),
    attempt: integer().notNull().default(0),
    /** Gateway session that the order goes through: "main", or "replay-YYYY-MM-DD". */
    gatewaySession: text("gateway_session").notNull(),
    accountId: text("account_id").$type<AccountId>().notNull(),
    conid: bigint({ mode: "number" }).$type<Conid>().notNull(),
    symbol: text().$type<Ticker>().notNull(),
    side: text().$type<OrderSide>().notNull(),
    type: text().$type<OrderType>().notNull(),
    timeInForce: text("time_in_force").$type<TimeInForce>().notNull(),
    quantity: decimal().notNull(),
    limitPrice: decimal("limit_price"),
    stopPrice: decimal("stop_price"),
    currency: text().notNull(),
    status: text().$type<OrderStatus>().notNull(),
    filledQuantity: decimal("filled_quantity").notNull().default(sql`0`),
    averageFillPrice: decimal("average_fill_price"),
    reason: prose("reason"),
    /** Seen at the broker, not sent by the desk. */
    external: boolean().notNull().default(false),
    createdAt: instant("created_at").notNull().default(databaseNow),
    updatedAt: instant("updated_at").notNull().default(databaseNow),
  },
  (table) => [
    unique("orders_client_order_id").on(table.clientOrderId),
    uniqueIndex("orders_broker_order_id")
      .on(table.accountId, table.brokerOrderId)
      .where(sql`broker_order_id is not null`),
    index("orders_of_run").on(table.symbolRunId),
    index("orders_newest").on(table.createdAt, table.id),
    index("orders_by_status").on(table.status, table.createdAt, table.id),
    index("orders_by_symbol").on(table.symbol, table.createdAt, table.id),
    index("orders_by_instrument").on(table.accountId, table.conid, table.createdAt, table.id),
    index("orders_open").on(table.accountId, table.conid).where(sql`status not in (${terminal})`),
    index("orders_external").on(table.id).where(sql`external`),
    index("orders_by_parent").on(table.parentOrderId),
    index("orders_by_verdict").on(table.verdictId),
    index("orders_by_approval").on(table.approvalId),
    check("orders_leg", oneOf(table.leg, OrderLeg.options)),
    check("orders_side", oneOf(table.side, OrderSide.options)),
    check("orders_type", oneOf(table.type, OrderType.options)),
    check("orders_time_in_force", oneOf(table.timeInForce, TimeInForce.options)),
    check("orders_status", oneOf(table.status, OrderStatus.options)),
    check("orders_quantity", aboveZero(table.quantity)),
    check("orders_limit", sql`${table.type} <> 'LIMIT' or ${table.limitPrice} is not null`),
    check("orders_stop", sql`${table.type} <> 'STOP' or ${table.stopPrice} is not null`),
    check("orders_prices", sql`${aboveZero(table.limitPrice)} and ${aboveZero(table.stopPrice)}`),
    check("orders_filled", sql`${table.filledQuantity} between 0 and ${table.quantity}`),
    // No order of ours without its countersign. An exit (kill switch, protection) shrinks exposure and needs none.
    check(
      "orders_countersigned",
      sql`${table.external} or ${table.leg} = 'exit' or (${table.symbolRunId} is not null and ${table.verdictId} is not null and ${table.approvalId} is not null)`,
    ),
    check("orders_client_id", sql`${table.external} or ${table.clientOrderId} is not null`),
  ],
);

export const orderEvents = pgTable(
  "order_events",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    orderId: uuid("order_id")
      .$type<OrderId>()
      .notNull()
      .references(() => orders.id),
    kind: text().$type<OrderEventKind>().notNull(),
    fromStatus: text("from_status").$type<OrderStatus>().notNull(),
    toStatus: text("to_status").$type<OrderStatus>().notNull(),
    /** Business time of the event. */
    at: instant().notNull(),
    details: facts<unknown>("details"),
    recordedAt: instant("recorded_at").notNull().default(databaseNow),
  },
  (table) => [
    index("order_events_of_order").on(table.orderId, table.id),
    index("order_events_sendings").on(table.at).where(sql`kind = 'submitting'`),
    check("order_events_kind", oneOf(table.kind, OrderEventKind.options)),
    check("order_events_from", oneOf(table.fromStatus, OrderStatus.options)),
    check("order_events_to", oneOf(table.toStatus, OrderStatus.options)),
  ],
);

// Besides these columns a fill carries the transaction that last wrote it (`changed_in`, migration 0008, kept by a trigger).
export const fills = pgTable(
  "fills",
  {
    /** The broker's execution id, its correction number included. */
    executionRef: text("execution_ref").primaryKey(),
    /** The execution without its correction number: only the newest correction of one counts. */
    executionKey: text("execution_key").notNull(),
    correction: integer().notNull(),
    orderId: uuid("order_id")
      .$type<OrderId>()
      .references(() => orders.id),
    brokerOrderId: text("broker_order_id").$type<BrokerOrderId>(),
    clientOrderId: text("client_order_id").$type<ClientOrderId>(),
    accountId: text("account_id").$type<AccountId>().notNull(),
    conid: bigint({ mode: "number" }).$type<Conid>().notNull(),
    symbol: text().$type<Ticker>().notNull(),
    side: text().$type<OrderSide>().notNull(),
    quantity: decimal().notNull(),
    price: decimal().notNull(),
    commission: decimal(),
    currency: text().notNull(),
    at: instant().notNull(),
    createdAt: instant("created_at").notNull().default(databaseNow),
  },
  (table) => [
    index("fills_of_order").on(table.orderId),
    index("fills_newest").on(table.at, table.executionRef),
    index("fills_by_account").on(table.accountId, table.at, table.executionRef),
    index("fills_by_instrument").on(table.accountId, table.conid, table.at, table.executionRef),
    index("fills_by_key").on(table.executionKey, table.correction),
    check("fills_side", oneOf(table.side, OrderSide.options)),
    check("fills_quantity", aboveZero(table.quantity)),
    check("fills_price", aboveZero(table.price)),
    check("fills_commission", finite(table.commission)),
  ],
);
