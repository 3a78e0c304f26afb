// Trading states, risk limits and verdicts. Pure. A verdict is a returned value, never an exception.
import { z } from "zod";
import { Currency, DecimalString } from "./money.ts";
import { OrderSide, OrderType } from "./order.ts";

/** ACTIVE: all orders; REDUCING: only orders that shrink exposure; HALTED: none. */
export const TradingState = z.enum(["ACTIVE", "REDUCING", "HALTED"]);
export type TradingState = z.infer<typeof TradingState>;

/**
 * One rule as it was applied: inputs and limit as text for people, outcome, and what a clamp took (shares).
 * `skip`: the rule had nothing to judge (no size to clamp, not an opening order); never a way past a limit.
 */
export const RuleOutcome = z.object({
  rule: z.string(),
  outcome: z.enum(["pass", "clamp", "deny", "skip"]),
  /** Stable reason code; null on pass and skip. */
  code: z.string().nullable(),
  input: z.string(),
  limit: z.string(),
  taken: DecimalString.nullable(),
});
export type RuleOutcome = z.infer<typeof RuleOutcome>;

/** `open` enlarges exposure and carries stop and target; `close` sells (or covers) at most what is held, alone. */
export const OrderEffect = z.enum(["open", "close"]);
export type OrderEffect = z.infer<typeof OrderEffect>;

/**
 * The order that a verdict allows: entry with its protecting stop and target. Prices rounded to the instrument.
 * With effect `close` stop and target are the decision's, kept for the record, and not sent.
 */
export const OrderPlan = z.object({
  effect: OrderEffect,
  side: OrderSide,
  entryType: OrderType,
  quantity: DecimalString,
  limitPrice: DecimalString.nullable(),
  stopPrice: DecimalString,
  targetPrice: DecimalString,
  currency: Currency,
  /** quantity × |entry − stop|: what is lost if the stop fills at its price. */
  lossAtStop: DecimalString,
  notional: DecimalString,
  /** The price that entry distance and later drift are measured from. */
  referencePrice: DecimalString,
  /** `quote` while the session is open; `last_close` of the finished daily bars between sessions. */
  referenceKind: z.enum(["quote", "last_close"]),
});
export type OrderPlan = z.infer<typeof OrderPlan>;

export const RiskVerdict = z.object({
  verdict: z.enum(["approved", "reduced", "denied"]),
  /** Reason codes of every rule that denied or clamped, in rule order. */
  codes: z.array(z.string()),
  rules: z.array(RuleOutcome),
  plan: OrderPlan.nullable(),
});
export type RiskVerdict = z.infer<typeof RiskVerdict>;
