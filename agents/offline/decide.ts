// The offline analyst's decision: a plan where the reports point one way and nothing stands against it, else HOLD. Pure.
//
// BUY when the stance is bullish, nothing is held and no entry is working. SELL when it is bearish and shares are held,
// or shorts are allowed and nothing is held. HOLD in every other case: when R or margin fall below the strategy's
// thresholds, and when a denied decision comes back, since the same values can only give the same proposal.
import type { ProposedDecision } from "#store/model/decision.ts";
import type { DecisionBlocks } from "./blocks.ts";
import { type Plan, planTrade } from "./plan.ts";

const STRATEGY = "offline rules: signs that confirm each other";

export function decideByRules(blocks: DecisionBlocks): ProposedDecision {
  const { task, daily_values: daily, weekly_values: weekly, consolidation, limits } = blocks;
  const leading = daily ?? weekly;
  const price = leading?.values.close ?? leading?.recent.at(-1)?.close ?? 0;
  const hold = (reason: string): ProposedDecision => ({
    symbol: task.symbol,
    signal: "HOLD",
    currentPrice: price,
    targetPrice: null,
    stopPrice: null,
    strategyUsed: STRATEGY,
    analysis: `HOLD: ${reason}. ${consolidation.summary}`,
  });
  const side = sideOf(blocks);
  if (typeof side === "string") return hold(side);
  const plan = planTrade({ daily, weekly }, side);
  if (plan === undefined) return hold("the average true range is not ready, so no stop can be set");
  if (plan.rCoefficient < limits.minRCoefficient) {
    return hold(`${figures(plan)}, and R is below the strategy's ${limits.minRCoefficient}`);
  }
  if (plan.profitMargin < limits.minProfitMargin) {
    return hold(
      `${figures(plan)}, and the margin is below the strategy's ${percent(limits.minProfitMargin)}`,
    );
  }
  const signal = side === 1 ? "BUY" : "SELL";
  return {
    symbol: task.symbol,
    signal,
    currentPrice: plan.entry,
    targetPrice: plan.target,
    stopPrice: plan.stop,
    strategyUsed: STRATEGY,
    analysis: `${signal} at ${plan.entry}, stop ${plan.stop}, target ${plan.target}: ${figures(plan)}. ${consolidation.summary}`,
  };
}

/** Which way to trade, or why not. */
function sideOf({ consolidation, portfolio, limits, revision }: DecisionBlocks): 1 | -1 | string {
  if (revision !== null) {
    return `the earlier proposal was denied (${revision.verdict.codes.join(", ")}), and the values are the same`;
  }
  if (consolidation.stance === "neutral") return "the reports give no direction";
  if (portfolio.openOrders.some((order) => order.leg === "entry")) return "an entry order is still working";
  const held = Number(portfolio.position?.quantity ?? 0);
  if (consolidation.stance === "bullish") return held === 0 ? 1 : "a position is already open";
  if (held > 0) return -1;
  if (held < 0) return "a short position is already open";
  return limits.allowShort ? -1 : "nothing is held, and the strategy does not sell short";
}

// No word before these numbers that a page could take for an order: they describe a plan that may be refused.
function figures(plan: Plan): string {
  const wanted = `stop ${plan.stop} and target ${plan.target} give R ${plan.rCoefficient.toFixed(2)}`;
  return `${wanted} and a margin of ${percent(plan.profitMargin)}`;
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(2)}%`;
}
