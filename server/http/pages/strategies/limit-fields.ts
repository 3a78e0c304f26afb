// The risk limits as form fields, in the words of a person, grouped as one thinks of them. Pure.

import type { LimitField, LimitGroup } from "#server/views/pages/strategies.tsx";
import type { ApprovalConditions, RiskLimits, StrategyParameters } from "#store/model/strategy.ts";

type Words = readonly [label: string, hint: string];
type Group = { title: string; fields: Readonly<Partial<Record<keyof RiskLimits, Words>>> };

/** Every limit has its place here; a test holds this against the schema. */
export const LIMIT_GROUPS: readonly Group[] = [
  {
    title: "Is the trade worth it?",
    fields: {
      minRCoefficient: ["Least R", "Reward over risk at the decision's own price."],
      minProfitMargin: ["Least profit margin", "Fraction of the price; 0.05 is 5 %."],
    },
  },
  {
    title: "How much may it cost?",
    fields: {
      riskPerTrade: ["Risk per trade", "Fraction of equity lost if the stop fills."],
      maxOrderValue: ["Largest order", "In the account's currency."],
      maxPositionValue: ["Largest position", "One symbol, held and working; fraction of equity."],
      maxGrossExposure: ["Largest gross exposure", "All positions and open entries; multiple of equity."],
      maxNetExposure: ["Largest net exposure", "Long less short; multiple of equity."],
      maxConcentration: ["Three largest together", "Multiple of equity."],
      cashReserve: ["Cash reserve", "Fraction of equity that is never spent."],
      maxOpenPositions: ["Most open positions", "A whole number."],
    },
  },
  {
    title: "The order's shape",
    fields: {
      entryOrder: ["Entry order", ""],
      entryAllowance: [
        "Entry allowance",
        "How far a limit may go beyond the decision's price; fraction, 0 is not at all.",
      ],
      maxEntryDistance: ["Largest entry distance", "Fraction between entry and reference price."],
      minStopAtr: ["Least stop distance", "In daily ATR(14)."],
      maxStopDistance: ["Largest stop distance", "Fraction of the entry."],
      allowShort: ["Short sales", ""],
      allowAdd: ["Adding to an open position", ""],
    },
  },
  {
    title: "When to stop",
    fields: {
      maxOrdersPerDay: ["Most orders a day", "A whole number."],
      maxDailyLoss: ["Largest daily loss", "Fraction of equity at which new entries stop."],
      maxWeeklyLoss: ["Largest weekly loss", "Fraction of equity at which new entries stop."],
      cooldownSessions: ["Cool-down", "Sessions without new entries after a daily loss; 0 is none."],
    },
  },
  {
    title: "What may price an order",
    fields: {
      allowOutsideSession: ["Orders while the market is closed", ""],
      maxQuoteAgeSeconds: ["Oldest quote", "Seconds of market time, while the session is open."],
      minQuoteQuality: ["Least quote quality", ""],
      maxSpread: ["Largest spread", "Fraction of the middle price."],
      maxBarDelaySeconds: ["Largest delay of bars", "Seconds, while the session is open."],
      maxInputAgeSeconds: ["Oldest account figures", "Seconds since they were read."],
    },
  },
];

/** When a person is asked; read with approval "conditions" only. */
export const CONDITION_FIELDS: Readonly<Record<keyof ApprovalConditions, Words>> = {
  valueAbove: ["Value above", "In the order's currency; empty: at no value."],
  lossAbove: ["Loss at the stop above", "In the order's currency; empty: at no loss."],
  disagreement: ["Disagreement", "The analysts do not agree, or the risk manager cut the order."],
  firstTrade: ["First trade of a symbol", "This account has never traded it by this desk."],
  liveMode: ["Real money", ""],
};

const CHOICES: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  entryOrder: [
    ["LIMIT", "Limit"],
    ["MARKET", "Market"],
  ],
  minQuoteQuality: [
    ["realtime", "Real time"],
    ["delayed", "Delayed is enough"],
  ],
};

const YES_OR_NO = [
  ["false", "Not allowed"],
  ["true", "Allowed"],
] as const;

const ASK_OR_NOT = [
  ["true", "Ask"],
  ["false", "Do not ask"],
] as const;

type Typed = Readonly<Record<string, string>>;
type YesNo = typeof YES_OR_NO | typeof ASK_OR_NOT;

function fieldsOf(
  words: Readonly<Record<string, Words>>,
  of: { present: Readonly<Record<string, unknown>>; typed: Typed; yesNo: YesNo },
): LimitField[] {
  return Object.entries(words).map(([name, [label, hint]]): LimitField => {
    const value = of.typed[name] ?? String(of.present[name] ?? "");
    const options = typeof of.present[name] === "boolean" ? of.yesNo : (CHOICES[name] ?? null);
    return { name, label, hint, value, options };
  });
}

/** The groups with the present values, or with what was typed and refused. */
export function limitGroups(parameters: StrategyParameters, typed: Typed): LimitGroup[] {
  const conditions = { present: parameters.askWhen, typed, yesNo: ASK_OR_NOT };
  return [
    { title: "When a person is asked", fields: fieldsOf(CONDITION_FIELDS, conditions) },
    ...LIMIT_GROUPS.map(({ title, fields }) => ({
      title,
      fields: fieldsOf(fields, { present: parameters.risk, typed, yesNo: YES_OR_NO }),
    })),
  ];
}
