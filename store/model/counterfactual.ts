// What a proposal that nobody sent would have become on the bars that followed. Pure. Marked as never traded; the rules
// are those of the simulator's fills, without commissions and with all shares filled.
import { z } from "zod";
import type { Bar } from "./bar.ts";
import { ApprovalId, DecisionId, Instant, SessionDate, StrategyId, SymbolRunId, Ticker } from "./ids.ts";
import { Currency, type Decimal, DecimalString, dec, toDecimalString } from "./money.ts";
import { OrderSide } from "./order.ts";
import type { OrderPlan } from "./risk.ts";

/** `not_filled`: the limit was never reached; `open`: neither stop nor target yet; `not_yet`: no bar of its session. */
export const CounterfactualEnd = z.enum(["not_yet", "not_filled", "open", "stop", "target"]);
export type CounterfactualEnd = z.infer<typeof CounterfactualEnd>;

export const Followed = z.object({
  end: CounterfactualEnd,
  entryPrice: DecimalString.nullable(),
  /** Of the exit; while open the last close. */
  exitPrice: DecimalString.nullable(),
  exitOn: SessionDate.nullable(),
  /** The newest bar that was looked at. */
  upTo: SessionDate.nullable(),
  /** Before commissions, in the plan's currency; null without an entry. */
  pnl: DecimalString.nullable(),
  /** pnl / (quantity × |entry − stop|). */
  r: DecimalString.nullable(),
});
export type Followed = z.infer<typeof Followed>;

export const Counterfactual = Followed.extend({
  /** Always true: nothing of this was ever sent. */
  counterfactual: z.literal(true),
  approvalId: ApprovalId,
  decisionId: DecisionId,
  symbolRunId: SymbolRunId,
  strategyId: StrategyId,
  symbol: Ticker,
  side: OrderSide,
  quantity: DecimalString,
  currency: Currency,
  why: z.enum(["rejected", "expired"]),
  reason: z.string().nullable(),
  answeredAt: Instant.nullable(),
  session: SessionDate,
});
export type Counterfactual = z.infer<typeof Counterfactual>;

type Plan = Pick<
  OrderPlan,
  "side" | "quantity" | "limitPrice" | "stopPrice" | "targetPrice" | "referencePrice"
>;
const NOTHING = { entryPrice: null, exitPrice: null, exitOn: null, pnl: null, r: null } as const;

/** @param bars finished daily bars, ascending; those before the session are passed over */
export function follow(plan: Plan, session: SessionDate, bars: readonly Bar[]): Followed {
  const after = bars.filter((bar) => bar.date >= session);
  const [first] = after;
  const upTo = after.at(-1)?.date ?? null;
  if (first === undefined || first.date !== session) return { end: "not_yet", ...NOTHING, upTo };
  const entered = entryOf(plan, first);
  if (entered === null) return { end: "not_filled", ...NOTHING, upTo };
  for (const [index, bar] of after.entries()) {
    const exit = exitOf(plan, bar, index === 0 ? entered : null);
    if (exit !== null)
      return { ...figures(plan, entered.price, exit.price), end: exit.end, exitOn: bar.date, upTo };
  }
  const last = dec(after.at(-1)?.close ?? first.close);
  return { ...figures(plan, entered.price, last), end: "open", exitOn: null, upTo };
}

type Entered = { price: Decimal; atOpen: boolean };

/** At the open where that is no worse than the limit, else at the limit where the bar touched it. */
function entryOf(plan: Plan, bar: Bar): Entered | null {
  const buys = plan.side === "BUY";
  const open = dec(bar.open);
  if (plan.limitPrice === null) return { price: open, atOpen: true };
  const limit = dec(plan.limitPrice);
  if (buys ? open.lte(limit) : open.gte(limit)) return { price: open, atOpen: true };
  const touched = buys ? dec(bar.low).lte(limit) : dec(bar.high).gte(limit);
  return touched ? { price: limit, atOpen: false } : null;
}

/** Where stop and target lie in one bar the stop counts; gaps fill at the open. */
function exitOf(
  plan: Plan,
  bar: Bar,
  entered: Entered | null,
): { end: "stop" | "target"; price: Decimal } | null {
  const buys = plan.side === "BUY";
  const [open, stop, target] = [dec(bar.open), dec(plan.stopPrice), dec(plan.targetPrice)];
  const lost = (price: Decimal) => (buys ? price.lte(stop) : price.gte(stop));
  const won = (price: Decimal) => (buys ? price.gte(target) : price.lte(target));
  if (entered === null && lost(open)) return { end: "stop", price: open };
  if (lost(dec(buys ? bar.low : bar.high))) return { end: "stop", price: stop };
  if (entered === null && won(open)) return { end: "target", price: open };
  // After an entry in the middle of the bar nobody knows whether its best price came before.
  if (entered !== null && !entered.atOpen) return null;
  return won(dec(buys ? bar.high : bar.low)) ? { end: "target", price: target } : null;
}

function figures(plan: Plan, entry: Decimal, exit: Decimal) {
  const sign = plan.side === "BUY" ? 1 : -1;
  const perShare = exit.minus(entry).times(sign);
  const risk = entry.minus(plan.stopPrice).abs();
  return {
    entryPrice: toDecimalString(entry),
    exitPrice: toDecimalString(exit),
    pnl: toDecimalString(perShare.times(plan.quantity)),
    r: risk.isZero() ? null : toDecimalString(perShare.div(risk).toDecimalPlaces(4)),
  };
}
