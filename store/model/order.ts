// Orders and their life: one table (status, event) → status; anything else is an error. Pure.
import { z } from "zod";
import { InvariantError } from "./errors.ts";
import {
  AccountId,
  ApprovalId,
  BrokerOrderId,
  ClientOrderId,
  Conid,
  Instant,
  OrderId,
  OrderLeg,
  SymbolRunId,
  Ticker,
  VerdictId,
} from "./ids.ts";
import { Currency, DecimalString } from "./money.ts";

export const OrderSide = z.enum(["BUY", "SELL"]);
export type OrderSide = z.infer<typeof OrderSide>;
export const OrderType = z.enum(["LIMIT", "MARKET", "STOP"]);
export type OrderType = z.infer<typeof OrderType>;
export const TimeInForce = z.enum(["DAY", "GTC"]);
export type TimeInForce = z.infer<typeof TimeInForce>;

/** DENIED is ours (risk), REJECTED the broker's. UNKNOWN: sent, but whether it arrived is not known. */
export const OrderStatus = z.enum([
  "INITIALIZED",
  "DENIED",
  "SUBMITTING",
  "UNKNOWN",
  "SUBMITTED",
  "ACCEPTED",
  "PARTIALLY_FILLED",
  "FILLED",
  "PENDING_CANCEL",
  "CANCELED",
  "REJECTED",
  "EXPIRED",
]);
export type OrderStatus = z.infer<typeof OrderStatus>;

/**
 * What can happen to an order. `submitting`: the POST leaves now. `submitted`: the broker answered with an id.
 * `accepted`: seen working (or resting) at the broker. `not_found`: looked up, warmed, surely not there. `adopted_…`: a
 * person has settled a contradiction, by the broker's word or their own; nothing else may leave a final status.
 */
export const OrderEventKind = z.enum([
  "denied",
  "submitting",
  "outcome_unknown",
  "submitted",
  "accepted",
  "partially_filled",
  "filled",
  "cancel_requested",
  "cancel_refused",
  "canceled",
  "rejected",
  "expired",
  "not_found",
  "adopted_working",
  "adopted_filled",
  "adopted_ended",
]);
export type OrderEventKind = z.infer<typeof OrderEventKind>;

type Row = Partial<Record<OrderEventKind, OrderStatus>>;

/** Whatever was recorded: the word of the person who looked stands. */
const settled: Row = { adopted_working: "ACCEPTED", adopted_filled: "FILLED", adopted_ended: "CANCELED" };

const working: Row = {
  ...settled,
  accepted: "ACCEPTED",
  partially_filled: "PARTIALLY_FILLED",
  filled: "FILLED",
  cancel_requested: "PENDING_CANCEL",
  canceled: "CANCELED",
  rejected: "REJECTED",
  expired: "EXPIRED",
};

export const ORDER_TRANSITIONS: Readonly<Record<OrderStatus, Row>> = {
  INITIALIZED: { ...settled, denied: "DENIED", submitting: "SUBMITTING", canceled: "CANCELED" },
  DENIED: settled,
  SUBMITTING: { ...working, submitted: "SUBMITTED", outcome_unknown: "UNKNOWN" },
  UNKNOWN: { ...working, submitted: "SUBMITTED", outcome_unknown: "UNKNOWN", not_found: "REJECTED" },
  SUBMITTED: working,
  ACCEPTED: working,
  PARTIALLY_FILLED: {
    ...settled,
    accepted: "PARTIALLY_FILLED",
    partially_filled: "PARTIALLY_FILLED",
    filled: "FILLED",
    cancel_requested: "PENDING_CANCEL",
    canceled: "CANCELED",
    expired: "EXPIRED",
  },
  FILLED: { ...settled, filled: "FILLED" },
  PENDING_CANCEL: {
    ...settled,
    accepted: "PENDING_CANCEL",
    partially_filled: "PENDING_CANCEL",
    filled: "FILLED",
    cancel_requested: "PENDING_CANCEL",
    cancel_refused: "ACCEPTED",
    canceled: "CANCELED",
    rejected: "REJECTED",
    expired: "EXPIRED",
  },
  CANCELED: { ...settled, canceled: "CANCELED" },
  REJECTED: { ...settled, rejected: "REJECTED" },
  EXPIRED: { ...settled, expired: "EXPIRED" },
};

export const TERMINAL_ORDER_STATUSES = ["DENIED", "FILLED", "CANCELED", "REJECTED", "EXPIRED"] as const;

export function isTerminal(status: OrderStatus): boolean {
  return (TERMINAL_ORDER_STATUSES as readonly OrderStatus[]).includes(status);
}

/** The status after `event`. @throws InvariantError when the table has no such step. */
export function nextOrderStatus(status: OrderStatus, event: OrderEventKind): OrderStatus {
  const next = ORDER_TRANSITIONS[status][event];
  if (next === undefined)
    throw new InvariantError(`order in ${status} cannot take "${event}"`, { status, event });
  return next;
}

/** One order, ours or adopted from the broker (`external`). Prices in `currency`, quantities in shares. */
export const Order = z.object({
  id: OrderId,
  /** Null for an external order. */
  symbolRunId: SymbolRunId.nullable(),
  verdictId: VerdictId.nullable(),
  approvalId: ApprovalId.nullable(),
  clientOrderId: ClientOrderId.nullable(),
  brokerOrderId: BrokerOrderId.nullable(),
  parentOrderId: OrderId.nullable(),
  leg: OrderLeg,
  attempt: z.number().int().nonnegative(),
  accountId: AccountId,
  conid: Conid,
  symbol: Ticker,
  side: OrderSide,
  type: OrderType,
  timeInForce: TimeInForce,
  quantity: DecimalString,
  limitPrice: DecimalString.nullable(),
  stopPrice: DecimalString.nullable(),
  currency: Currency,
  status: OrderStatus,
  filledQuantity: DecimalString,
  averageFillPrice: DecimalString.nullable(),
  reason: z.string().nullable(),
  external: z.boolean(),
});
export type Order = z.infer<typeof Order>;

/** One execution at the broker; a partial fill is a fill of its own. `commission` is null until it is reported. */
export const Fill = z.object({
  /** IBKR's execution_id: the key; a correction changes its last part. */
  executionRef: z.string(),
  orderId: OrderId.nullable(),
  brokerOrderId: BrokerOrderId.nullable(),
  clientOrderId: ClientOrderId.nullable(),
  accountId: AccountId,
  conid: Conid,
  symbol: Ticker,
  side: OrderSide,
  quantity: DecimalString,
  price: DecimalString,
  commission: DecimalString.nullable(),
  currency: Currency,
  at: Instant,
});
export type Fill = z.infer<typeof Fill>;

/** Signed quantity: negative is short. Money in `currency`. */
export const Position = z.object({
  accountId: AccountId,
  conid: Conid,
  symbol: Ticker,
  quantity: DecimalString,
  averageCost: DecimalString,
  marketPrice: DecimalString.nullable(),
  marketValue: DecimalString.nullable(),
  realizedPnl: DecimalString.nullable(),
  unrealizedPnl: DecimalString.nullable(),
  currency: Currency,
});
export type Position = z.infer<typeof Position>;

/** Account figures as the broker states them, in `currency`. */
export const AccountSummary = z.object({
  accountId: AccountId,
  currency: Currency,
  netLiquidation: DecimalString,
  totalCash: DecimalString,
  availableFunds: DecimalString,
  buyingPower: DecimalString,
  grossPositionValue: DecimalString,
  at: Instant,
});
export type AccountSummary = z.infer<typeof AccountSummary>;
