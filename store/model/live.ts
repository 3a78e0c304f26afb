// What live readers are told besides node events: topics and the small facts of each. Pure.
// Invariant: facts name things and their states; whoever needs more reads the rows.
import { z } from "zod";
import {
  AccountId,
  ApprovalId,
  ExecutionId,
  Instant,
  OrderId,
  OrderLeg,
  SymbolRunId,
  Ticker,
} from "./ids.ts";
import { DecimalString } from "./money.ts";
import { OrderEventKind, OrderSide, OrderStatus } from "./order.ts";
import { TradingState } from "./risk.ts";
import { ApprovalStatus, ExecutionStatus, SymbolRunStatus } from "./run.ts";

export const LIVE_TOPICS = [
  "run",
  "execution",
  "approval",
  "order",
  "fill",
  "portfolio",
  "trading_state",
  "alert",
  "block",
] as const;
export type LiveTopic = (typeof LIVE_TOPICS)[number];

/** Facts by topic: what the triggers write, and what a reader of the stream may rely on. */
export const LIVE_FACTS = {
  /** A symbol run was queued or changed its status. */
  run: z.object({ symbol: Ticker, status: SymbolRunStatus }),
  /** An execution was started, waits or is finished. */
  execution: z.object({ status: ExecutionStatus }),
  /** A question was put to a person, or answered, or expired. */
  approval: z.object({ approvalId: ApprovalId, symbol: Ticker, status: ApprovalStatus }),
  /** An order was stored ("created"), or one step of its life was recorded. */
  order: z.object({
    orderId: OrderId,
    symbol: Ticker,
    leg: OrderLeg,
    kind: z.enum(["created", ...OrderEventKind.options]),
    status: OrderStatus,
  }),
  /** The broker executed something. */
  fill: z.object({
    executionRef: z.string(),
    orderId: OrderId.nullable(),
    symbol: Ticker,
    side: OrderSide,
    quantity: DecimalString,
    price: DecimalString,
  }),
  /** Positions or account figures were stated anew by the broker. */
  portfolio: z.object({ accountId: AccountId.nullable() }),
  /** Trading was halted, reduced or resumed. */
  trading_state: z.object({ state: TradingState, who: z.string() }),
  /** An alert was raised or acknowledged. */
  alert: z.object({
    alertId: z.number().int(),
    level: z.enum(["info", "warning", "alarm"]),
    code: z.string(),
    acknowledged: z.boolean(),
  }),
  /** A symbol was blocked after a difference with the broker, or freed again. */
  block: z.object({ symbol: Ticker, code: z.string(), resolved: z.boolean() }),
} as const satisfies Record<LiveTopic, z.ZodType>;

/** What every event of the journal carries besides its facts. `id` counts over node events too. */
export const LiveEventHead = z.object({
  id: z.number().int(),
  at: Instant,
  executionId: ExecutionId.nullable(),
  symbolRunId: SymbolRunId.nullable(),
});
