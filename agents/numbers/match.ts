// Whether a stated number repeats a known one, within written tolerances. Pure.
import type { KnownNumber, KnownNumbers } from "./known.ts";

/** A number as it was written: its text tells to how many decimals it was rounded. */
export type Stated = { value: number; decimals: number };

/** Volumes may be 0.5 % off: they are told in millions, and often without saying so. */
const VOLUME_TOLERANCE = 0.005;
/** Rounding may not move a price by more than 0.5 %, a range by more than 5 %: "2" is no way to state 2.40. */
const ROUNDING_CAP = { price: 0.005, range: 0.05 } as const;
/** A level of support or resistance is a zone: 0.5 %. */
export const LEVEL_TOLERANCE = 0.005;

export function stated(value: number): Stated {
  const text = String(value);
  return { value, decimals: text.includes("e") ? 12 : (text.split(".")[1]?.length ?? 0) };
}

/**
 * Whether it is that value, rounded or cut to the decimals it is stated with: what is copied needs no other tolerance.
 * Signs are left out of it: "3.2 % below" repeats -3.2.
 */
export function repeats({ value, decimals }: Stated, known: KnownNumber): boolean {
  const distance = Math.abs(Math.abs(value) - Math.abs(known.value));
  const size = Math.abs(known.value);
  const step = (decimals > 0 ? 1 : 0.5) * 10 ** -decimals;
  const { unit } = known;
  const capped = unit === "price" || unit === "range" ? Math.min(step, ROUNDING_CAP[unit] * size) : step;
  const allowed = unit === "shares" ? Math.max(capped, VOLUME_TOLERANCE * size) : capped;
  return distance <= allowed * (1 + 1e-9) + 1e-12;
}

/** The nearest of the candidates that it repeats. */
export function findRepeated(number: Stated, candidates: readonly KnownNumber[]): KnownNumber | undefined {
  return nearest(
    number.value,
    candidates.filter((known) => repeats(number, known)),
  );
}

/** The candidate nearest in value, whether near or not. */
export function nearest(value: number, candidates: readonly KnownNumber[]): KnownNumber | undefined {
  const distance = (known: KnownNumber) => Math.abs(Math.abs(known.value) - Math.abs(value));
  return candidates.reduce<KnownNumber | undefined>(
    (best, known) => (best === undefined || distance(known) < distance(best) ? known : best),
    undefined,
  );
}

/**
 * A percentage that follows from two known prices, or a distance between them, to the decimals stated. A distance must be
 * stated with decimals and be too small for a price: else nearly every whole number would be some difference.
 */
export function derivable(number: Stated, known: KnownNumbers, asPercent: boolean): KnownNumber | undefined {
  if (!asPercent && (number.decimals < 1 || looksLikePrice(number.value, known))) return undefined;
  const prices = known.named.filter(({ unit, name }) => unit === "price" && !name.includes(" "));
  const half = 0.5 * 10 ** -number.decimals * (1 + 1e-9);
  const size = Math.abs(number.value);
  for (const a of prices) {
    for (const b of prices) {
      const value = asPercent ? 100 * (a.value / b.value - 1) : a.value - b.value;
      if (a !== b && Math.abs(Math.abs(value) - size) <= half) {
        const name = asPercent ? `${a.name} against ${b.name}, %` : `${a.name} - ${b.name}`;
        return { name, value, unit: asPercent ? "percent" : "range" };
      }
    }
  }
  return undefined;
}

/** Close enough to the bars' range to be read as a price of this instrument. */
export function looksLikePrice(value: number, known: KnownNumbers): boolean {
  return value >= known.range.low * 0.5 && value <= known.range.high * 2;
}
