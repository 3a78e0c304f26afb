// Numbers in running text, and what kind each is. Pure. The rules are written for English reports on charts.
import type { Stated } from "./match.ts";

/**
 * `value`: must have a stored counterpart. `percent`: may also be derived from two prices. `date`: must lie within the
 * bars. Indicator parameters, counts, zone names and multiples of ATR state nothing about stored values: left out.
 */
export type ProseNumber = Stated & {
  text: string;
  kind: "value" | "percent" | "date";
  /** With a currency sign, or right after the name of an indicator: it cannot be anything but a value. */
  certain: boolean;
  /** The ISO date named in the same sentence, if any. */
  sentenceDate: string | null;
};

const MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?";
const ISO_DATE = /\b\d{4}-\d{2}-\d{2}\b/g;
const OTHER_DATE = new RegExp(
  `\\b${MONTH}\\s+\\d{1,2}(?:st|nd|rd|th)?(?:,?\\s+\\d{4})?\\b|\\b\\d{1,2}\\s+${MONTH}(?:\\s+\\d{4})?\\b|\\b(?:in|since|of|from|early|late|mid|during|${MONTH})[\\s-]+(?:19|20)\\d{2}\\b`,
  "gi",
);
const PARAMETER = "(?:200|50|26|20|14|12|10|9|3|2)";
const NOT_MORE = "(?!\\d|\\.\\d|\\s*%)";
/** "SMA 50", "MACD (12, 26, 9)", "SMAs 20/50/200", "SuperTrend(10,3)": names, not values. */
const NAMED_PARAMETERS = new RegExp(
  `\\b(SMAs?|EMAs?|MAs?|RSI|ATR|MACD|Super[Tt]rend|Bollinger(?:\\s+[Bb]ands?)?|averages?(?:\\s+volume)?)\\s*[-(]?\\s*${PARAMETER}${NOT_MORE}(?:\\s*(?:,|/|and|&)\\s*${PARAMETER}${NOT_MORE})*\\s*\\)?`,
  "g",
);
/** "50-day", "52 weeks", "3 of 4", "two times": periods and counts. */
const COUNT =
  /\b\d{1,4}(?:\s*(?:to|-|–)\s*\d{1,4})?[\s-]*(?:(?:trading\s+)?(?:bars?|sessions?|days?|weeks?|months?|quarters?|years?|candles?|periods?|closes)\b|(?:-fold)\b|of\s+(?:the\s+)?(?:\d|two|three|four|five)\w*)/gi;
const ATR_MULTIPLE =
  /\b\d{1,2}(?:\.\d+)?\s*(?:×|x|\*|times)?\s*(?:the\s+)?(?:daily\s+|weekly\s+)?(?:ATRs?|average true ranges?)\b/gi;
const NUMBER =
  /(?<![\w.,])([$€£]\s?)?([-+−–]?)\s?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(\s?%|\s?percent\b|\s?(?:k|m|bn|million|billion|thousand)\b)?/gi;
const INDICATOR_BEFORE =
  /\b(?:RSI|MACD|histogram|signal line|ATR|SMA|EMA|Super[Tt]rend|Bollinger|ADX|VWAP|CCI|OBV|stochastic|close[sd]?|price|support|resistance|target|stop)\b[^.\d]{0,30}$/i;
const THRESHOLD_BEFORE =
  /\b(?:above|below|over|under|through|past|reaches|beyond|zone|line|level)\s*(?:the\s+)?$/i;
/** Zones of RSI are named in fives. */
const ZONE_STEP = 5;
const SCALE: Readonly<Record<string, number>> = {
  k: 1e3,
  thousand: 1e3,
  m: 1e6,
  million: 1e6,
  bn: 1e9,
  billion: 1e9,
};

/** Every number of a text that states something, in order. */
export function proseNumbers(text: string): ProseNumber[] {
  return text.split(/(?<=[.!?;])\s+(?=\S)/).flatMap(sentenceNumbers);
}

function sentenceNumbers(sentence: string): ProseNumber[] {
  const dates = [...sentence.matchAll(ISO_DATE)].map((match) => match[0]);
  const blank = (found: string) => " ".repeat(found.length);
  const rest = sentence
    .replace(ISO_DATE, blank)
    .replace(OTHER_DATE, blank)
    // The name stays, so that a value after it is still seen as its value.
    .replace(NAMED_PARAMETERS, (found, name: string) => name + " ".repeat(found.length - name.length))
    .replace(ATR_MULTIPLE, blank)
    .replace(COUNT, blank);
  const sentenceDate = dates[0] ?? null;
  const numbers = [...rest.matchAll(NUMBER)].flatMap((match): ProseNumber[] => {
    const number = readNumber(match, rest);
    return number === null ? [] : [{ ...number, sentenceDate }];
  });
  const found = dates.map(
    (date): ProseNumber => ({
      text: date,
      value: Number(date.replaceAll("-", "")),
      decimals: 0,
      kind: "date",
      certain: true,
      sentenceDate: date,
    }),
  );
  return [...found, ...numbers];
}

function readNumber(match: RegExpExecArray, sentence: string): Omit<ProseNumber, "sentenceDate"> | null {
  const [whole, currency, sign, digits = "", suffix = ""] = match;
  const unit = suffix.trim().toLowerCase();
  const scale = SCALE[unit] ?? 1;
  const decimals = (digits.split(".")[1]?.length ?? 0) - Math.log10(scale);
  const size = Number(digits.replaceAll(",", "")) * scale;
  const value = (sign === "-" || sign === "−" ? -1 : 1) * size;
  const before = sentence.slice(Math.max(0, match.index - 60), match.index);
  const isPercent = unit === "%" || unit === "percent";
  const certain = currency !== undefined || INDICATOR_BEFORE.test(before);
  const whole0 = Number.isInteger(size) && !digits.includes(".") && unit === "" && currency === undefined;
  // Small whole numbers count things; zone lines of an oscillator are the chart's, not values.
  if (
    whole0 &&
    (size <= 10 || size === 100) &&
    !/\b(?:close[sd]?|target|stop|support|resistance)\b[^.\d]{0,20}$/i.test(before)
  )
    return null;
  if (whole0 && size < 100 && size % ZONE_STEP === 0 && /\bRSI\b/i.test(sentence) && isZone(before))
    return null;
  return { text: whole.trim(), value, decimals, kind: isPercent ? "percent" : "value", certain };
}

/** "above 70", "the 50 line", "30/50/70": a zone is compared with, not stated. */
function isZone(before: string): boolean {
  return THRESHOLD_BEFORE.test(before) || /\b(?:the|and|between|to)\s*$|[/–-]\s*$/i.test(before);
}
