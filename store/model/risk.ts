// Trading states, risk limits and verdicts. Pure. A verdict is a returned value, never an exception.
import { z } from "zod";
import { Currency, DecimalString } from "./money.ts";
import { OrderSide, OrderType } from "./order.ts";

/** ACTIVE: all orders; REDUCING: only orders that shrink exposure; HALTED: none. */
export const TradingState = z.enum(["ACTIVE", "REDUCING", "HALTED"]);
export type TradingState = z.infer<typeof TradingState>;

/** One rule as it was applied: inputs and limit as text for people, outcome, and what a clamp took (shares). */
export const RuleOutcome = z.object({
  rule: z.string(),
  outcome: z.enum(["pass", "clamp", "deny"]),
  /** Stable reason code; null on pass. */
  code: z.string().nullable(),
  input: z.string(),
  limit: z.string(),
  taken: DecimalString.nullable(),
});
export type RuleOutcome = z.infer<typeof RuleOutcome>;

/** The order that a verdict allows: entry with its protecting stop and target. Prices rounded to the instrument. */
export const OrderPlan = z.object({
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
