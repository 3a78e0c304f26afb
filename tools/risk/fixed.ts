// Exact fixed-point arithmetic for the risk rules: integers of 10⁻¹². Every DecimalString fits, so nothing is rounded on
// the way in; a product has 24 places and is compared as such. Pure. (decimal.js gives the same answers at a third of the
// speed, and rounds quotients at 20 digits.)
import type { DecimalString } from "#store/model/money.ts";

/** A number times 10¹². */
export type Fixed = bigint;
/** A product of two: a number times 10²⁴. */
export type Wide = bigint;

const PLACES = 12;
export const ONE: Fixed = 10n ** BigInt(PLACES);
export const ZERO: Fixed = 0n;
const POWERS = Array.from({ length: PLACES + 1 }, (_, places) => 10n ** BigInt(PLACES - places));

/** @throws RangeError for text that is no plain decimal of at most twelve places */
export function fixed(text: string): Fixed {
  const dot = text.indexOf(".");
  const digits = dot < 0 ? text : text.slice(0, dot) + text.slice(dot + 1);
  const power = POWERS[dot < 0 ? 0 : text.length - dot - 1];
  // Short numbers are quicker by way of a double, which holds 15 digits exactly.
  const value = digits.length <= 15 ? Number(digits) : Number.NaN;
  if (power === undefined || digits === "" || digits === "-")
    throw new RangeError(`not a plain decimal: ${text}`);
  return (digits.length <= 15 ? BigInt(value) : BigInt(digits)) * power;
}

export function widen(value: Fixed): Wide {
  return value * ONE;
}

export function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}

export function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/** The multiple of `step` at or beyond `value` in the direction given; both in the same scale. */
export function toStep(value: bigint, step: bigint, direction: "up" | "down"): bigint {
  const rest = value % step;
  if (rest === 0n) return value;
  const below = value - rest - (rest < 0n ? step : 0n);
  return direction === "down" ? below : below + step;
}

/** The largest multiple of `increment` whose cost at `per` stays within `budget`; never negative. */
export function largestQuantity(budget: Wide, per: Fixed, increment: Fixed): Fixed {
  return budget <= 0n || per <= 0n ? ZERO : (budget / (per * increment)) * increment;
}

/** The exact text of a number, without trailing zeros. */
export function text(value: Fixed): DecimalString {
  return trimmed(value, PLACES) as DecimalString;
}

/** A product as text, cut (never rounded up) to twelve places. */
export function wideText(value: Wide): DecimalString {
  return text(value / ONE);
}

/** For people: four places, the rest cut. */
export function figure(value: Fixed): string {
  return trimmed(value / 100_000_000n, 4);
}

/** a / b for people, four places; "none" without a divisor. */
export function ratio(a: bigint, b: bigint): string {
  return b === 0n ? "none" : trimmed((a * 10_000n) / b, 4);
}

/** a / b for people as "1.5 %". */
export function percent(a: bigint, b: bigint = ONE): string {
  return b === 0n ? "none" : `${trimmed((a * 10_000n) / b, 2)} %`;
}

function trimmed(value: bigint, places: number): string {
  const negative = value < 0n;
  const digits = (negative ? -value : value).toString().padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places);
  let end = digits.length;
  while (end > digits.length - places && digits.charCodeAt(end - 1) === 48) end -= 1;
  const rest = digits.slice(digits.length - places, end);
  const text = rest === "" ? whole : `${whole}.${rest}`;
  return negative && value !== 0n ? `-${text}` : text;
}
