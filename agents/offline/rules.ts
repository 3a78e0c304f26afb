// The offline analyst's rule set: deterministic, written down, the baseline that every model is graded against. Pure.
//
// DAILY STANCE. Up to four signs, each +1, 0 or -1; a sign whose indicators the workflow does not look at is not counted,
// and one of two indicators speaks for both where only it is looked at:
//   trend       close > SMA 50 > SMA 200 is +1, close < SMA 50 < SMA 200 is -1 (SMA 20 and 50 while SMA 200 is not ready)
//   momentum    MACD histogram above 0 with RSI from 50 to 75 is +1; below 0 with RSI from 25 to 50 is -1
//   volatility  SuperTrend up with the close in the upper half of the Bollinger bands is +1; mirrored is -1
//   volume      of the last ten bars, rising ones traded 10 % more than falling ones: +1; mirrored is -1
//   At least three of one sign make a stance, where there are only two both; anything else is neutral, and so is a
//   single sign: it has nothing to confirm it.
// WEEKLY TREND. Up to three signs: close above (below) SMA 20 and 50; SuperTrend up (down); MACD histogram above (below) 0.
//   At least two more of one sign than of the other make a stance.
// CONSOLIDATION. Equal stances agree. A stance beside a neutral one agrees partly: the daily one counts, a weekly one
//   alone gives no trade. Opposite stances disagree and cancel out. Where the workflow looks at one timeframe, its stance
//   is the whole.
// DECISION. See plan.ts. RISK REVIEW. See review.ts.
import type { Stance } from "#store/model/decision.ts";
import type { Indicator } from "#store/model/workflow/definition.ts";
import type { ComputedValues } from "#tools/indicators/index.ts";

export type Sign = 1 | 0 | -1;
/** One sign with the value that shows it best. */
export type Vote = { about: string; sign: Sign; value: keyof ComputedValues["values"]; statement: string };

const RSI_MIDDLE = 50;
const RSI_STRETCHED = { high: 75, low: 25 };
const VOLUME_LEAD = 1.1;
const NEEDED = 3;
const NEEDED_AT_LEAST = 2;
const NEEDED_LEAD = 2;

type Values = ComputedValues["values"];

/** The signs of the daily stance that the chosen indicators can show, in the order of the rule. */
export function dailyVotes({ values, recent, indicators }: ComputedValues): Vote[] {
  return votesOf(indicators, [
    [["sma"], () => trendVote(values)],
    [["macd", "rsi"], () => momentumVote(values, indicators)],
    [["supertrend", "bollinger"], () => volatilityVote(values, indicators)],
    [["volume"], () => volumeVote(recent)],
  ]);
}

/** The signs of the weekly trend that the chosen indicators can show. */
export function weeklyVotes({ values, indicators }: ComputedValues): Vote[] {
  const [averages, supertrend, momentum] = weeklySigns(values);
  return votesOf(indicators, [
    [["sma"], () => averages],
    [["supertrend"], () => supertrend],
    [["macd"], () => momentum],
  ]);
}

/** A vote is cast when at least one of its indicators is looked at. */
function votesOf(
  chosen: readonly Indicator[],
  votes: readonly (readonly [readonly Indicator[], () => Vote])[],
): Vote[] {
  return votes.flatMap(([needs, cast]) => (needs.some((one) => chosen.includes(one)) ? [cast()] : []));
}

function weeklySigns(values: Values): [averages: Vote, supertrend: Vote, momentum: Vote] {
  const { close, sma20, sma50, supertrendDirection, macdHistogram } = values;
  const above = both(compare(close, sma20), compare(close, sma50));
  return [
    vote("averages", above, {
      value: "sma20",
      up: "the close is above SMA 20 and SMA 50",
      down: "the close is below SMA 20 and SMA 50",
      none: "the close lies between its averages",
    }),
    vote("SuperTrend", signOf(supertrendDirection), {
      value: "supertrend",
      up: "SuperTrend is up",
      down: "SuperTrend is down",
      none: "SuperTrend is not ready",
    }),
    vote("momentum", signOf(macdHistogram), {
      value: "macdHistogram",
      up: "the MACD histogram is positive",
      down: "the MACD histogram is negative",
      none: "the MACD histogram is flat",
    }),
  ];
}

export function dailyStance(votes: readonly Vote[]): Stance {
  const needed = Math.max(NEEDED_AT_LEAST, Math.min(NEEDED, votes.length));
  if (count(votes, 1) >= needed) return "bullish";
  return count(votes, -1) >= needed ? "bearish" : "neutral";
}

export function weeklyStance(votes: readonly Vote[]): Stance {
  const lead = count(votes, 1) - count(votes, -1);
  if (lead >= NEEDED_LEAD) return "bullish";
  return lead <= -NEEDED_LEAD ? "bearish" : "neutral";
}

/** Null: the workflow does not look at that timeframe; one of them is there. */
export function consolidated(
  daily: Stance | null,
  weekly: Stance | null,
): { stance: Stance; agreement: "agree" | "partly" | "disagree" } {
  if (daily === null || weekly === null) return { stance: daily ?? weekly ?? "neutral", agreement: "agree" };
  if (daily === weekly) return { stance: daily, agreement: "agree" };
  if (daily !== "neutral" && weekly !== "neutral") return { stance: "neutral", agreement: "disagree" };
  return { stance: daily, agreement: "partly" };
}

export function count(votes: readonly Vote[], sign: Sign): number {
  return votes.filter((vote) => vote.sign === sign).length;
}

function trendVote({ close, sma20, sma50, sma200 }: Values): Vote {
  const [fast, slow] = sma200 === undefined ? [sma20, sma50] : [sma50, sma200];
  const names = sma200 === undefined ? ["SMA 20", "SMA 50"] : ["SMA 50", "SMA 200"];
  return vote("trend", both(compare(close, fast), compare(fast, slow)), {
    value: sma200 === undefined ? "sma20" : "sma50",
    up: `the close is above ${names[0]}, and ${names[0]} above ${names[1]}`,
    down: `the close is below ${names[0]}, and ${names[0]} below ${names[1]}`,
    none: `close, ${names[0]} and ${names[1]} are not in order`,
  });
}

function momentumVote({ macdHistogram, rsi14 }: Values, chosen: readonly Indicator[]): Vote {
  const rsi = rsi14 ?? RSI_MIDDLE;
  const zone: Sign =
    rsi >= RSI_MIDDLE && rsi <= RSI_STRETCHED.high
      ? 1
      : rsi < RSI_MIDDLE && rsi >= RSI_STRETCHED.low
        ? -1
        : 0;
  const histogram = signOf(macdHistogram);
  if (!chosen.includes("rsi")) {
    return vote("momentum", histogram, {
      value: "macdHistogram",
      up: "the MACD histogram is positive",
      down: "the MACD histogram is negative",
      none: "the MACD histogram is flat",
    });
  }
  return vote("momentum", chosen.includes("macd") ? both(histogram, zone) : zone, {
    value: "rsi14",
    ...(chosen.includes("macd") ? MOMENTUM_WORDS : RSI_WORDS),
  });
}

const MOMENTUM_WORDS = {
  up: "the MACD histogram is positive and RSI is in its upper half without being stretched",
  down: "the MACD histogram is negative and RSI is in its lower half without being stretched",
  none: "MACD histogram and RSI do not confirm each other",
};
const RSI_WORDS = {
  up: "RSI is in its upper half without being stretched",
  down: "RSI is in its lower half without being stretched",
  none: "RSI is stretched or not ready",
};

function volatilityVote(
  { supertrendDirection, bollingerPosition }: Values,
  chosen: readonly Indicator[],
): Vote {
  const [line, bands] = [signOf(supertrendDirection), compare(bollingerPosition, 0.5)];
  if (!chosen.includes("bollinger")) {
    return vote("volatility", line, {
      value: "supertrend",
      up: "SuperTrend is up",
      down: "SuperTrend is down",
      none: "SuperTrend is not ready",
    });
  }
  if (!chosen.includes("supertrend")) {
    return vote("volatility", bands, {
      value: "bollingerPosition",
      up: "the close is in the upper half of the Bollinger bands",
      down: "the close is in the lower half of the Bollinger bands",
      none: "the close is in the middle of the Bollinger bands",
    });
  }
  return vote("volatility", both(line, bands), {
    value: "supertrend",
    up: "SuperTrend is up and the close is in the upper half of the Bollinger bands",
    down: "SuperTrend is down and the close is in the lower half of the Bollinger bands",
    none: "SuperTrend and the Bollinger bands do not confirm each other",
  });
}

function volumeVote(recent: ComputedValues["recent"]): Vote {
  const sum = (rising: boolean) =>
    recent.reduce((total, bar, index) => {
      const before = recent[index - 1];
      const counts =
        before !== undefined && bar.close !== before.close && bar.close > before.close === rising;
      return counts ? total + (bar.volume ?? 0) : total;
    }, 0);
  const [up, down] = [sum(true), sum(false)];
  const sign: Sign = up > VOLUME_LEAD * down ? 1 : down > VOLUME_LEAD * up ? -1 : 0;
  return vote("volume", sign, {
    value: "volumeRatio",
    up: "rising bars traded more than falling ones lately",
    down: "falling bars traded more than rising ones lately",
    none: "volume favours neither side",
  });
}

function vote(
  about: string,
  sign: Sign,
  said: { value: Vote["value"]; up: string; down: string; none: string },
): Vote {
  const statement = sign === 1 ? said.up : sign === -1 ? said.down : said.none;
  return { about, sign, value: said.value, statement };
}

function compare(a: number | undefined, b: number | undefined): Sign {
  return a === undefined || b === undefined ? 0 : signOf(a - b);
}

function signOf(value: number | undefined): Sign {
  return value === undefined || value === 0 ? 0 : value > 0 ? 1 : -1;
}

function both(a: Sign, b: Sign): Sign {
  return a === b ? a : 0;
}
