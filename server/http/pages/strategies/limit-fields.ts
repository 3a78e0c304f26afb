// The risk limits as form fields, in the words of a person, grouped as one thinks of them. Pure. Fractions stand in the
// form as percentages, each with its unit beside it; what saving changes is shown before it is saved.

import type { LimitField, LimitGroup } from "#server/views/strategies/model.ts";
import { Decimal, toDecimalString } from "#store/model/money.ts";
import type { ApprovalConditions, RiskLimits, StrategyParameters } from "#store/model/strategy.ts";
import { CONDITION_WORDS, LIMIT_WORDS, type LimitKind } from "#store/model/workflow/words.ts";
import { decimalText } from "../fields.ts";

type LimitName = keyof RiskLimits;
type Group = { title: string; fields: Readonly<Partial<Record<LimitName, string>>> };

/** Every limit has its place and its hint here; a test holds this against the schema. */
export const LIMIT_GROUPS: readonly Group[] = [
  {
    title: "Is the trade worth it?",
    fields: {
      minRCoefficient: "Reward over risk at the decision's own price.",
      minProfitMargin: "Of the price, from entry to target.",
    },
  },
  {
    title: "How much may it cost?",
    fields: {
      riskPerTrade: "Of equity, lost if the stop fills.",
      maxOrderValue: "In the account's currency.",
      maxPositionValue: "Of equity, in one symbol, held and working.",
      maxGrossExposure: "All positions and open entries.",
      maxNetExposure: "Long less short.",
      maxConcentration: "",
      cashReserve: "Of equity, never spent.",
      maxOpenPositions: "",
    },
  },
  {
    title: "The order's shape",
    fields: {
      entryOrder: "",
      entryAllowance: "How far a limit may go beyond the decision's price; 0 is not at all.",
      maxEntryDistance: "Between entry and reference price.",
      minStopAtr: "In daily ATR(14).",
      maxStopDistance: "Of the entry.",
      allowShort: "",
      allowAdd: "",
    },
  },
  {
    title: "When to stop",
    fields: {
      maxOrdersPerDay: "",
      maxDailyLoss: "Of equity; new entries stop there.",
      maxWeeklyLoss: "Of equity; new entries stop there.",
      cooldownSessions: "Without new entries after a daily loss; 0 is none.",
    },
  },
  {
    title: "What may price an order",
    fields: {
      allowOutsideSession: "",
      maxQuoteAgeSeconds: "While the session is open.",
      minQuoteQuality: "",
      maxSpread: "Of the middle price.",
      maxBarDelaySeconds: "While the session is open.",
      maxInputAgeSeconds: "Since they were read from the broker.",
    },
  },
];

/** When a person is asked; read with approval "conditions" only. */
export const CONDITION_HINTS: Readonly<Record<keyof ApprovalConditions, string>> = {
  valueAbove: "In the order's currency; empty: at no value.",
  lossAbove: "In the order's currency; empty: at no loss.",
  disagreement: "The analysts do not agree, or the risk manager cut the order.",
  firstTrade: "This account has never traded it by this desk.",
  liveMode: "",
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

const UNITS: Readonly<Partial<Record<LimitKind, string>>> = {
  fraction: "%",
  multiple: "× equity",
  atr: "ATR",
  seconds: "s",
};

function shownAs(kind: LimitKind, value: unknown): string {
  return kind === "fraction" ? toDecimalString(new Decimal(String(value)).times(100)) : String(value);
}

function limitField(name: LimitName, hint: string, of: { risk: RiskLimits; typed: Typed }): LimitField {
  const [label, kind] = LIMIT_WORDS[name];
  const present = of.risk[name];
  const options = typeof present === "boolean" ? YES_OR_NO : (CHOICES[name] ?? null);
  const value = of.typed[name] ?? shownAs(kind, present);
  return { name, label, hint, value, options, unit: UNITS[kind] ?? null };
}

function conditionField(name: keyof ApprovalConditions, when: ApprovalConditions, typed: Typed): LimitField {
  const present = when[name];
  const value = typed[name] ?? String(present ?? "");
  const options = typeof present === "boolean" ? ASK_OR_NOT : null;
  return { name, label: CONDITION_WORDS[name], hint: CONDITION_HINTS[name], value, options, unit: null };
}

const namesOf = <Name extends string>(of: Readonly<Partial<Record<Name, unknown>>>) =>
  Object.keys(of) as Name[];

/** The groups with the present values, or with what was typed. The first one is about asking a person. */
export function limitGroups(
  parameters: Pick<StrategyParameters, "risk" | "askWhen">,
  typed: Typed,
): LimitGroup[] {
  const { risk, askWhen } = parameters;
  const conditions = namesOf(CONDITION_HINTS).map((name) => conditionField(name, askWhen, typed));
  return [
    { title: "When a person is asked", fields: conditions },
    ...LIMIT_GROUPS.map(({ title, fields }) => ({
      title,
      fields: namesOf(fields).map((name) => limitField(name, fields[name] ?? "", { risk, typed })),
    })),
  ];
}

const MAY_BE_NONE: ReadonlySet<string> = new Set(["valueAbove", "lossAbove"]);

const NUMBER = /^-?\d{1,20}(\.\d{1,12})?$/;

/** The typed text as the schema writes it: a percentage as a fraction, an equal number as it was. */
function typedLimit(name: string, text: string, present: unknown): string {
  const plain = decimalText(text.replace(/%\s*$/, ""));
  if (!NUMBER.test(plain)) return plain;
  const fraction = LIMIT_WORDS[name as LimitName]?.[1] === "fraction";
  const value = fraction ? new Decimal(plain).div(100) : new Decimal(plain);
  if (typeof present === "string" && NUMBER.test(present) && value.equals(present)) return present;
  return fraction ? toDecimalString(value) : plain;
}

/** What was typed, as the kind of value that each field has now; empty text is "none" where there may be none. */
export function typedOver<Present extends Readonly<Record<string, unknown>>>(
  form: URLSearchParams,
  present: Present,
): Record<keyof Present, unknown> {
  const changed: Record<string, unknown> = { ...present };
  for (const [name, value] of Object.entries(present)) {
    const typed = form.get(name);
    if (typed === null) continue;
    const text = typedLimit(name, typed, value);
    if (typeof value === "boolean") changed[name] = typed === "true";
    else if (typeof value === "number") changed[name] = text === "" ? null : Number(text);
    else changed[name] = text === "" && MAY_BE_NONE.has(name) ? null : text;
  }
  return changed as Record<keyof Present, unknown>;
}

/** What a reader calls a field of these groups; null for any other. */
export function limitLabel(name: string): string | null {
  return LIMIT_WORDS[name as LimitName]?.[0] ?? CONDITION_WORDS[name as keyof ApprovalConditions] ?? null;
}

const FROM_ZERO: ReadonlySet<string> = new Set(["cashReserve", "entryAllowance"]);
const WHOLE = /expected (number|int)|received NaN|>=|<=/;

/** A fault of the schema in the words of the form: percentages, and the names that the form uses. */
export function limitFault(name: string, message: string): string {
  const other = /^at most (\w+)$/.exec(message)?.[1];
  if (other !== undefined) return `at most “${limitLabel(other) ?? other}”`;
  const kind = LIMIT_WORDS[name as LimitName]?.[1];
  if (kind === "fraction") return FROM_ZERO.has(name) ? "from 0 to 100 %" : "above 0, at most 100 %";
  return (kind === "number" || kind === "seconds") && WHOLE.test(message)
    ? `a whole number (${message})`
    : message;
}
