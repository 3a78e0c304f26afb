// The prices of a proposal: the present one must be the last close, target and stop must lie on their sides and within
// reach. Pure. Whether the trade is good enough is the risk gate's question, not this one's.
import type { GroundingCheck, ProposedDecision } from "#store/model/decision.ts";
import type { ComputedValues } from "#tools/indicators/index.ts";
import { dayRange } from "../timeframes.ts";
import type { Finding } from "./check-prose.ts";

/** The close may be restated 0.1 % off. */
const PRICE_TOLERANCE = 0.001;
/** Farther than so many daily ATR(14) from the close is no target (stop) of a trade read from these charts. */
const TARGET_REACH_ATR = 15;
const STOP_REACH_ATR = 8;

/** Findings for currentPrice, targetPrice and stopPrice, held against the leading timeframe's block; all decisive. */
export function checkDecisionPrices(answer: ProposedDecision, block: ComputedValues): Finding[] {
  const close = block.values.close ?? null;
  const { currentPrice, targetPrice, stopPrice, signal } = answer;
  const isClose = close !== null && Math.abs(currentPrice - close) <= PRICE_TOLERANCE * close * (1 + 1e-9);
  const findings = [
    finding({
      where: "currentPrice",
      stated: currentPrice,
      stored: close,
      valueName: "close",
      grounded: isClose,
    }),
  ];
  if (signal === "HOLD" || targetPrice === null || stopPrice === null || close === null) return findings;
  const atr = dayRange(block) ?? close * 0.02;
  const side = signal === "BUY" ? 1 : -1;
  return [
    ...findings,
    checkReach({ where: "targetPrice", stated: targetPrice, close, side, reach: TARGET_REACH_ATR * atr }),
    checkReach({ where: "stopPrice", stated: stopPrice, close, side: -side, reach: STOP_REACH_ATR * atr }),
  ];
}

type Reach = { where: string; stated: number; close: number; side: number; reach: number };

function checkReach({ where, stated, close, side, reach }: Reach): Finding {
  const distance = (stated - close) * side;
  const name = side > 0 ? "above the close" : "below the close";
  const bound = close + side * reach;
  return finding({
    where,
    stated,
    stored: distance <= 0 ? close : bound,
    valueName: distance <= 0 ? `must lie ${name}` : `farthest plausible price ${name}`,
    grounded: distance > 0 && distance <= reach,
  });
}

function finding(check: GroundingCheck): Finding {
  return { check, decisive: true };
}
