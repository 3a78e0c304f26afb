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
  run: z.object({ symbol: Ticker, status: SymbolRunStatus }),
  execution: z.object({ status: ExecutionStatus }),
  approval: z.object({ approvalId: ApprovalId, symbol: Ticker, status: ApprovalStatus }),
  order: z.object({
    orderId: OrderId,
    symbol: Ticker,
    leg: OrderLeg,
    kind: z.enum(["created", ...OrderEventKind.options]),
    status: OrderStatus,
  }),
  fill: z.object({
    executionRef: z.string(),
    orderId: OrderId.nullable(),
    symbol: Ticker,
    side: OrderSide,
    quantity: DecimalString,
    price: DecimalString,
  }),
  portfolio: z.object({ accountId: AccountId.nullable() }),
  trading_state: z.object({ state: TradingState, who: z.string() }),
  alert: z.object({
    alertId: z.number().int(),
    level: z.enum(["info", "warning", "alarm"]),
    code: z.string(),
    acknowledged: z.boolean(),
  }),
  block: z.object({ symbol: Ticker, code: z.string(), resolved: z.boolean() }),
} as const satisfies Record<LiveTopic, z.ZodType>;

export const LIVE_MEANING: Readonly<Record<LiveTopic, string>> = {
  run: "A symbol run was queued or changed its status.",
  execution: "An execution was started, waits or is finished.",
  approval: "A question was put to a person, was answered or has expired.",
  order: "An order was stored (`created`), or a step of its life was recorded.",
  fill: "The broker executed something.",
  portfolio: "The broker stated positions or account figures anew.",
  trading_state: "Trading was halted, reduced or resumed.",
  alert: "An alert was raised or acknowledged.",
  block: "A symbol was blocked after a difference with the broker, or freed again.",
};

/** What every event carries besides its facts. `id` counts over all topics. */
export const LiveEventHead = z.object({
  id: z.number().int(),
  at: Instant,
  executionId: ExecutionId.nullable(),
  symbolRunId: SymbolRunId.nullable(),
});
