// Profit margin and R coefficient of a proposal, in decimals. Pure. A model's own arithmetic is never used.
import type { ProposedDecision, TradeDecision } from "#store/model/decision.ts";
import { dec, toDecimalString } from "#store/model/money.ts";

type Figures = Pick<
  TradeDecision,
  "currentPrice" | "targetPrice" | "stopPrice" | "profitMargin" | "rCoefficient"
>;

/** R is null for HOLD and when target or stop lie on the wrong side of the price: such a trade has no R. */
export function decisionFigures(proposal: ProposedDecision): Figures {
  const { signal, targetPrice, stopPrice } = proposal;
  const price = dec(proposal.currentPrice);
  const currentPrice = toDecimalString(price);
  if (signal === "HOLD" || targetPrice === null || stopPrice === null) {
    return { currentPrice, targetPrice: null, stopPrice: null, profitMargin: null, rCoefficient: null };
  }
  const sign = signal === "BUY" ? 1 : -1;
  const reward = dec(targetPrice).minus(price).times(sign);
  const risk = price.minus(stopPrice).times(sign);
  return {
    currentPrice,
    targetPrice: toDecimalString(targetPrice),
    stopPrice: toDecimalString(stopPrice),
    profitMargin: toDecimalString(reward.abs().dividedBy(price)),
    rCoefficient: risk.lte(0) || reward.lte(0) ? null : toDecimalString(reward.dividedBy(risk)),
  };
}
