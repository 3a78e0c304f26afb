// The offline analyst's chart reports and their consolidation, put into words. Pure; every number is the block's own.
import type { AnalystReport, Consolidation, Stance } from "#store/model/decision.ts";
import type { ComputedValues } from "#tools/indicators/index.ts";
import type { ChartBlocks, ConsolidationBlocks } from "./blocks.ts";
import {
  consolidated,
  count,
  dailyStance,
  dailyVotes,
  type Vote,
  weeklyStance,
  weeklyVotes,
} from "./rules.ts";

const LEVELS = 3;

export function reportDaily({ task, values }: ChartBlocks): AnalystReport {
  const votes = dailyVotes(values);
  const stance = dailyStance(votes);
  const averages = votes.find(({ about }) => about === "trend");
  const trend = averages?.sign ?? (stance === "bullish" ? 1 : stance === "bearish" ? -1 : 0);
  return reportOf({ symbol: task.symbol, values, votes, stance, trend });
}

export function reportWeekly({ task, values }: ChartBlocks): AnalystReport {
  const votes = weeklyVotes(values);
  const stance = weeklyStance(votes);
  const trend = stance === "bullish" ? 1 : stance === "bearish" ? -1 : 0;
  return reportOf({ symbol: task.symbol, values, votes, stance, trend });
}

type ReportOf = {
  symbol: AnalystReport["symbol"];
  values: ComputedValues;
  votes: readonly Vote[];
  stance: Stance;
  trend: number;
};

function reportOf({ symbol, values: block, votes, stance, trend }: ReportOf): AnalystReport {
  const { values, levels, timeframe } = block;
  const tally =
    votes.length === 0
      ? "the workflow looks at nothing that gives a sign"
      : `${count(votes, 1)} of ${votes.length} signs are bullish, ${count(votes, -1)} bearish`;
  return {
    symbol,
    stance,
    trend: trend > 0 ? "up" : trend < 0 ? "down" : "sideways",
    summary: `The ${timeframe} reading is ${stance}: ${tally}. The last close is ${values.close ?? "not known"}.`,
    support: levels.support.slice(0, LEVELS),
    resistance: levels.resistance.slice(0, LEVELS),
    evidence: votes.map(({ about, value, statement }) => ({
      value: values[value] === undefined ? "none" : value,
      stated: values[value] ?? null,
      statement: `${about}: ${statement}`,
    })),
    invalidation: invalidationOf(stance, values),
  };
}

function invalidationOf(stance: Stance, { supertrend }: ComputedValues["values"]): string {
  if (stance === "neutral") return "Signs that agree in one direction would end the neutral reading.";
  if (supertrend === undefined) return "A change of order between close and averages would end this reading.";
  const side = stance === "bullish" ? "below" : "above";
  return `A close ${side} the SuperTrend line, now at ${supertrend}, would end this reading.`;
}

export function consolidateByRules(blocks: ConsolidationBlocks): Consolidation {
  const { task, daily_report: daily, weekly_report: weekly } = blocks;
  const { stance, agreement } = consolidated(daily?.stance ?? null, weekly?.stance ?? null);
  const reasons = (wanted: boolean) =>
    [daily, weekly].flatMap((report, index) =>
      report !== null && report.stance !== "neutral" && (report.stance === stance) === wanted
        ? [
            `The ${index === 0 ? "daily" : "weekly"} reading is ${report.stance}, its trend is ${report.trend}.`,
          ]
        : [],
    );
  const words = { agree: "agree", partly: "agree partly", disagree: "disagree" } as const;
  return {
    symbol: task.symbol,
    stance,
    agreement,
    summary:
      daily === null || weekly === null
        ? `Only the ${daily === null ? "weekly" : "daily"} chart was read: it is ${stance}.`
        : `The daily reading is ${daily.stance} and the weekly one ${weekly.stance}: they ${words[agreement]}, the whole is ${stance}.`,
    reasonsFor: reasons(true),
    reasonsAgainst: reasons(false),
  };
}
