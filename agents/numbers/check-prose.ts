// Checks the numbers of a text against the known ones. Pure.
import type { GroundingCheck } from "#store/model/decision.ts";
import type { KnownNumber, KnownNumbers } from "./known.ts";
import { derivable, findRepeated, looksLikePrice, nearest } from "./match.ts";
import { type ProseNumber, proseNumbers } from "./prose.ts";

/** `decisive`: if it is not grounded, the whole answer is not. */
export type Finding = { check: GroundingCheck; decisive: boolean };

/** One finding per number that states something. */
export function checkProse(where: string, text: string, known: KnownNumbers): Finding[] {
  return proseNumbers(text).map((number) =>
    number.kind === "date" ? checkDate(where, number, known) : checkNumber(where, number, known),
  );
}

/** A date must lie within the bars: a later one would be knowledge that nobody had. */
function checkDate(where: string, number: ProseNumber, known: KnownNumbers): Finding {
  const grounded = number.text >= known.firstDate && number.text <= known.asOf;
  const check = {
    where,
    stated: number.value,
    stored: grounded ? number.value : null,
    valueName: "date",
    grounded,
  };
  return { check, decisive: true };
}

function checkNumber(where: string, number: ProseNumber, known: KnownNumbers): Finding {
  const isPercent = number.kind === "percent";
  const candidates = known.named.filter(({ unit }) => (unit === "percent") === isPercent || unit === "ratio");
  const found =
    findRepeated(number, candidates) ?? onItsDate(number, known) ?? derivable(number, known, isPercent);
  const near = found ?? nearest(number.value, candidates);
  const check: GroundingCheck = {
    where,
    stated: number.value,
    stored: near?.value ?? null,
    valueName: near?.name ?? null,
    grounded: found !== undefined,
  };
  const decisive = !isPercent && (number.certain || looksLikePrice(number.value, known));
  return { check, decisive };
}

/** "closed at 187.30 on 2025-04-11": a price of the bar of that date. */
function onItsDate(number: ProseNumber, known: KnownNumbers): KnownNumber | undefined {
  const date = number.sentenceDate;
  if (date === null) return undefined;
  const prices = known.bars
    .filter((bar) => bar.date === date)
    .flatMap((bar) =>
      (["open", "high", "low", "close"] as const).map(
        (field): KnownNumber => ({ name: `${field} ${date}`, value: Number(bar[field]), unit: "price" }),
      ),
    );
  return findRepeated(number, prices);
}
