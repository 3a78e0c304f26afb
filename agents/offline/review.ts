// The offline analyst's risk review. Pure. It sees what code has passed and can only take away.
//
// VETO when the trade goes against the consolidated stance or against the weekly trend.
// REDUCE to a half when the reports agree only partly, when RSI is stretched in the trade's direction (above 70 for a
// purchase, below 30 for a sale), or when a daily ATR is more than 5 % of the close (a weekly one more than 11 %, where
// only the weekly chart is read).
// ACCEPT otherwise. What the workflow does not look at gives no reason.
import type { RiskReview } from "#store/model/decision.ts";
import type { ReviewBlocks } from "./blocks.ts";

const STRETCHED = { BUY: 70, SELL: 30 } as const;
const WILD_ATR_PERCENT = 5;
const WILD_WEEKLY_ATR_PERCENT = 11;
const HALF = 0.5;

export function reviewByRules(blocks: ReviewBlocks): RiskReview {
  const { decision, consolidation, weekly_report: weekly, portfolio } = blocks;
  const [timeframe, block, wild] =
    blocks.daily_values === null
      ? (["weekly", blocks.weekly_values, WILD_WEEKLY_ATR_PERCENT] as const)
      : (["daily", blocks.daily_values, WILD_ATR_PERCENT] as const);
  if (decision.signal === "HOLD")
    return { verdict: "veto", keepFraction: null, reason: "There is no trade to review." };
  const closing = decision.signal === "SELL" && Number(portfolio.position?.quantity ?? 0) > 0;
  const wanted = decision.signal === "BUY" ? "bullish" : "bearish";
  const against = decision.signal === "BUY" ? "bearish" : "bullish";
  if (consolidation.stance !== wanted) {
    return {
      verdict: "veto",
      keepFraction: null,
      reason: `The reports are ${consolidation.stance}, the trade is not.`,
    };
  }
  if (closing)
    return {
      verdict: "accept",
      keepFraction: null,
      reason: "The sale closes a position: it takes risk away.",
    };
  if (weekly?.stance === against) {
    return { verdict: "veto", keepFraction: null, reason: "The trade goes against the weekly trend." };
  }
  const { rsi14, atr14Percent } = block?.values ?? {};
  const reasons = [
    consolidation.agreement === "agree" ? null : "daily and weekly reports agree only partly",
    rsi14 !== undefined && isStretched(decision.signal, rsi14) ? `RSI is stretched at ${rsi14}` : null,
    atr14Percent !== undefined && atr14Percent > wild
      ? `a ${timeframe} ATR is ${atr14Percent}% of the close`
      : null,
  ].filter((reason) => reason !== null);
  const both = blocks.daily_values !== null && blocks.weekly_values !== null;
  if (reasons.length === 0) {
    return {
      verdict: "accept",
      keepFraction: null,
      reason: `${both ? "Both timeframes support" : `The ${timeframe} reading supports`} the trade, and volatility is ordinary.`,
    };
  }
  return { verdict: "reduce", keepFraction: HALF, reason: `Reduced to a half: ${reasons.join("; ")}.` };
}

function isStretched(signal: "BUY" | "SELL", rsi: number): boolean {
  return signal === "BUY" ? rsi > STRETCHED.BUY : rsi < STRETCHED.SELL;
}
